"""The sweeper: sends again what never reached the broker, and what was sent and never acknowledged."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, or_, select, update

from workflow_app.db import db, unit_of_work
from workflow_app.jobs import UNKNOWN, find_job, queue_of
from workflow_app.models import InboxMessage, Incident, OutboxMessage
from workflow_app.outbox import QUEUES, Handed, QueueSettings, hand_over, sender
from workflow_app.services.timing import database_now

if TYPE_CHECKING:
    from datetime import datetime

BATCH = 500
KEPT = timedelta(days=30)


def dispatch() -> int:
    """Send what is due to be sent (again); how many messages.

    The rows are marked first and sent after the commit: a dispatcher that dies in between has only
    put them off, and two dispatchers skip each other's rows.
    """
    if not sender().redis_url:
        return 0
    drained = _drained()
    with unit_of_work():
        now = database_now()
        rows = db.session.execute(
            select(OutboxMessage.id, OutboxMessage.key, OutboxMessage.job)
            .where(OutboxMessage.done_at.is_(None), _overdue(now, drained=drained))
            .order_by(OutboxMessage.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        if rows:
            mark = update(OutboxMessage).where(OutboxMessage.id.in_([row.id for row in rows])).values(sent_at=now)
            db.session.execute(mark)
    hand_over([_message(row.key, row.job) for row in rows])
    return len(rows)


def tidy() -> int:
    """Drop messages done long ago, and their inbox rows; what an incident speaks of stays."""
    with unit_of_work():
        horizon = database_now() - KEPT
        spoken_of = select(Incident.message_key).where(Incident.state == "open")
        gone = db.session.execute(
            delete(OutboxMessage).where(OutboxMessage.done_at < horizon, OutboxMessage.key.not_in(spoken_of))
        )
        db.session.execute(delete(InboxMessage).where(InboxMessage.handled_at < horizon))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _drained() -> bool:
    """No message waits in a queue: what was sent and is not done was lost, or is being worked on.

    Sending again what is being worked on does no harm; sending again a long queue would double it.
    """
    try:
        return sender().waiting() == 0
    except Exception:  # noqa: BLE001 (a broker that is down: sending will find out)
        return False


def _overdue(now: datetime, *, drained: bool) -> ColumnElement[bool]:
    queue = QueueSettings()
    patience = queue.resend_seconds if drained else queue.visibility_seconds
    return or_(OutboxMessage.sent_at.is_(None), OutboxMessage.sent_at <= now - timedelta(seconds=patience))


def _message(key: str, name: str) -> Handed:
    job = find_job(name)
    return Handed(key, job.value, queue_of(job)) if job else Handed(key, UNKNOWN, QUEUES[0])
