"""HR records who is away, from when to when; every change is in the person's history."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.errors import Message, Refusal
from states.leave import KINDS
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Employee, Leave
from workflow_app.queries.facts import person_facts
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from states.permissions import Actor

LONGEST_DAYS = 3 * 366
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Wanted:
    """A leave as HR names it: kind (statutory, sick, other), first and last day, a note."""

    kind: str
    first: date
    last: date
    note: str = ""


def record_leave(employee: Employee, wanted: Wanted, *, actor: Actor, now: datetime) -> Leave:
    """Record a leave. Refuses (forbidden) one's own, (invalid) odd days and what overlaps another leave."""
    require(actor, "manage_career", person_facts(employee))
    _check(employee, wanted, None)
    row = Leave(employee_id=employee.id, recorded_by_id=actor.account_id, recorded_at=now, **asdict(wanted))
    db.session.add(row)
    db.session.flush()
    _record(employee, "leave_recorded", row, None, actor=actor, now=now)
    return row


def change_leave(row: Leave, wanted: Wanted, *, actor: Actor, now: datetime) -> None:
    """Set a leave right, by the same rules; the former days stay in the history."""
    require(actor, "manage_career", person_facts(row.employee))
    _check(row.employee, wanted, row)
    before = _said(row)
    row.kind, row.first, row.last, row.note = wanted.kind, wanted.first, wanted.last, wanted.note
    row.recorded_by_id, row.recorded_at = actor.account_id, now
    db.session.flush()
    _record(row.employee, "leave_changed", row, before, actor=actor, now=now)


def remove_leave(row: Leave, *, actor: Actor, now: datetime) -> None:
    """Take back a leave that never was; the history keeps it."""
    require(actor, "manage_career", person_facts(row.employee))
    before, employee, number = _said(row), row.employee, row.id
    db.session.delete(row)
    db.session.flush()
    record_event(
        "employee", employee.id, "leave_removed", actor=actor, now=now, data={"leave": number}, detail={"before": before}
    )


def _check(employee: Employee, wanted: Wanted, own: Leave | None) -> None:
    faults = []
    if wanted.kind not in KINDS:
        faults.append(Message("Choose the kind of leave."))
    if wanted.last < wanted.first:
        faults.append(Message("The last day of the leave lies before the first."))
    elif (wanted.last - wanted.first).days > LONGEST_DAYS:
        faults.append(Message("A leave has up to three years. Record the next one when it begins."))
    if wanted.first < employee.joined or (employee.left is not None and wanted.last > employee.left):
        faults.append(Message("The leave must lie within the person's employment."))
    if len(wanted.note) > NOTE_LENGTH:
        faults.append(Message("A note has up to %(most)s characters.", most=NOTE_LENGTH))
    other = _overlapping(employee, wanted, own)
    if other is not None and not faults:
        faults.append(
            Message("There is a leave from %(first)s to %(last)s already. Change that one.", first=other.first, last=other.last)
        )
    if faults:
        raise Refusal(faults)


def _overlapping(employee: Employee, wanted: Wanted, own: Leave | None) -> Leave | None:
    query = select(Leave).where(Leave.employee_id == employee.id, Leave.first <= wanted.last, Leave.last >= wanted.first)
    return db.session.scalar(query.where(Leave.id != (own.id if own else 0)).limit(1))


def _said(row: Leave) -> dict[str, str]:
    return {"kind": row.kind, "first": row.first.isoformat(), "last": row.last.isoformat(), "note": row.note}


def _record(
    employee: Employee, kind: str, row: Leave, before: dict[str, str] | None, *, actor: Actor, now: datetime
) -> None:
    detail: dict[str, Any] = {"after": _said(row)} | ({"before": before} if before else {})
    record_event("employee", employee.id, kind, actor=actor, now=now, data={"leave": row.id}, detail=detail)
