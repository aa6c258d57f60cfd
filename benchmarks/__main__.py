"""`python -m benchmarks`: all figures of one run, on PostgreSQL."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import Progress
from sqlalchemy import make_url

from benchmarks import company, report, rounds, servers, starts
from benchmarks.processes import memory
from tests.servers import stage
from tests.servers.databases import PostgresDatabases, SqliteDatabases, migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

GIVEN = "KAOPING_BENCH_DATABASE_URL"
ONE_WEB_PROCESS = ("serve", "--workers", "1")


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    rounds: int = 7
    requests: int = 40
    starts: int = 5


@click.command()
@click.option("--rounds", "turns", default=7, show_default=True, type=click.IntRange(1), help="Pairs of each kind.")
@click.option("--requests", default=40, show_default=True, type=click.IntRange(1), help="Requests in half a pair.")
@click.option("--starts", "begun", default=5, show_default=True, type=click.IntRange(1), help="Starts of everything.")
@click.option("--every", default=1, show_default=True, help="Each so-manieth person of the sample (1: all).")
@click.option("--sqlite", is_flag=True, help="On SQLite instead of PostgreSQL.")
@click.option("--name", default="latest", show_default=True, help="benchmarks/results/NAME.json.")
def main(turns: int, requests: int, begun: int, every: int, name: str, *, sqlite: bool) -> None:
    """Measure. The database is a cluster of the run's own, unless KAOPING_BENCH_DATABASE_URL names one."""
    console = Console(stderr=True)
    with database(sqlite=sqlite) as url, tempfile.TemporaryDirectory(prefix="kp-") as folder:
        console.print("Building the sample company; a database that has it is taken as it is.")
        with company.company(url, Path(folder)):
            company.fill(every)
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("Measuring", total=turns * 5)
            extent = Extent(turns, requests, begun)
            figures = run(url, Path(folder), extent, advance=partial(progress.advance, task))
    report.show(figures, Console(width=110))
    console.print(f"Kept in {report.save(figures, name)}")


@contextmanager
def database(*, sqlite: bool) -> Iterator[str]:
    """A migrated database: the given one, else one that is gone afterwards."""
    given = os.environ.get(GIVEN)
    if given:
        migrate(given)
        yield given
        return
    stage.open_stage()
    try:
        yield (SqliteDatabases() if sqlite else PostgresDatabases()).fresh("bench")
    finally:
        stage.close_stage()


def run(url: str, data: Path, extent: Extent, *, advance: Callable[[], object]) -> dict[str, Any]:
    """Everything there is to know about a filled database."""
    figures = {"database": make_url(url).get_backend_name(), "machine": report.machine()}
    figures |= requests_and_memory(url, data, extent, advance)
    figures["cold_start_s"] = starts.cold_starts(partial(servers.system, url, data), extent.starts)
    figures["commands"] = starts.commands(extent.starts)
    return figures


def requests_and_memory(
    url: str, data: Path, extent: Extent, advance: Callable[[], object]
) -> dict[str, Any]:
    """What requests cost, and what the processes have grown to by then."""
    with company.company(url, data) as app, servers.floor(url, data) as bare:
        who = company.subjects(app)
        system = servers.system(url, data)
        try:
            product = servers.web_of(system.start(*ONE_WEB_PROCESS))
            found = rounds.cases(who, product)
            rounds.measure(found, product, bare, rounds=extent.rounds, requests=extent.requests, advance=advance)
            used = memory(servers.everybody(system))
        finally:
            system.stop()
    return {"size": who.size, "requests": [case.figures() for case in found], "memory": used}


if __name__ == "__main__":
    main()
