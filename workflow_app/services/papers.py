"""Keeping the papers that a decision on an action needs (scheme §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from states.evidence import Upload
from states.permissions import Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Action, EvidenceFile
from workflow_app.queries.facts import review_facts
from workflow_app.services.events import record_event
from workflow_app.services.evidence import keep_file

LONGEST = 4000


@dataclass(frozen=True)
class Typed:
    """What was typed and sent: evidence and plan in words, the day of the consent, the files by purpose."""

    evidence: str = ""
    plan: str = ""
    consented_on: date | None = None
    evidence_file: Upload | None = None
    consent_file: Upload | None = None


def keep_papers(action: Action, typed: Typed, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Keep them with the action; files are added, never replaced.

    Refuses (conflict) a stale page and an action that is over, (invalid) a consent without its file or its day.
    """
    require(actor, "decide_action", review_facts(action.review))
    if version is not None and version != action.version:
        raise Refusal(Message("Somebody else decided this meanwhile. Look at what is there now."), kind="conflict")
    if action.state in ("done", "declined"):
        raise Refusal(Message("This is decided and over; its papers stay as they are."), kind="conflict")
    if typed.consent_file is not None and typed.consented_on is None and action.consented_on is None:
        raise Refusal(Message("Enter the day on which the person consented."))
    action.evidence, action.plan = _words(typed.evidence), _words(typed.plan)
    action.consented_on = typed.consented_on or action.consented_on
    kept = [
        keep_file(EvidenceFile(action_id=action.id, purpose=purpose), upload, actor=actor, now=now)
        for purpose, upload in (("evidence", typed.evidence_file), ("consent", typed.consent_file))
        if upload is not None
    ]
    db.session.flush()
    record_event("action", action.id, "action_papers_kept", actor=actor, now=now, data={"files": [one.id for one in kept]})


def _words(text: str) -> str:
    words = tidy_lines(text)
    fault = unsafe(words, longest=LONGEST)
    if fault:
        raise Refusal(fault)
    return words
