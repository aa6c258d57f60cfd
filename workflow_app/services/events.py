"""Recording what happened, in the same transaction as the change."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from states.permissions import Actor
from workflow_app.db import db
from workflow_app.models import Event, EventDetail, Review


def record_review_event(
    review: Review,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append an event to a review's stream and raise its version: version = number of its events."""
    review.version += 1
    # Written with the next flush: a step of a review records several events, and each flush costs a round trip.
    return _append("review", review.id, review.version, kind, actor, now, data, detail)


def record_event(
    subject_type: str,
    subject_id: int,
    kind: str,
    *,
    actor: Actor,
    now: datetime,
    data: dict[str, Any] | None = None,
    detail: dict[str, Any] | None = None,
) -> Event:
    """Append an event to any other stream (cycle, assignment, submission, account, …).

    `data` holds ids and codes only; personal before and after values go into `detail`.
    """
    last = db.session.scalar(
        select(func.max(Event.version)).where(Event.subject_type == subject_type, Event.subject_id == subject_id)
    )
    event = _append(subject_type, subject_id, (last or 0) + 1, kind, actor, now, data, detail)
    db.session.flush()
    return event


def _append(
    subject_type: str,
    subject_id: int,
    version: int,
    kind: str,
    actor: Actor,
    now: datetime,
    data: dict[str, Any] | None,
    detail: dict[str, Any] | None,
) -> Event:
    event = Event(
        subject_type=subject_type,
        subject_id=subject_id,
        version=version,
        kind=kind,
        actor_id=actor.account_id,
        at=now,
        data=data or {},
    )
    if detail:
        event.detail = EventDetail(data=detail)
    db.session.add(event)
    return event
