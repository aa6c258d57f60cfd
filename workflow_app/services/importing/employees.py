"""Employees: what a roster would change, and writing it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from states.errors import Message
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.imports.employees import circles
from workflow_app.models import Employee
from workflow_app.queries.postings import Place
from workflow_app.services.importing.history import record_many
from workflow_app.services.importing.plan import Change, Plan, added_and_changed, chunks, differences
from workflow_app.services.posting import Moved, check_since, post_joiners, post_moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from states.permissions import Actor
    from workflow_app.imports.employees import EmployeeRow
    from workflow_app.imports.reading import Fault, Table

FIELDS = ("name", "email", "department", "post", "population", "superior_no", "vp_no", "joined", "left")
OWN = ("employee_no", "name", "email", "department", "post", "population", "joined", "left")
PLACE = frozenset({"department", "post", "population", "superior_no", "vp_no"})
SUPERIORS = {"superior_no": "superior_id", "vp_no": "vp_id"}


def plan_employees(rows: Sequence[EmployeeRow], table: Table) -> Plan:
    """What would be added and changed; superiors may stand in the file or in the database."""
    stored = _stored()
    pairs = ((row, stored.get(row.employee_no)) for row in rows)
    added, changed = added_and_changed((_change(row, known), known) for row, known in pairs)
    return Plan(
        "employees", added, changed,
        unchanged=len(rows) - len(added) - len(changed),
        absent=len(stored.keys() - {row.employee_no for row in rows}),
        faults=tuple(_faults(table, stored)),
    )


def write_employees(
    plan: Plan, *, actor: Actor, now: datetime, advance: Callable[[int], None], since: date | None = None
) -> None:
    """Insert and update in portions; superiors last, since they may be new themselves.

    Whose place changes gets a posting `since` that day (today where the company is, unless it is given);
    who is new, since they joined.
    """
    from_day = since or day_of(now)
    check_since([(one.title, one.stored["id"]) for one in plan.changed if PLACE & {f.field for f in one.fields}], from_day, now=now)
    for some in chunks(list(plan.added)):
        db.session.execute(insert(Employee), [_own_values(change.row) | {"version": 1} for change in some])
        advance(len(some))
    ids = dict(db.session.execute(select(Employee.employee_no, Employee.id)).tuples().all())
    _update(plan.changed, ids)
    advance(len(plan.changed))
    _place_under_superiors(plan.added, ids)
    post_joiners([(ids[one.key], one.row.joined, _place(one.row, ids)) for one in plan.added], now=now)
    post_moved([_moved(one, ids) for one in plan.changed], from_day, now=now)
    events = [(ids[one.key], "employee_added", one) for one in plan.added]
    events += [(ids[one.key], "employee_changed", one) for one in plan.changed]
    record_many("employee", events, actor=actor, now=now)
    db.session.expire_all()


def _stored() -> dict[str, dict[str, Any]]:
    columns = [getattr(Employee, name) for name in ("id", *OWN, "superior_id", "vp_id")]
    people = [dict(row._mapping) for row in db.session.execute(select(*columns))]  # noqa: SLF001 (its documented name)
    numbers = {person["id"]: person["employee_no"] for person in people}
    for person in people:
        for number, key in SUPERIORS.items():
            person[number] = numbers.get(person[key])
    return {person["employee_no"]: person for person in people}


def _change(row: EmployeeRow, known: Mapping[str, Any] | None) -> Change:
    wanted = {name: getattr(row, name) for name in FIELDS}
    return Change(row.employee_no, row.name, differences(known or {}, wanted), row.row, row, known)


def _faults(table: Table, stored: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    # Every row of the table, also those that have other faults: all are reported at once.
    known = stored.keys() | {row.text("employee_no") for row in table.rows}
    for row in table.rows:
        for column in SUPERIORS:
            number = row.text(column)
            if number and number not in known:
                yield table.fault(row.number, column, Message(
                    "There is no employee with the number %(number)s, neither in this file nor in the system.",
                    number=number,
                ))
    superiors = {no: person["superior_no"] or "" for no, person in stored.items()}
    superiors |= {row.text("employee_no"): row.text("superior_no") for row in table.rows}
    lines = {row.text("employee_no"): row.number for row in table.rows}
    for circle in circles(superiors):
        chain = " → ".join((*circle, circle[0]))
        for number in circle:
            if number in lines:
                message = Message("These superiors form a circle: %(chain)s.", chain=chain)
                yield table.fault(lines[number], "superior_no", message)


def sort_name(name: str) -> str:
    """The name as it sorts: pinyin, in lower case."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (50 MB of words in every process that never imports anybody)

    return " ".join(lazy_pinyin(name)).casefold()[:240]


def _own_values(row: EmployeeRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OWN} | {"name_sort": sort_name(row.name)}


def _superior_ids(row: EmployeeRow, ids: Mapping[str, int]) -> dict[str, int | None]:
    return {key: ids[getattr(row, number)] if getattr(row, number) else None for number, key in SUPERIORS.items()}


def _update(changed: Sequence[Change], ids: Mapping[str, int]) -> None:
    table = Employee.__table__
    names = (*OWN, "name_sort", "superior_id", "vp_id")
    # Written as one statement of the table: it raises the version, so an open page of the person is stale.
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(version=table.c.version + 1, **{name: bindparam(f"new_{name}") for name in names})
    )
    for some in chunks(list(changed)):
        rows = [_own_values(one.row) | _superior_ids(one.row, ids) | {"id": ids[one.key]} for one in some]
        db.session.connection().execute(
            statement, [{"row_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
        )


def _place(row: EmployeeRow, ids: Mapping[str, int]) -> Place:
    return Place(row.department, row.post, row.population, **_superior_ids(row, ids))


def _moved(one: Change, ids: Mapping[str, int]) -> Moved:
    before: Mapping[str, Any] = one.stored
    place = Place(*(before[field] for field in ("department", "post", "population", "superior_id", "vp_id")))
    return Moved(ids[one.key], place, _place(one.row, ids), before["joined"], one.row.joined)


def _place_under_superiors(added: Sequence[Change], ids: Mapping[str, int]) -> None:
    table = Employee.__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values(superior_id=bindparam("superior"), vp_id=bindparam("vp"))
    )
    for some in chunks(list(added)):
        places = [(ids[one.key], _superior_ids(one.row, ids)) for one in some]
        db.session.connection().execute(
            statement,
            [{"row_id": row_id, "superior": at["superior_id"], "vp": at["vp_id"]} for row_id, at in places],
        )
