"""A whole company's year from two files: the roster and the records, as the rules want them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.composition import period_weight
from states.errors import Message
from states.grading import PersonYear, RecordValue
from workflow_app.imports.employees import EmployeeRow, population_names, read_employees
from workflow_app.imports.faults import Fault, Faulty
from workflow_app.imports.records import Check, RecordKinds, RecordRow, read_records, record_kinds_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from states.scheme import Scheme
    from workflow_app.imports.reading import Table


@dataclass(frozen=True)
class Upload:
    """A file by its path, or its content, and the name that faults call it by."""

    source: Path | bytes
    name: str


@dataclass(frozen=True)
class Company:
    """The people in order of their numbers, their names, how many records of other years there are, the faults."""

    people: list[PersonYear]
    names: dict[str, str]
    others: int
    faults: list[Fault]


def read_company(
    employees: Upload, records: Upload, year: int, scheme: Scheme, *,
    beside: Scheme | None = None, advance: Callable[[], None] = lambda: None,
) -> Company:  # fmt: skip
    """Read both files; `advance` is called for every record.

    What only the scheme `beside` knows, kinds of records or populations, is no fault then: it does not count.
    """
    faults: list[Fault] = []
    staff: list[EmployeeRow] = []
    rows: list[RecordRow] = []
    kinds = record_kinds_of(scheme)
    populations = population_names(scheme)
    if beside is not None:
        kinds, populations = _both(record_kinds_of(beside), kinds), population_names(beside) | populations
    others, roster = 0, None
    try:
        staff, roster = read_employees(employees.source, name=employees.name, populations=populations)
        faults += roster.faults
    except Faulty as faulty:
        faults += faulty.faults
    try:
        rows, others, table = read_records(
            records.source, name=records.name, kinds=kinds, year=year,
            check=_person_check(staff, roster, kinds), advance=advance,
        )  # fmt: skip
        faults += table.faults
    except Faulty as faulty:
        faults += faulty.faults
    ordered = sorted(faults, key=lambda one: (one.file != employees.name, one.sheet, one.row))
    return Company(_people(staff, rows), {one.employee_no: one.name for one in staff}, others, ordered)


def read_for_both(
    employees: Upload, records: Upload, year: int, scheme: Scheme, beside: Scheme, *,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Company, Company, list[Fault]]:  # fmt: skip
    """The company as each of two schemes reads its files, and the faults of both, each once."""
    first = read_company(employees, records, year, scheme, beside=beside, advance=advance)
    if record_kinds_of(scheme) == record_kinds_of(beside) and population_names(scheme) == population_names(beside):
        return first, first, first.faults
    second = read_company(employees, records, year, beside, beside=scheme, advance=advance)
    return first, second, list({str(fault): fault for fault in (*first.faults, *second.faults)}.values())


def _both(other: RecordKinds, own: RecordKinds) -> RecordKinds:
    """The names of both, the own ones first where a name means two things."""
    return RecordKinds({**other.names, **own.names}, {**other.shapes, **own.shapes}, own.dated, own.bonus)


def _person_check(staff: Iterable[EmployeeRow], roster: Table | None, kinds: RecordKinds) -> Check | None:
    """Whether a record's person is in the roster, and was employed in the month appraised."""
    if roster is None or (roster.faults and not roster.rows):
        return None
    known = {row.text("employee_no") for row in roster.rows}
    people = {one.employee_no: one for one in staff}

    def check(number: str, kind: str, period: str | None) -> Iterator[tuple[str, Message]]:
        if number and number not in known:
            yield "employee_no", Message("%(number)s is not in the roster.", number=number)
        person = people.get(number)
        if person is None or period is None or kind not in kinds.dated:
            return
        if not period_weight(period, person.joined, person.left):
            yield "period", Message(
                "%(number)s was not employed for a single day of %(period)s.", number=number, period=period
            )

    return check


def _people(staff: Iterable[EmployeeRow], rows: Iterable[RecordRow]) -> list[PersonYear]:
    """The people in order of their numbers, each with the records of the year."""
    records: dict[str, list[RecordValue]] = defaultdict(list)
    for row in rows:
        records[row.employee_no].append(RecordValue(row.kind, row.period, Fraction(row.score), Fraction(row.bonus)))
    return [
        PersonYear(one.employee_no, one.population, one.joined, one.left, tuple(records[one.employee_no]))
        for one in sorted(staff, key=lambda one: one.employee_no)
    ]
