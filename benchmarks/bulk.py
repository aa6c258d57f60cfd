"""`python -m benchmarks.bulk`: the fast path over very many people beside its floor, turn by turn."""

from __future__ import annotations

import multiprocessing
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import cohorts, report
from benchmarks.rounds import span
from states.bulk import MISSING, bulk_grade
from states.composition import compose
from states.exact import rounded
from states.scheme import builtin_scheme

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

    from states.bulk import BulkGrades, Cohort

YEARS = {
    "plain": (cohorts.plain, builtin_scheme),
    "lived-in": (cohorts.lived_in, builtin_scheme),
    "awkward": (cohorts.lived_in, cohorts.awkward_scheme),
}
SAMPLE = 500
LONG_ENOUGH = 0.2
MB = 1024**2


@click.command()
@click.option("--people", multiple=True, type=click.IntRange(1), default=(10_000, 100_000, 1_000_000), show_default=True)
@click.option("--rounds", default=9, show_default=True, type=click.IntRange(1), help="Pairs of product and floor.")
@click.option("--name", default="bulk", show_default=True, help="benchmarks/results/NAME.json.")
def main(people: tuple[int, ...], rounds: int, name: str) -> None:
    """Measure. Every size has a process of its own, so that its memory is its own."""
    console = Console(width=110)
    figures: dict[str, Any] = {"machine": report.machine() | {"numpy": np.__version__}, "bulk": []}
    context = multiprocessing.get_context("spawn")
    for kind in YEARS:
        for size in people:
            with ProcessPoolExecutor(1, mp_context=context) as alone:
                figures["bulk"].append(alone.submit(measure, kind, size, rounds).result())
    figures["machine"]["load_after"] = report.machine()["load"]
    show(figures, console)
    console.print(f"Kept in {report.save(figures, name)}")


def measure(kind: str, people: int, rounds: int) -> dict[str, Any]:
    """One size of one kind of year: CPU seconds in pairs, then memory, then whether it is right."""
    make, shape = YEARS[kind]
    cohort, scheme = make(people), shape()

    def product() -> BulkGrades:
        return bulk_grade(cohort, year=cohorts.YEAR, scheme=scheme)

    product_ms, floor_ms = _pairs(product, lambda: cohorts.floor(cohort), rounds)
    found = product()
    return {
        "year": kind,
        "people": people,
        "product_ms": span(product_ms),
        "floor_ms": span(floor_ms),
        "ratio": span([mine / bare for mine, bare in zip(product_ms, floor_ms, strict=True)]),
        "rounds": {"product_ms": product_ms, "floor_ms": floor_ms},
        "records_mb": round(sum(one.scores.nbytes for one in cohort.records) / MB, 1),
        "product_mb": _allocated(product),
        "floor_mb": _allocated(lambda: cohorts.floor(cohort)),
        "explain_ms": _each(found.explain, people, 100) * 1000,
        "one_by_one_us": one_by_one(cohort, found) * 1e6,
    }


def _pairs(product: Callable[[], object], bare: Callable[[], object], rounds: int) -> tuple[list[float], list[float]]:
    """CPU milliseconds; who goes first changes from round to round. What is short is done until it can be measured."""
    many = [max(1, int(LONG_ENOUGH / max(_cpu(task), 0.001))) for task in (product, bare)]
    mine, floor = [], []
    for number in range(rounds):
        if number % 2:
            floor.append(_cpu(bare, many[1]) * 1000)
        mine.append(_cpu(product, many[0]) * 1000)
        if not number % 2:
            floor.append(_cpu(bare, many[1]) * 1000)
    return mine, floor


def _cpu(task: Callable[[], object], many: int = 1) -> float:
    begun = time.process_time()
    for _ in range(many):
        task()
    return (time.process_time() - begun) / many


def _each(task: Callable[[int], object], people: int, sample: int) -> float:
    places = np.linspace(0, people - 1, min(sample, people)).astype(int).tolist()
    return _cpu(lambda: [task(place) for place in places]) / len(places)


def _allocated(task: Callable[[], object]) -> float:
    """The most that it holds at a time besides the records, its result included, MB."""
    tracemalloc.start()
    kept = task()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return round(peak / MB, 1)


def one_by_one(cohort: Cohort, found: BulkGrades) -> float:
    """CPU seconds that the composition alone of one person takes with fractions; stops where a figure differs."""
    rule = found.scheme.composition
    people = {place: cohort.person(place) for place in _sampled(len(cohort))}

    def exact() -> list[Fraction | None]:
        return [compose(one.records, joined=one.joined, left=one.left, rule=rule).total for one in people.values()]

    for place, total in zip(people, exact(), strict=True):
        if found.total[place] != (MISSING if total is None else rounded(total, rule.rounding) * 100):
            raise SystemExit(f"{place}: {total} is not {found.total[place]} hundredths")
    return _cpu(exact) / len(people)


def _sampled(people: int) -> list[int]:
    return sorted(set(np.linspace(0, people - 1, min(SAMPLE, people)).astype(int).tolist()))


def show(figures: dict[str, Any], console: Console) -> None:
    """The table for people."""
    console.print(report.said(figures["machine"]), highlight=False)
    table = Table(title="CPU ms (middle); ratio (least / middle / most); MB of and besides the records", title_justify="left")
    for column in ("year", "people", "product", "floor", "ratio", "µs each", "records", "product", "floor"):
        table.add_column(column, justify="left" if column == "year" else "right", no_wrap=True)
    for one in figures["bulk"]:
        milliseconds = [one[key]["median"] for key in ("product_ms", "floor_ms")]
        each = milliseconds[0] / one["people"] * 1000
        memory = (f"{one[key]:.1f}" for key in ("records_mb", "product_mb", "floor_mb"))
        taken = (f"{value:.1f}" for value in milliseconds)
        table.add_row(one["year"], f"{one['people']:,}", *taken, report.spread(one["ratio"]), f"{each:.2f}", *memory)
    console.print(table)
    for one in figures["bulk"]:
        console.print(_aside(one), highlight=False)


def _aside(one: dict[str, Any]) -> str:
    exact = f"composing one person by fractions {one['one_by_one_us']:,.0f} µs"
    return f"{one['year']} {one['people']:,}: {exact}, the tree of one {one['explain_ms']:.1f} ms"


if __name__ == "__main__":
    main()
