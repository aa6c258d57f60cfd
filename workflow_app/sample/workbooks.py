"""The sample's workbooks, whole or only for some people, and the year before, which they do not hold."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING

from python_calamine import CalamineWorkbook

from states.scheme import builtin_scheme
from workflow_app.imports.cells import as_text
from workflow_app.imports.customers import CustomerRow, read_customers
from workflow_app.imports.employees import EmployeeRow, population_names, read_employees
from workflow_app.imports.records import RecordRow, read_records, record_kinds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

FOLDER = Path(__file__).parents[1] / "sample_data"
LEADERS = "management"
SEED = 20241231
WEEKS, MONTHS = 52, 12
INSPECTED = "front_line"
TYPICAL = 84.0

Named = tuple[str, bytes]
"""A workbook as it would be uploaded: its name and its bytes."""


@dataclass(frozen=True)
class Workbooks:
    """What the company hands in. `every` keeps each so-manieth person below the managers (1: everybody)."""

    every: int = 1

    def whole(self, kind: str) -> Named:
        """A workbook of the year 2025, as it is or cut down to the people who are kept."""
        path = FOLDER / f"{kind}.xlsx"
        if self.every == 1:
            return path.name, path.read_bytes()
        rows: dict[str, Callable[[], Iterable[Iterable[object]]]] = {
            "employees": lambda: map(_employee, self.employees),
            "customers": lambda: map(_customer, self.customers),
            "records": lambda: map(_record, self.records),
        }
        return f"{kind}.csv", _csv(kind, rows[kind]())

    def a_year_before(self, kind: str, day: date) -> Named:
        """The employees as they were on a day, or the customers of those who were there."""
        there = [_as_of(person, day) for person in self.employees if person.joined <= day]
        if kind == "employees":
            return "employees-2024.csv", _csv(kind, map(_employee, there))
        numbers = {person.employee_no for person in there}
        return "customers-2024.csv", _csv(kind, (_customer(row) for row in self.customers if row.employee_no in numbers))

    def records_of_2024(self) -> Named:
        """Inspections and monthly appraisals of 2024, the same ones every time."""
        return "records-2024.csv", _csv("records", _year_2024(self.employees, self.standing))

    @cached_property
    def employees(self) -> list[EmployeeRow]:
        """The roster's people who are kept: every manager, and each so-manieth of the others."""
        path = FOLDER / "employees.xlsx"
        rows, _ = read_employees(path, name=path.name, populations=population_names(builtin_scheme()))
        rows.sort(key=lambda row: row.employee_no)
        hr = [row for row in rows if row.department == "人力资源部"]
        led = [row for row in rows if row.population != LEADERS and row not in hr]
        kept = {row.employee_no for row in [*hr, *led[:: self.every]]}
        return [row for row in rows if row.population == LEADERS or row.employee_no in kept]

    @cached_property
    def customers(self) -> list[CustomerRow]:
        """The customers of the people who are kept."""
        path = FOLDER / "customers.xlsx"
        numbers = {person.employee_no for person in self.employees}
        return [row for row in read_customers(path, name=path.name)[0] if row.employee_no in numbers]

    @cached_property
    def records(self) -> list[RecordRow]:
        """The records of 2025 of the people who are kept."""
        path = FOLDER / "records.xlsx"
        numbers = {person.employee_no for person in self.employees}
        return [row for row in read_records(path, name=path.name, kinds=record_kinds_of(builtin_scheme()))[0] if row.employee_no in numbers]

    @cached_property
    def standing(self) -> dict[str, float]:
        """By employee number, how somebody does: the mean of the monthly appraisals of 2025."""
        scores: dict[str, list[float]] = defaultdict(list)
        sheet = CalamineWorkbook.from_path(FOLDER / "records.xlsx").get_sheet_by_index(0)
        # Read raw, which takes a tenth of the time: for how somebody does on the whole, a cell astray is no matter.
        for number, kind, _period, score, *_rest in sheet.iter_rows():
            if kind == "月考核" and isinstance(score, float):
                scores[as_text(number)].append(score)
        return {number: fmean(found) for number, found in scores.items()}


HEADINGS = {
    "employees": ("工号", "姓名", "邮箱", "部门", "岗位", "人员类别", "直接上级工号", "分管副总工号", "入职日期", "离职日期"),
    "customers": ("客户编号", "客户名称", "联系人", "邮箱", "语言", "服务人员工号"),
    "records": ("工号", "考核类型", "周期", "得分", "加分", "事由"),
}


def _csv(kind: str, rows: Iterable[Iterable[object]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS[kind])
    writer.writerows(rows)
    return out.getvalue().encode()


def _as_of(person: EmployeeRow, day: date) -> EmployeeRow:
    gone = person.left is not None and person.left <= day
    return person if gone else replace(person, left=None)


def _employee(row: EmployeeRow) -> tuple[object, ...]:
    return (
        row.employee_no, row.name, row.email, row.department, row.post, row.population, row.superior_no, row.vp_no,
        row.joined.isoformat(), row.left.isoformat() if row.left else "",
    )  # fmt: skip


def _customer(row: CustomerRow) -> tuple[object, ...]:
    return row.customer_no, row.customer, row.contact, row.email, row.language, row.employee_no


def _record(row: RecordRow) -> tuple[object, ...]:
    return row.employee_no, row.kind, row.period, row.score, row.bonus or "", row.reason


def _year_2024(people: Iterable[EmployeeRow], standing: dict[str, float]) -> Iterator[tuple[object, ...]]:
    for person in people:
        if person.superior_no and person.joined.year <= 2024:
            yield from _year_of(person, standing.get(person.employee_no, TYPICAL))


def _year_of(person: EmployeeRow, standing: float) -> Iterator[tuple[object, ...]]:
    rng = Random(f"{SEED} {person.employee_no}")  # noqa: S311 (made-up scores, the same ones every time)
    usual = standing + rng.gauss(-0.5, 2.5)

    def score(spread: float) -> str:
        return f"{min(max(rng.gauss(usual, spread), 45), 100):.1f}"

    first = 1 if person.joined.year < 2024 else person.joined.month
    for month in range(first, MONTHS + 1):
        bonus = ("3", "客户来信表扬") if rng.random() < 0.004 else ("", "")
        yield person.employee_no, "月考核", f"2024-{month:02}", score(4), *bonus
    if person.population == INSPECTED:
        yield from _inspections(person.employee_no, first, rng, score)


def _inspections(
    number: str, first: int, rng: Random, score: Callable[[float], str]
) -> Iterator[tuple[object, ...]]:
    for week in range(1, WEEKS + 1):
        if date.fromisocalendar(2024, week, 5) >= date(2024, first, 1) and rng.random() < 0.88:
            yield number, "周检", f"2024-W{week:02}", score(6), "", ""
    for month in range(first, MONTHS + 1):
        yield number, "月检", f"2024-{month:02}", score(5), "", ""
    if rng.random() < 0.6:
        yield number, "抽检", f"2024-{rng.randint(first, MONTHS):02}-{rng.randint(1, 28):02}", score(8), "", ""
