"""The jobs of the outbox, done on the spot: while a sample is made there is no queue and no worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.models import OutboxMessage
from workflow_app.services import (
    acting,
    closing_surveys,
    composing,
    distributing,
    inviting,
    launching,
    releasing,
    reminding,
    reminding_customers,
    scheme_notices,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

ERRANDS: dict[Job, Callable[..., object]] = {
    Job.LAUNCH_CYCLE: launching.launch_cycle,
    Job.LAUNCH_CHUNK: launching.launch_chunk,
    Job.COMPOSE_CYCLE: composing.compose_cycle,
    Job.DISTRIBUTE_CYCLE: distributing.distribute_cycle,
    Job.RELEASE_CYCLE: releasing.release_reviews,
    Job.PROPOSE_ACTIONS: acting.propose_actions,
    Job.SEND_INVITATIONS: inviting.send_invitations,
    Job.REMIND_CUSTOMERS: reminding_customers.remind_customers,
    Job.CLOSE_SURVEYS: closing_surveys.close_surveys,
    Job.REMIND: reminding.run_day,
    Job.ANNOUNCE_SCHEME: scheme_notices.announce_chunk,
    Job.REMIND_READERS: scheme_notices.remind_chunk,
}


def run_errands(now: datetime) -> int:
    """Do what stands in the outbox, and what that asks for, in the current transaction; how many."""
    done = 0
    query = select(OutboxMessage).where(OutboxMessage.done_at.is_(None)).order_by(OutboxMessage.id).limit(1)
    while message := db.session.scalar(query):
        ERRANDS[Job(message.job)](**message.payload, now=now)
        message.attempts, message.sent_at, message.done_at = 1, now, now
        db.session.flush()
        done += 1
    return done
