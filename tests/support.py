"""What tests of every area share: running the jobs that pages and services ask for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from flask import has_app_context
from sqlalchemy import select

from worker import tasks
from worker.registry import HANDLERS, Handler
from worker.transaction import Outcome, deliver
from workflow_app.db import db, unit_of_work
from workflow_app.models import Incident, OutboxMessage
from workflow_app.services import timing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from flask import Flask

    from workflow_app.jobs import Job

MOST = 2000


def run_jobs(app: Flask, *, incidents: bool = False) -> list[Outcome]:
    """Handle everything in the outbox, and what that asks for, through the worker's own wrapper.

    What the test has written is committed first; a job that fails for good fails the test, unless
    `incidents` are what it is about. Retries come at once.
    """
    _let_go()
    tasks.load()
    outcomes: list[Outcome] = []
    while key := _next(app):
        with app.app_context():
            outcomes.append(deliver(key))
        assert len(outcomes) < MOST, "jobs without end"
    if not incidents:
        _refuse_incidents(app)
    return outcomes


def run_timers(app: Flask, *, now: datetime) -> int:
    """Fire what is due by `now` and handle what it asks for; how many timers fired."""
    _let_go()
    with app.app_context(), unit_of_work():
        fired = timing.fire_due_timers(now=now)
    run_jobs(app)
    return fired


@contextmanager
def handler(job: Job, function: Callable[..., Any], *, outside: bool = False) -> Iterator[None]:
    """Let `function` stand in for a job's handler."""
    tasks.load()
    kept = HANDLERS.get(job.value)
    HANDLERS[job.value] = Handler(function, outside)
    try:
        yield
    finally:
        if kept is None:
            del HANDLERS[job.value]
        else:
            HANDLERS[job.value] = kept


def _let_go() -> None:
    # An open transaction of the test would hold SQLite's one writer.
    if has_app_context():
        db.session.commit()


def _next(app: Flask) -> str | None:
    with app.app_context():
        waiting = select(OutboxMessage.key).where(OutboxMessage.done_at.is_(None))
        return db.session.scalar(waiting.order_by(OutboxMessage.attempts, OutboxMessage.id).limit(1))


def _refuse_incidents(app: Flask) -> None:
    with app.app_context():
        found = db.session.scalar(select(Incident).where(Incident.state == "open").limit(1))
        assert found is None, f"{found.job} {found.payload} failed for good:\n{found.error}"
