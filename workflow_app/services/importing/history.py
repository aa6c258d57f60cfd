"""The events of many rows at once: two statements, not two a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from workflow_app.db import db
from workflow_app.models import Event, EventDetail
from workflow_app.services.importing.plan import chunks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute

    from states.permissions import Actor
    from workflow_app.services.importing.plan import Change


def record_many(
    subject_type: str, events: Sequence[tuple[int, str, Change]], *, actor: Actor, now: datetime
) -> None:
    """Append one event (subject id, kind, change) to each subject's stream, its values beside it."""
    for some in chunks(list(events), 400):
        versions = _newest(Event.version, subject_type, [subject for subject, _, _ in some])
        rows = [
            {
                "subject_type": subject_type, "subject_id": subject, "version": versions.get(subject, 0) + 1,
                "kind": kind, "actor_id": actor.account_id, "at": now,
                "data": {"fields": [one.field for one in change.fields]},
            }
            for subject, kind, change in some
        ]
        db.session.execute(insert(Event), rows)
        # Fetched afterwards: INSERT … RETURNING in a given order goes row by row on SQLite.
        ids = _newest(Event.id, subject_type, [subject for subject, _, _ in some])
        details = [
            {"event_id": ids[subject], "data": _values(change)} for subject, _, change in some if change.fields
        ]
        if details:
            db.session.execute(insert(EventDetail), details)


def _newest(column: InstrumentedAttribute[int], subject_type: str, subjects: list[int]) -> dict[int, int]:
    query = (
        select(Event.subject_id, func.max(column))
        .where(Event.subject_type == subject_type, Event.subject_id.in_(subjects))
        .group_by(Event.subject_id)
    )
    return dict(db.session.execute(query).tuples().all())


def _values(change: Change) -> dict[str, dict[str, str]]:
    return {
        "before": {one.field: one.before for one in change.fields if one.before},
        "after": {one.field: one.after for one in change.fields},
    }
