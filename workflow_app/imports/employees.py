"""The roster: who works here, in which population, under whom, from when to when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from states.errors import Message
from workflow_app.imports.cells import as_date, as_text
from workflow_app.imports.reading import Column, Row, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from states.scheme import Scheme

COLUMNS = (
    Column("employee_no", ("工号",)), Column("name", ("姓名",)), Column("email", ("邮箱",)),
    Column("department", ("部门",)), Column("post", ("岗位",)), Column("population", ("人员类别",)),
    Column("superior_no", ("直接上级工号",)), Column("vp_no", ("分管副总工号",)),
    Column("joined", ("入职日期",)), Column("left", ("离职日期",)),
)  # fmt: skip


@dataclass(frozen=True)
class EmployeeRow:
    """One person of the roster; blank numbers of superiors are "", `left` is the last day employed."""

    row: int
    employee_no: str
    name: str
    email: str
    department: str
    post: str
    population: str
    superior_no: str
    vp_no: str
    joined: date
    left: date | None


def population_names(scheme: Scheme) -> dict[str, str]:
    """Every way to write a population of the scheme (code, Chinese, English) → its code."""
    return {
        as_text(name).casefold(): one.code
        for one in scheme.populations
        for name in (one.title.en, one.title.zh, one.code)
    }


def read_employees(
    source: Path | bytes, *, name: str, populations: Mapping[str, str], complete: bool = True
) -> tuple[list[EmployeeRow], Table]:
    """Read a roster; every fault is in `table.faults`, and a row with a fault is left out.

    `populations` maps what a file may say (casefolded) to codes. `complete` says that every
    superior must stand in the file itself, and that their circles are looked for.
    """
    table = read_table(source, COLUMNS, name=name)
    rows = [found for row in table.rows if (found := _employee(row, table, populations))]
    numbers = _numbers(table)
    if complete:
        _check_superiors(table, numbers)
    return rows, table


def _employee(row: Row, table: Table, populations: Mapping[str, str]) -> EmployeeRow | None:
    before = len(table.faults)
    number = row.text("employee_no")
    if not number:
        table.report(row.number, "employee_no", Message("The employee number is missing."))
    named = row.text("population")
    population = populations.get(named.casefold(), "")
    if not named:
        table.report(row.number, "population", Message("The population is missing."))
    elif not population:
        table.report(
            row.number, "population",
            Message("“%(found)s” is no population; allowed: %(allowed)s.",
                    found=named, allowed=", ".join(populations)),
        )  # fmt: skip
    joined, left = _read_date(row, table, "joined"), _read_date(row, table, "left")
    if joined is None and not row.text("joined"):
        table.report(row.number, "joined", Message("The date of joining is missing."))
    if joined and left and left < joined:
        table.report(
            row.number, "left", Message("Leaves on %(left)s, before joining on %(joined)s.", left=left, joined=joined)
        )
    if joined is None or len(table.faults) > before:
        return None
    plain = {key: row.text(key) for key in ("name", "email", "department", "post", "superior_no", "vp_no")}
    return EmployeeRow(row=row.number, employee_no=number, population=population, joined=joined, left=left, **plain)


def _read_date(row: Row, table: Table, name: str) -> date | None:
    cell = row.cells[name]
    found = as_date(cell)
    if found is None and as_text(cell):
        table.report(
            row.number, name,
            Message("“%(found)s” is no date. Write it like 2025-03-01.", found=row.text(name)[:40]),
        )  # fmt: skip
    return found


def _numbers(table: Table) -> dict[str, Row]:
    """Number → its first row; a number listed twice is a fault."""
    first: dict[str, Row] = {}
    for row in table.rows:
        number = row.text("employee_no")
        if number and first.setdefault(number, row) is not row:
            table.report(
                row.number, "employee_no",
                Message("%(number)s is listed twice; first in row %(first)s.", number=number, first=first[number].number),
            )  # fmt: skip
    return first


def _check_superiors(table: Table, numbers: Mapping[str, Row]) -> None:
    for row in table.rows:
        for name in ("superior_no", "vp_no"):
            above = row.text(name)
            if above and above not in numbers:
                table.report(row.number, name, Message("The superior %(number)s is not in the list.", number=above))
    for circle in circles({number: row.text("superior_no") for number, row in numbers.items()}):
        chain = " → ".join((*circle, circle[0]))
        for number in circle:
            table.report(
                numbers[number].number, "superior_no", Message("These superiors form a circle: %(chain)s.", chain=chain)
            )


def circles(above: Mapping[str, str]) -> Iterable[tuple[str, ...]]:
    """Every circle of superiors, as the numbers along it."""
    done: set[str] = set()
    met: dict[str, list[str]] = defaultdict(list)
    for start in above:
        path: list[str] = []
        here = start
        while here and here in above and here not in done:
            done.add(here)
            path.append(here)
            here = above[here]
        if here in path:
            met[here] = path[path.index(here) :]
    return [tuple(path) for path in met.values()]
