"""The wrapper around every handler: however often a message comes, its effect is in the database once.

A delivery goes through three transactions. The first counts the attempt, so that a message which kills
its worker every time is counted too. The second holds the inbox row, the effect and the acknowledgement
together. The third, only after a fault, notes it, and opens an incident once the attempts are used up.
"""

from __future__ import annotations

import inspect
import logging
import traceback
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from states.errors import Refusal
from worker.registry import HANDLERS, Handler, ticks
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job, Tick, queue_of
from workflow_app.mail import MailRefusedError
from workflow_app.models import InboxMessage, Incident, OutboxMessage
from workflow_app.outbox import Handed, QueueSettings, sender
from workflow_app.services.timing import database_now

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)

ERROR_LENGTH = 4000
LONGEST_WAIT_SECONDS = 16
# Answers, not accidents: asking again will not change them.
FINAL = (Refusal, MailRefusedError)
# How long a handler that acts outside the database is given before a second delivery may act too.
OUTSIDE_LEASE = timedelta(seconds=60)


class Outcome(StrEnum):
    """How a delivery ended."""

    DONE = "done"
    NOTHING = "nothing"  # no such row, done already, or another worker has it
    AGAIN = "again"
    INCIDENT = "incident"


@dataclass(frozen=True)
class Attempt:
    """One counted try at one message."""

    key: str
    job: str
    payload: dict[str, Any]
    number: int


def deliver(key: str) -> Outcome:
    """Handle one message by its key, within an application context."""
    attempt = _begin(key)
    if attempt is None:
        return Outcome.NOTHING
    if attempt.number > QueueSettings().max_attempts:
        return _give_up(attempt, "The worker ended again and again while it was on this.")
    handler = HANDLERS.get(attempt.job)
    complaint = _misfit(handler, attempt)
    if handler is None or complaint:
        return _give_up(attempt, complaint or "")
    try:
        return _run(handler, attempt)
    except Exception as error:  # noqa: BLE001 (whatever a handler raises is counted and shown)
        return _fault(attempt, error)


def tick(name: Tick) -> None:
    """What the clock asks for. A fault is logged and mended by the next tick."""
    try:
        ticks()[name]()
    except Exception:
        db.session.rollback()
        logger.exception("tick %s failed", name.value)


def _locked(key: str) -> OutboxMessage | None:
    """The unfinished row of a message, unless another worker holds it (PostgreSQL; SQLite has one writer)."""
    return db.session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.key == key, OutboxMessage.done_at.is_(None))
        .with_for_update(skip_locked=True)
    )


def _begin(key: str) -> Attempt | None:
    with unit_of_work():
        row = _locked(key)
        if row is None:
            return None
        now = database_now()
        handler = HANDLERS.get(row.job)
        if handler is not None and handler.outside and _leased(row, now):
            return None
        # Counted in SQL: two deliveries at once are two attempts.
        row.attempts = OutboxMessage.attempts + 1
        row.sent_at, row.last_error = now, None
        db.session.flush()
        return Attempt(key, row.job, row.payload, row.attempts)


def _leased(row: OutboxMessage, now: datetime) -> bool:
    """Somebody began on this a moment ago and has neither finished nor failed."""
    begun = row.attempts > 0 and row.last_error is None and row.sent_at is not None
    return bool(begun and row.sent_at and row.sent_at > now - OUTSIDE_LEASE)


def _misfit(handler: Handler | None, attempt: Attempt) -> str | None:
    """Why this message can never be handled here: queued by another version, most likely."""
    if handler is None:
        return f"No handler for the job {attempt.job!r}: it was queued by another version."
    try:
        inspect.signature(handler.function).bind(**attempt.payload)
    except TypeError as error:
        return f"The job {attempt.job!r} takes other arguments in this version: {error}"
    return None


def _run(handler: Handler, attempt: Attempt) -> Outcome:
    # What acts outside the database must not hold a transaction open while it waits for others.
    finish = handler.function(**attempt.payload) if handler.outside else None
    with unit_of_work():
        row = _locked(attempt.key)
        if row is None:
            return Outcome.NOTHING
        now = database_now()
        row.done_at, row.last_error = now, None
        if not _note_in_inbox(attempt, now):
            return Outcome.NOTHING
        if finish is not None:
            finish()
        elif not handler.outside:
            handler.function(**attempt.payload)
    return Outcome.DONE


def _note_in_inbox(attempt: Attempt, now: datetime) -> bool:
    """Whether this transaction is the one that has the effect."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(InboxMessage).values(message_key=attempt.key, job=attempt.job, handled_at=now)
    statement = statement.on_conflict_do_nothing(index_elements=["message_key"])
    return db.session.scalar(statement.returning(InboxMessage.message_key)) is not None


def _fault(attempt: Attempt, error: Exception) -> Outcome:
    text = "".join(traceback.format_exception(error))[-ERROR_LENGTH:]
    said = getattr(error, "for_log", error)
    logger.warning("attempt %d of %s %s failed: %s", attempt.number, attempt.job, attempt.key, said)
    if isinstance(error, FINAL) or attempt.number >= QueueSettings().max_attempts:
        return _give_up(attempt, text)
    with unit_of_work():
        row = _locked(attempt.key)
        if row is None:
            return Outcome.NOTHING
        row.last_error, row.sent_at = text, database_now()
    message = Handed(attempt.key, attempt.job, queue_of(Job(attempt.job)))
    sender().send(message, countdown=min(2**attempt.number, LONGEST_WAIT_SECONDS))
    return Outcome.AGAIN


def _give_up(attempt: Attempt, text: str) -> Outcome:
    """Open an incident: a person decides. The message itself is finished until then."""
    with unit_of_work():
        row = _locked(attempt.key)
        if row is None:
            return Outcome.NOTHING
        now = database_now()
        row.done_at, row.last_error = now, text
        db.session.add(
            Incident(
                message_key=attempt.key, job=attempt.job, payload=attempt.payload, error=text,
                attempts=attempt.number, created_at=now, state="open",
            )
        )
    logger.error("incident: %s %s is left to a person", attempt.job, attempt.key)
    return Outcome.INCIDENT
