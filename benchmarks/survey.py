"""`python -m benchmarks.survey`: the customers' page under load beside its floor, its weight, and its first paint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks import paint, report, survey_floor
from benchmarks.company import SECRET, company
from benchmarks.customers import invite, look_through
from benchmarks.processes import cpu_seconds
from benchmarks.rounds import span
from tests.servers import stage
from tests.servers.databases import PostgresDatabases
from tests.servers.live import clean_environment, free_port
from workflow_app.cli.serve import web_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.customers import Asked

    Sent = tuple[str, str, str, int]

READY_SECONDS = 150.0
CONNECTIONS = 8
WARM = 64
FLOOR = "benchmarks.survey_floor:create_floor()"
PRODUCT = "workflow_app:create_app()"


@click.command()
@click.option("--rounds", default=7, show_default=True, type=click.IntRange(1), help="Pairs of product and floor.")
@click.option("--requests", default=400, show_default=True, type=click.IntRange(1), help="Requests in half a pair.")
@click.option("--connections", default=CONNECTIONS, show_default=True, type=click.IntRange(1), help="Kept open at once.")
@click.option("--paints", default=5, show_default=True, type=click.IntRange(0), help="First paints a line (0: no browser).")
@click.option("--name", default="survey", show_default=True, help="benchmarks/results/NAME.json.")
def main(rounds: int, requests: int, connections: int, paints: int, name: str) -> None:
    """Measure, on a PostgreSQL of the run's own: only so is it known on which core that runs."""
    console = Console(width=110)
    stage.open_stage()
    try:
        url = PostgresDatabases().fresh("survey")
        figures = run(url, rounds=rounds, requests=requests, connections=connections, paints=paints)
    finally:
        stage.close_stage()
    figures["machine"]["load_after"] = report.machine()["load"]
    show(figures, console)
    console.print(f"Kept in {report.save(figures, name)}")


@dataclass(frozen=True)
class Web:
    """A web server of one process, held to one core."""

    port: int
    processes: tuple[psutil.Process, ...]


@dataclass
class Case:
    """One kind of request: requests a second and CPU milliseconds each, pair by pair."""

    name: str
    rates: dict[str, list[float]] = field(default_factory=lambda: {"product": [], "floor": []})
    cpu_ms: dict[str, list[float]] = field(default_factory=lambda: {"product": [], "floor": []})

    def figures(self) -> dict[str, Any]:
        """Everything measured, and its span; the ratio is that of the rates, pair by pair."""
        ratios = [mine / bare for mine, bare in zip(self.rates["product"], self.rates["floor"], strict=True)]
        spans = {f"{who}_rate": span(values) for who, values in self.rates.items()}
        cpu = {f"{who}_cpu_ms": span(values) for who, values in self.cpu_ms.items()}
        return {"name": self.name, "ratio": span(ratios), "rates": self.rates} | spans | cpu


