"""The papers of an action: what proves it, the plan, the person's consent."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from states.actions import Papers
from workflow_app.db import db
from workflow_app.models import Action, EvidenceFile
from workflow_app.services.advancing import SHORTEST_REASON


def files_of(action: Action) -> Sequence[EvidenceFile]:
    """The files kept with an action, oldest first."""
    return db.session.scalars(select(EvidenceFile).filter_by(action_id=action.id).order_by(EvidenceFile.id)).all()


def papers_of(action: Action, reason: str = "") -> Papers:
    """What is there for a decision with this reason."""
    purposes = {file.purpose for file in files_of(action)}
    return Papers(
        reason=len(reason.strip()) >= SHORTEST_REASON,
        evidence=bool(action.evidence) or "evidence" in purposes,
        improvement_plan=bool(action.plan),
        consent=action.consented_on is not None and "consent" in purposes,
    )
