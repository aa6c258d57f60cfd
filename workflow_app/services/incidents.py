"""Incidents: what the worker gave up on, and what a person decides about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import find_job, queue_of
from workflow_app.models import Incident, OutboxMessage
from workflow_app.outbox import Handed, hand_over_after_commit, sender
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor


def retry(incident: Incident, *, actor: Actor, now: datetime) -> None:
    """Send the job once more, with all its attempts. Refuses (conflict) what was decided before."""
    _decide(incident, "retried", actor=actor, now=now)
    job = find_job(incident.job)
    if job is None:
        raise Refusal(
            Message("This version does not know the job “%(job)s”: skip it, or run it with the version that made it.",
                    job=incident.job),
            kind="conflict",
        )
    message = db.session.scalar(select(OutboxMessage).filter_by(key=incident.message_key).with_for_update())
    if message is None:
        message = OutboxMessage(
            key=incident.message_key, job=job.value, payload=incident.payload, created_at=now, attempts=0
        )
        db.session.add(message)
    message.done_at, message.last_error, message.attempts = None, None, 0
    message.sent_at = now if sender().usable else None
    hand_over_after_commit([Handed(message.key, job.value, queue_of(job))])


def skip(incident: Incident, *, actor: Actor, now: datetime) -> None:
    """Leave the job undone, on record. Refuses (conflict) what was decided before."""
    _decide(incident, "skipped", actor=actor, now=now)


def _decide(incident: Incident, state: str, *, actor: Actor, now: datetime) -> None:
    require(actor, "see_incidents")
    db.session.refresh(incident, with_for_update=True)
    if incident.state != "open":
        raise Refusal(Message("Somebody has decided this incident already."), kind="conflict")
    incident.state, incident.decided_by_id, incident.decided_at = state, actor.account_id, now
    record_event(
        "incident", incident.id, f"incident_{state}", actor=actor, now=now,
        data={"job": incident.job, "message_key": incident.message_key},
    )