def run(url: str, *, rounds: int, requests: int, connections: int, paints: int) -> dict[str, Any]:
    """Everything there is to know about a migrated, empty database on PostgreSQL."""
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kp-")))
        stack.enter_context(company(url, folder))
        # Each opens the page for the first time and sends a first answer; those who only look are others.
        customers = invite(2 * (rounds * requests + WARM))
        look_through(customers[len(customers) // 2 :])
        stack.enter_context(held(cores[-1]))
        address = url.replace("+psycopg", "", 1)
        product = stack.enter_context(_product(url, folder, cores[0]))
        page = paint.fetched(f"http://127.0.0.1:{product.port}{customers[0].path}").decode()
        variables = survey_floor.take_apart(page, folder)
        floor = stack.enter_context(_floor(address, folder, cores[0]))
        cases = measure(product, floor, customers, rounds=rounds, requests=requests, connections=connections)
        site = f"http://127.0.0.1:{product.port}{customers[0].path}"
        return {
            "machine": report.machine(),
            "size": {"customers": len(customers), "connections": connections, "variables": variables,
                     "server cores": 1, "cores": len(cores)},
            "survey": [case.figures() for case in cases],
            "weight": paint.weights(site),
            "paint": paint.first_paints(site, times=paints) if paints else {},
        }  # fmt: skip


def measure(
    product: Web, floor: Web, customers: list[Asked], *, rounds: int, requests: int, connections: int
) -> list[Case]:
    """Fill the cases; who goes first changes from round to round."""
    get, post = Case("GET of the form, the first"), Case("POST of the answer")
    again = Case("GET of the form, again")
    half = len(customers) // 2
    readers, answerers = iter(customers[:half]), iter(customers[half:])
    looking = _gets(islice(readers, WARM))
    for server in (product, floor):
        _load(server, looking, connections)
    warming = list(islice(answerers, WARM))
    _load(product, _posts(warming), connections)
    _load(floor, _posts(warming), connections)
    for number in range(rounds):
        gets = _gets(islice(readers, requests))
        for case, calls in ((get, gets), (again, gets), (post, _posts(islice(answerers, requests)))):
            both = [("product", product), ("floor", floor)]
            for who, server in both if number % 2 else reversed(both):
                rate, cpu = _load(server, calls, connections)
                case.rates[who].append(rate)
                case.cpu_ms[who].append(cpu)
    return [get, again, post]


def _gets(asked: Any) -> list[Sent]:
    return [("GET", one.path, "", 200) for one in asked]


def _posts(asked: Any) -> list[Sent]:
    return [("POST", one.path, urlencode(one.next_answer()), 303) for one in asked]


def _load(server: Web, calls: list[Sent], connections: int) -> tuple[float, float]:
    """Requests a second, and CPU milliseconds of the server each; the client is a process of its own."""
    before = cpu_seconds(server.processes)
    said = json.dumps({"port": server.port, "connections": connections, "calls": calls})
    line = [sys.executable, "-m", "benchmarks.load"]
    last = max(os.sched_getaffinity(0))
    done = subprocess.run(
        line, input=said, capture_output=True, text=True, check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, {last}),
    )
    if done.returncode:
        raise click.ClickException(done.stderr[-3000:])
    used = cpu_seconds(server.processes) - before
    return len(calls) / float(json.loads(done.stdout)["seconds"]), used * 1000 / len(calls)


# --- the two servers -----------------------------------------------------------------------------------------------


@contextmanager
def _product(url: str, folder: Path, core: int) -> Iterator[Web]:
    """The web of the product alone: its worker and queue would share a core with it or with the database."""
    environment = clean_environment(data=str(folder), database_url=url, secret_key=SECRET)
    with _web(PRODUCT, environment, core, path="/healthz") as found:
        yield found


@contextmanager
def _floor(address: str, folder: Path, core: int) -> Iterator[Web]:
    survey_floor.run(address, survey_floor.TABLE)
    own = {survey_floor.DATABASE: address, survey_floor.FOLDER: str(folder)}
    with _web(FLOOR, clean_environment() | own, core, path="/s/ready") as found:
        yield found
    survey_floor.run(address, survey_floor.CLEAR)


@contextmanager
def _web(application: str, environment: dict[str, str], core: int, *, path: str) -> Iterator[Web]:
    """One process of the product's own web server, with the product's own options."""
    port = free_port()
    command = web_command("127.0.0.1", port, 1, application=application)
    process = subprocess.Popen(
        command, env=environment, stdout=sys.stderr,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),  # noqa: PLW1509 (no threads here)
    )
    try:
        _wait(f"http://127.0.0.1:{port}{path}")
        head = psutil.Process(process.pid)
        yield Web(port, (head, *head.children(recursive=True)))
    finally:
        process.terminate()
        process.wait(READY_SECONDS)


def _wait(address: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            paint.fetched(address)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _database_processes() -> list[psutil.Process]:
    """The run's own cluster: what it starts from here on inherits its core."""
    head = int((stage.stage() / "pg" / "cluster" / "postmaster.pid").read_text().split()[0])
    return [psutil.Process(head), *psutil.Process(head).children()]


@contextmanager
def held(core: int) -> Iterator[None]:
    """The database on one core, and on all of them again afterwards: a cluster of the tests has others to serve."""
    everywhere = os.sched_getaffinity(0)
    _settle({core})
    try:
        yield
    finally:
        _settle(everywhere)


def _settle(cores: set[int]) -> None:
    for process in _database_processes():
        with suppress(ProcessLookupError):  # somebody's connection has ended meanwhile
            os.sched_setaffinity(process.pid, cores)


# --- the figures ---------------------------------------------------------------------------------------------------


def show(figures: dict[str, Any], console: Console) -> None:
    """The tables for people."""
    console.print(report.said(figures["machine"]), highlight=False)
    console.print(report.said(figures["size"]), highlight=False)
    table = Table(title="Requests a second on one core (least / middle / most), CPU ms each (middle)", title_justify="left")
    for number, column in enumerate(("", "product", "floor", "ratio", "CPU", "floor’s")):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    for one in figures["survey"]:
        cpu = (f"{one[f'{who}_cpu_ms']['median']:.2f}" for who in ("product", "floor"))
        rates = (_whole(one[f"{who}_rate"]) for who in ("product", "floor"))
        table.add_row(one["name"], *rates, report.spread(one["ratio"]), *cpu)
    console.print(table)
    weight = figures["weight"]
    console.print(f"gzipped bytes: {report.said(weight)}, together {sum(weight.values())}", highlight=False)
    for line, found in figures["paint"].items():
        console.print(
            f"{line}, CPU ÷ {paint.CPU_TIMES}: first paint {_whole(found['paint_ms'])} ms, "
            f"loaded {_whole(found['loaded_ms'])} ms, {found['bytes']} bytes",
            highlight=False,
        )


def _whole(values: dict[str, float]) -> str:
    return " / ".join(f"{values[key]:.0f}" for key in ("min", "median", "max"))


if __name__ == "__main__":
    main()
