"""HR records that somebody is appointed, or put on duty, once the gate before it is passed (scheme §1, row 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Clearance, Employee
from workflow_app.queries.facts import person_facts
from workflow_app.queries.gates import gates_in_force, standings
from workflow_app.queries.tests_taken import taken_by
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from states.permissions import Actor
    from states.scheme.forms import Gate
    from workflow_app.queries.gates import Place


def give_clearance(employee: Employee, gate: str, *, effective_on: date, actor: Actor, now: datetime) -> Clearance:
    """Record the appointment, or the duty, that a gate stands before.

    Refuses (conflict), naming what is lacking, while the gate is not passed; (conflict) a second
    clearance; (invalid) a day before the last test that the gate asks, or in the future.
    """
    require(actor, "manage_career", person_facts(employee))
    # Two who press at once come one after the other, and the second finds the first one's clearance.
    db.session.execute(select(Employee.id).filter_by(id=employee.id).with_for_update())
    place = _place(employee, gate)
    _guard(place, effective_on, now)
    row = Clearance(
        employee_id=employee.id, gate=gate, step=place.gate.before, post=employee.post, effective_on=effective_on,
        given_by_id=actor.account_id, given_at=now,
    )
    db.session.add(row)
    db.session.flush()
    data = {"gate": gate, "step": row.step, "on": effective_on.isoformat(), "clearance": row.id}
    record_event("employee", employee.id, "cleared", actor=actor, now=now, data=data, detail={"post": employee.post})
    return row


def earliest(employee: Employee, gate: Gate, since: date) -> date:
    """The first day for which a passed gate can be cleared: that of the last test it asks, or of the transfer."""
    newest = {one.form: one.on for one in taken_by([employee.id]).get(employee.id, ())}
    return max([since, *(newest[form] for form in gate.forms if form in newest)])


def _place(employee: Employee, gate: str) -> Place:
    found = standings([employee], [one for one in gates_in_force() if one.gate.code == gate]).get(employee.id)
    if not found:
        raise Refusal(Message("The scheme has no such gate."), kind="not_found")
    return found[0]


def _guard(place: Place, effective_on: date, now: datetime) -> None:
    standing = place.standing
    if not standing.asked:
        raise Refusal(Message("This person was here before the gate, which asks nothing of them."), kind="conflict")
    if standing.cleared is not None:
        raise Refusal(Message("This is recorded already, from %(day)s on.", day=standing.cleared), kind="conflict")
    if standing.lacking:
        raise Refusal([Message("The gate is not passed yet."), *standing.lacking], kind="conflict")
    first = earliest(place.employee, place.gate, standing.since)
    if not first <= effective_on <= day_of(now):
        raise Refusal(Message("Choose a day from %(first)s to today.", first=first))
