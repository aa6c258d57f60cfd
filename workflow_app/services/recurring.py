"""Cycles that the clock opens: every period of a kind that HR switched on, once each.

A timer wakes up every day where the company is. What is due is worked out anew each time, so a worker
that was off for weeks catches up, and two that wake up together open nothing twice: the row of the
kind is held while it is looked at, and (recurring_id, period) is unique besides.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from states.errors import Message, Refusal
from states.permissions import SYSTEM, Actor
from states.recurring import check_first, due_periods
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.models import Cycle, RecurringCycle, SchemeVersion
from workflow_app.schemes import current_version, read_scheme
from workflow_app.services.events import record_event
from workflow_app.services.launching import create_cycle, launch
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.working_days import zone_of

if TYPE_CHECKING:
    from states.periods import Span
    from states.scheme.cycles import CycleKind

TIMER = "recurring"
AT = time(0, 5)
NOT_RECURRING = Message("The newest published version of this scheme has no such recurring kind of cycle.")


def switch_on(code: str, kind: str, first_period: str, *, actor: Actor, now: datetime) -> RecurringCycle:
    """Let the clock open a kind of cycle from a period on, by the newest published version of the scheme.

    Refuses a kind without `recurring`, a period of another shape, and one from which too many would
    open at once. Switching on again names a new first period.
    """
    require(actor, "manage_cycles")
    version, spec = _newest(code, kind)
    if version is None or spec is None or spec.recurring is None:
        raise Refusal(NOT_RECURRING)
    first = check_first(first_period, spec.period, spec.recurring, _today(version, now))
    row = _held(code, kind)
    if row is None:
        row = RecurringCycle(scheme_code=code, kind=kind)
        db.session.add(row)
    row.active, row.first_period, row.switched_by_id, row.switched_at = True, first.code, actor.account_id, now
    db.session.flush()
    record_event("recurring", row.id, "recurring_switched_on", actor=actor, now=now, data={"from": first.code})
    set_timer(TIMER, row.id, "open", due_at=now, job=Job.OPEN_RECURRING, recurring_id=row.id)
    return row


def switch_off(row: RecurringCycle, *, actor: Actor, now: datetime) -> None:
    """Open nothing more of this kind by the clock; cycles that run go on."""
    require(actor, "manage_cycles")
    db.session.refresh(row, with_for_update=True)
    if not row.active:
        raise Refusal(Message("This kind is switched off already."), kind="conflict")
    _stop(row, "recurring_switched_off", actor=actor, now=now)
    row.switched_by_id, row.switched_at = actor.account_id, now
    db.session.flush()


def open_due(recurring_id: int, *, now: datetime) -> int:
    """Open and launch the cycle of every period that is due and has none; returns how many.

    Stops for good (until HR switches it on again) once the scheme is retired or has the kind no more.
    """
    row = db.session.scalar(
        select(RecurringCycle).filter_by(id=recurring_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or not row.active:
        return 0
    version, spec = _newest(row.scheme_code, row.kind)
    if version is None or spec is None or spec.recurring is None:
        _stop(row, "recurring_stopped", actor=SYSTEM, now=now)
        return 0
    due = due_periods(row.first_period, spec.period, spec.recurring, _today(version, now))
    there = _periods_there(row)
    opened = sum(_open(row, version, span, now=now) for span in due if span.code not in there)
    set_timer(TIMER, row.id, "open", due_at=_tomorrow(version, now), job=Job.OPEN_RECURRING, recurring_id=row.id)
    return opened


def _open(row: RecurringCycle, version: SchemeVersion, span: Span, *, now: datetime) -> bool:
    try:
        with db.session.begin_nested():
            cycle = create_cycle(version, row.kind, span.code, actor=SYSTEM, now=now)
            cycle.recurring_id = row.id
            db.session.flush()
    except IntegrityError:
        return False
    data = {"cycle": cycle.id, "period": span.code, "version": version.version}
    record_event("recurring", row.id, "recurring_opened", actor=SYSTEM, now=now, data=data)
    try:
        with db.session.begin_nested():
            launch(cycle, actor=SYSTEM, now=now)
    except Refusal:
        # Nobody takes part: the draft stands in HR's list, and the period is not opened again.
        record_event("recurring", row.id, "recurring_without_people", actor=SYSTEM, now=now, data=data)
    return True


def _periods_there(row: RecurringCycle) -> set[str]:
    """Periods that have their cycle: opened by the clock, or by hand under any version of the scheme."""
    own = select(Cycle.period).filter_by(recurring_id=row.id)
    by_hand = (
        select(Cycle.period)
        .join(Cycle.scheme_version)
        .where(SchemeVersion.code == row.scheme_code, Cycle.kind == row.kind, Cycle.state != "cancelled")
    )
    return {*db.session.scalars(own), *db.session.scalars(by_hand)}


def _newest(code: str, kind: str) -> tuple[SchemeVersion | None, CycleKind | None]:
    version = current_version(code)
    return version, read_scheme(version).cycle_kinds.get(kind) if version else None


def _held(code: str, kind: str) -> RecurringCycle | None:
    return db.session.scalar(select(RecurringCycle).filter_by(scheme_code=code, kind=kind).with_for_update())


def _stop(row: RecurringCycle, kind: str, *, actor: Actor, now: datetime) -> None:
    row.active = False
    cancel_timer(TIMER, row.id, "open")
    record_event("recurring", row.id, kind, actor=actor, now=now)


def _today(version: SchemeVersion, now: datetime) -> date:
    return now.astimezone(zone_of(read_scheme(version))).date()


def _tomorrow(version: SchemeVersion, now: datetime) -> datetime:
    zone = zone_of(read_scheme(version))
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), AT, tzinfo=zone)
