"""Timers: rows with a due moment. The clock only says "tick"; what is due is claimed here, once.

A timer asks for a job when it fires, in the same transaction, so what it causes has one effect too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Timer

if TYPE_CHECKING:
    from collections.abc import Sequence


def database_now() -> datetime:
    """The database's clock, in UTC: workers whose own clocks differ agree on what is due."""
    if db.engine.dialect.name == "sqlite":
        text = db.session.scalar(select(func.strftime("%Y-%m-%d %H:%M:%f", "now")))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    moment = db.session.scalar(select(func.clock_timestamp()))
    if not isinstance(moment, datetime):
        raise TypeError(f"the database's clock said {moment!r}")
    return moment.astimezone(UTC)


def set_timer(
    subject_type: str, subject_id: int, kind: str, *, due_at: datetime, job: Job, **ids: int | str | None
) -> Timer:
    """Set the timer `kind` of a subject: at `due_at` (aware) it asks for `job` with `ids`.

    An unfired timer of the same kind is replaced: a returned form has a new deadline, not two.
    """
    cancel_timer(subject_type, subject_id, kind)
    last = db.session.scalar(
        select(func.max(Timer.generation)).where(
            Timer.subject_type == subject_type, Timer.subject_id == subject_id, Timer.kind == kind
        )
    )
    timer = Timer(
        subject_type=subject_type, subject_id=subject_id, kind=kind, generation=(last or 0) + 1, due_at=due_at,
        payload={"job": Job(job).value, "ids": dict(ids)},
    )
    db.session.add(timer)
    db.session.flush()
    return timer


def cancel_timer(subject_type: str, subject_id: int, kind: str) -> int:
    """Drop the unfired timer of a subject; how many there were. What has fired stays as it is."""
    result = db.session.execute(
        delete(Timer).where(
            Timer.subject_type == subject_type, Timer.subject_id == subject_id, Timer.kind == kind,
            Timer.fired_at.is_(None),
        )
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def due_timers(*, now: datetime, limit: int = 200) -> Sequence[Timer]:
    """Timers due by `now`, locked for this transaction; those another worker holds are skipped."""
    return db.session.scalars(
        select(Timer)
        .where(Timer.fired_at.is_(None), Timer.due_at <= now)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()


def fire_due_timers(*, now: datetime, limit: int = 200) -> int:
    """Fire what is due: each timer asks for its job and is marked as fired. How many fired."""
    timers = due_timers(now=now, limit=limit)
    for timer in timers:
        timer.fired_at = now
        enqueue(Job(timer.payload["job"]), now=now, **timer.payload["ids"])
    db.session.flush()
    return len(timers)
