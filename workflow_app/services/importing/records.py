"""Records of the year (inspections, monthly appraisals): what a file would change, and writing it.

A record is known by person, kind and period. Checks of one day have no number of their own: a
file is taken to hold all of a person's checks of a day it names; equal ones are the same one,
the rest are paired in order.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from states.composition import period_weight
from states.errors import Message
from workflow_app.db import db
from workflow_app.models import Employee, Record
from workflow_app.models.records import SCORE_PLACES
from workflow_app.services.importing.history import record_many
from workflow_app.services.importing.plan import Change, Plan, added_and_changed, chunks, differences
from workflow_app.services.importing.sources import known_kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.imports.reading import Fault, Table
    from workflow_app.imports.records import RecordRow

FIELDS = ("score", "bonus", "reason")
Key = tuple[str, str, str]
"""Employee number, kind, period."""


def plan_records(rows: Sequence[RecordRow], table: Table) -> Plan:
    """What would be added and changed; the person must be known and employed in the month appraised."""
    stored = _stored({row.year for row in rows})
    wanted: dict[Key, list[RecordRow]] = defaultdict(list)
    for row in rows:
        wanted[row.employee_no, row.kind, row.period].append(row)
    pairs = (pair for key, some in wanted.items() for pair in _pairs(some, stored.get(key, [])))
    added, changed = added_and_changed((_change(row, known), known) for row, known in pairs)
    return Plan(
        "records", added, changed,
        unchanged=len(rows) - len(added) - len(changed),
        absent=sum(len(found) for key, found in stored.items() if key not in wanted),
        faults=tuple(_faults(rows, table)),
    )


def write_records(plan: Plan, *, actor: Actor, now: datetime, advance: Callable[[int], None]) -> None:
    """Insert in portions, update what differs. Additions are told by the import's own event."""
    people = dict(db.session.execute(select(Employee.employee_no, Employee.id)).tuples().all())
    places = _free_places(plan.added)
    for some in chunks(list(plan.added)):
        db.session.execute(insert(Record), [_values(one, people, places) for one in some])
        advance(len(some))
    table = Record.__table__
    statement = (
        update(table)
        .where(table.c.id == bindparam("row_id"))
        .values({name: bindparam(f"new_{name}") for name in FIELDS} | {"exact": None})
    )
    for some in chunks(list(plan.changed)):
        rows = [
            {"row_id": one.stored["id"], **{f"new_{key}": value for key, value in _told(one.row).items()}} for one in some
        ]
        db.session.connection().execute(statement, rows)
        advance(len(some))
    events = [(one.stored["id"], "record_changed", one) for one in plan.changed]
    record_many("record", events, actor=actor, now=now)
    db.session.expire_all()


def _stored(years: set[int], *, reviewed: bool = False) -> dict[Key, list[dict[str, Any]]]:
    names = ("id", "kind", "period", "occurrence", *FIELDS)
    query = (
        select(Employee.employee_no, *(getattr(Record, name) for name in names))
        .join(Employee)
        .where(Record.year.in_(sorted(years)))
        .order_by(Record.occurrence)
    )
    if not reviewed:
        query = query.where(Record.review_id.is_(None))
    found: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for row in db.session.execute(query).mappings():
        found[row["employee_no"], row["kind"], row["period"]].append(dict(row))
    return found


def _reviewed(years: set[int]) -> set[Key]:
    """What reviews have left records of: a file does not change it."""
    query = select(Employee.employee_no, Record.kind, Record.period).join(Record, Record.employee_id == Employee.id)
    return set(db.session.execute(query.where(Record.year.in_(sorted(years)), Record.review_id.is_not(None))).tuples())


def _pairs(
    rows: Sequence[RecordRow], stored: Sequence[dict[str, Any]]
) -> Iterator[tuple[RecordRow, dict[str, Any] | None]]:
    if len(rows) == 1 and len(stored) <= 1:
        yield rows[0], (stored[0] if stored else None)
        return
    left = list(stored)
    unmatched = []
    for row in rows:
        same = next((one for one in left if not _change(row, one).fields), None)
        if same is None:
            unmatched.append(row)
        else:
            left.remove(same)
            yield row, same
    for row in unmatched:
        yield row, (left.pop(0) if left else None)


def _change(row: RecordRow, known: Mapping[str, Any] | None) -> Change:
    key = f"{row.employee_no} {row.kind} {row.period}"
    return Change(key, row.employee_no, differences(known or {}, _told(row)), row.row, row, known)


def _told(row: RecordRow) -> dict[str, Any]:
    return {"score": row.score, "bonus": row.bonus or None, "reason": row.reason}


def _faults(rows: Sequence[RecordRow], table: Table) -> Iterator[Fault]:
    query = select(Employee.employee_no, Employee.joined, Employee.left)
    dated = known_kinds().dated
    people = {no: (joined, left) for no, joined, left in db.session.execute(query)}
    for line in table.rows:
        number = line.text("employee_no")
        if number and number not in people:
            yield table.fault(line.number, "employee_no", Message(
                "There is no employee with the number %(number)s in the system. Import the employees first.",
                number=number,
            ))
    reviewed, kinds = _reviewed({row.year for row in rows}), known_kinds()
    for row in rows:
        known = people.get(row.employee_no)
        if (row.employee_no, row.kind, row.period) in reviewed and not kinds.is_repeatable(row.kind):
            yield table.fault(row.row, "period", Message(
                "%(number)s has the result of a review in the system for %(period)s. Take this row out of the file.",
                number=row.employee_no, period=row.period,
            ))
        if known and row.kind in dated and not period_weight(row.period, *known):
            yield table.fault(row.row, "period", Message(
                "%(number)s was not employed on any day of %(period)s.", number=row.employee_no, period=row.period
            ))
        if row.score != round(row.score, SCORE_PLACES):
            yield table.fault(row.row, "score", Message(
                "The score has more than %(places)s decimal places. Round it to %(places)s or fewer.",
                places=SCORE_PLACES,
            ))


def _free_places(added: Sequence[Change]) -> dict[int, int]:
    """For every added row (by identity) the occurrence it gets: after those that are stored."""
    taken: dict[Key, int] = {}
    kinds = known_kinds()
    spots = [one.row for one in added if kinds.is_repeatable(one.row.kind)]
    if spots:
        for key, found in _stored({row.year for row in spots}, reviewed=True).items():
            taken[key] = max(one["occurrence"] for one in found)
    places = {}
    for row in spots:
        key = (row.employee_no, row.kind, row.period)
        taken[key] = places[id(row)] = taken.get(key, 0) + 1
    return places


def _values(change: Change, people: Mapping[str, int], places: Mapping[int, int]) -> dict[str, Any]:
    row = change.row
    return {
        "employee_id": people[row.employee_no], "kind": row.kind, "period": row.period,
        "year": row.year, "occurrence": places.get(id(row), 1), **_told(row),
    }
