"""Uploaded files → parsed rows, with what the parsers and the database's columns find wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from states.errors import Message, Refusal
from states.scheme import builtin_scheme
from workflow_app.imports.customers import EMAIL, read_customers
from workflow_app.imports.employees import population_names, read_employees
from workflow_app.imports.faults import Faulty
from workflow_app.imports.kpi import read_kpi
from workflow_app.imports.records import RecordKinds, read_records, record_kinds_of
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflow_app.imports.reading import Fault, Row, Table

KINDS = ("employees", "customers", "records", "kpi")
LONGEST: dict[str, Mapping[str, int]] = {
    "employees": {"employee_no": 40, "name": 120, "email": 254, "department": 120, "post": 120},
    "customers": {"customer_no": 40, "customer": 200, "contact": 120, "email": 254},
    "records": {"employee_no": 40, "reason": 500},
    "kpi": {"employee_no": 40, "kpi": 200},
}
"""The most characters of a column, as the tables hold them."""

ALLOWED_CONTROLS = frozenset("\t\n\r")


@dataclass(frozen=True)
class Source:
    """The rows that could be parsed, every fault so far, and the table that names places in the file."""

    rows: Sequence[Any]
    faults: tuple[Fault, ...]
    table: Table


def read_source(kind: str, filename: str, content: bytes) -> Source:
    """Parse an uploaded file. Refuses (invalid) what is no workbook or table of text at all."""
    name = PurePath(filename.replace("\\", "/")).name
    try:
        rows, table = _parse(kind, name, content)
    except Faulty as faulty:
        raise Refusal([in_place(fault) for fault in faulty.faults]) from None
    faults = [*table.faults, *_unfit(kind, table)]
    if not table.rows and not faults:
        faults.append(table.fault(0, "", Message("There are no rows below the headings.")))
    return Source(rows, tuple(faults), table)


def known_kinds() -> RecordKinds:
    """The kinds of records of the scheme in force, or of the built-in one before the first."""
    return record_kinds_of(current_scheme() or builtin_scheme())


def _parse(kind: str, name: str, content: bytes) -> tuple[Sequence[Any], Table]:
    if kind == "employees":
        names = population_names(current_scheme() or builtin_scheme())
        return read_employees(content, name=name, populations=names, complete=False)
    if kind == "customers":
        return read_customers(content, name=name)
    if kind == "kpi":
        return read_kpi(content, name=name)
    rows, _others, table = read_records(content, name=name, kinds=known_kinds())
    return rows, table


def _unfit(kind: str, table: Table) -> Iterator[Fault]:
    """Texts that no column can hold: too long, or with characters that nobody can see."""
    for row in table.rows:
        for field, most in LONGEST[kind].items():
            text = row.text(field)
            if len(text) > most:
                yield table.fault(row.number, field, Message(
                    "The text has %(count)s characters; allowed: %(most)s.", count=len(text), most=most
                ))
            elif any(sign < " " and sign not in ALLOWED_CONTROLS for sign in text):
                yield table.fault(row.number, field, Message("The text contains control characters. Type it anew."))
        if kind == "employees":
            yield from _unfit_person(row, table)


def _unfit_person(row: Row, table: Table) -> Iterator[Fault]:
    email = row.text("email")
    if not row.text("name"):
        yield table.fault(row.number, "name", Message("The name is missing."))
    if email and not EMAIL.fullmatch(email):
        yield table.fault(row.number, "email", Message("“%(found)s” is no mail address.", found=email[:80]))


def in_place(fault: Fault) -> Message:
    """A fault with its place, as one sentence in the reader's language."""
    if not fault.row:
        return Message("%(file)s: %(message)s", file=fault.file, message=fault.message)
    if not fault.sheet:
        return Message(
            "%(file)s, row %(row)s, column %(column)s: %(message)s",
            file=fault.file, row=fault.row, column=fault.column, message=fault.message,
        )
    return Message(
        "%(file)s, sheet %(sheet)s, row %(row)s, column %(column)s: %(message)s",
        file=fault.file, sheet=fault.sheet, row=fault.row, column=fault.column, message=fault.message,
    )
