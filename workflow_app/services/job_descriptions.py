"""Writing what a post is for (scheme §7, Table 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forms.job_descriptions import faults_of, tidied
from forms.validators import unsafe
from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import JobDescription
from workflow_app.queries.job_descriptions import stored
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import datetime

    from forms.job_descriptions import Draft
    from states.permissions import Actor

POST_LENGTH = 120
NO_POST = Message("Choose a post first.")
STALE = Message(
    "Somebody else saved this job description meanwhile. What you typed is kept here; saving it now replaces theirs."
)


def write_description(post: str, draft: Draft, *, version: int, actor: Actor, now: datetime) -> JobDescription:
    """Keep a post's description. `version` is what the page showed, 0 where HR had written none yet.

    Refuses forbidden, invalid (without title, sections or lines, or too long), conflict (saved meanwhile).
    Nothing changed is nothing written.
    """
    require(actor, "edit_job_descriptions")
    _guard_post(post)
    kept = tidied(draft)
    faults = faults_of(kept)
    if faults:
        raise Refusal(faults)
    row = stored(post)
    if version != (row.version if row else 0):
        raise Refusal(STALE, kind="conflict")
    before, after = _told(row), {"title": kept.title, "sections": kept.as_data}
    if row is not None and before == after:
        return row
    if row is None:
        row = JobDescription(post=post)
        db.session.add(row)
    row.title_zh, row.title_en, row.sections = kept.title["zh"], kept.title["en"], kept.as_data
    row.updated_at, row.updated_by_id = now, actor.account_id
    db.session.flush()
    record_event(
        "job_description", row.id, "job_description_written", actor=actor, now=now,
        data={"version": row.version}, detail={"post": post, "before": before, "after": after},
    )  # fmt: skip
    return row


def _guard_post(post: str) -> None:
    if not post.strip():
        raise Refusal(NO_POST)
    fault = unsafe(post, longest=POST_LENGTH)
    if fault:
        raise Refusal(fault)


def _told(row: JobDescription | None) -> dict[str, Any] | None:
    return {"title": {"zh": row.title_zh, "en": row.title_en}, "sections": row.sections} if row else None
