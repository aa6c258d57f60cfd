"""How far a long job is: counters in the database that a page reads while the worker works."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from workflow_app.db import db
from workflow_app.models import Progress

if TYPE_CHECKING:
    from datetime import datetime


def find(subject_type: str, subject_id: int, kind: str) -> Progress | None:
    """The progress of one kind of work on one subject, or None when it was never begun."""
    return db.session.scalar(
        select(Progress).filter_by(subject_type=subject_type, subject_id=subject_id, kind=kind)
    )


def begin(subject_type: str, subject_id: int, kind: str, *, total: int, now: datetime) -> Progress:
    """Start counting `total` pieces, from nothing (again, when the work is done anew)."""
    progress = find(subject_type, subject_id, kind)
    if progress is None:
        progress = Progress(subject_type=subject_type, subject_id=subject_id, kind=kind, started_at=now)
        db.session.add(progress)
    progress.total, progress.done, progress.failed, progress.error = total, 0, 0, None
    progress.started_at = now
    progress.finished_at = now if total == 0 else None
    db.session.flush()
    return progress


def advance(progress: Progress, *, now: datetime, done: int = 0, failed: int = 0) -> None:
    """Add to the counters, in SQL since several chunks may report at once; the last one finishes it."""
    db.session.execute(
        update(Progress)
        .where(Progress.id == progress.id)
        .values(done=Progress.done + done, failed=Progress.failed + failed)
    )
    db.session.refresh(progress)
    if progress.done + progress.failed >= progress.total and progress.finished_at is None:
        progress.finished_at = now


def fail(progress: Progress, error: str, *, now: datetime) -> None:
    """End the work with what went wrong, in words for the page."""
    progress.error, progress.finished_at = error, now
