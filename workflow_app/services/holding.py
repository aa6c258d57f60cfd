"""Legal holds: a person's data is kept beyond its time while one stands (scheme §8)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from states.errors import Message, Refusal
from states.permissions import Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Employee, LegalHold
from workflow_app.services.advancing import checked_reason
from workflow_app.services.events import record_event


def place_hold(employee_no: str, *, reason: str, actor: Actor, now: datetime) -> LegalHold:
    """Keep everything about a person, with the reason. Refuses an unknown number, and a second hold (conflict)."""
    require(actor, "keep_holds")
    employee = db.session.scalar(select(Employee).filter_by(employee_no=employee_no.strip()))
    if employee is None:
        raise Refusal(Message("There is no employee with the number %(number)s.", number=employee_no.strip()[:40]))
    if db.session.scalar(select(LegalHold.id).filter_by(employee_id=employee.id, lifted_at=None)):
        raise Refusal(Message("A hold stands for this person already."), kind="conflict")
    hold = LegalHold(
        employee=employee, reason=checked_reason(reason), placed_by_id=actor.account_id, placed_at=now
    )
    db.session.add(hold)
    db.session.flush()
    record_event("employee", employee.id, "hold_placed", actor=actor, now=now, data={"hold": hold.id})
    return hold


def lift_hold(hold: LegalHold, *, actor: Actor, now: datetime) -> None:
    """Let the scheme's retention hold for this person again. Twice is once."""
    require(actor, "keep_holds")
    if hold.lifted_at is not None:
        return
    hold.lifted_at = now
    record_event("employee", hold.employee_id, "hold_lifted", actor=actor, now=now, data={"hold": hold.id})
