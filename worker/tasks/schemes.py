"""Telling people of a published scheme."""

from __future__ import annotations

from worker.registry import handles
from workflow_app.jobs import Job
from workflow_app.services import scheme_notices
from workflow_app.services.timing import database_now


@handles(Job.ANNOUNCE_SCHEME)
def announce_scheme(version_id: int) -> None:
    scheme_notices.announce_chunk(version_id, now=database_now())


@handles(Job.REMIND_READERS)
def remind_readers(version_id: int, after: int = 0) -> None:
    scheme_notices.remind_chunk(version_id, after=after, now=database_now())
