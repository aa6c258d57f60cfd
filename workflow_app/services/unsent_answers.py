"""What customers entered and never sent goes when it cannot be sent any more; of who is under a legal hold it stays.

An answer, a refusal, a new or an ended link and the end of a person's survey wipe it themselves. Here goes what was kept
after that (who has answered may change it, and keep the change for later), and what a whole cycle leaves behind.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, or_, select, update

from states.declines import MARK, joined, parted
from states.stages import EXCLUDED
from workflow_app.db import db
from workflow_app.models import Campaign, Cycle, Invitation, LegalHold, Review
from workflow_app.queries.campaign import GRACE
from workflow_app.queries.surveys import CLOSED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select

CHUNK = 500
USUAL_HOURS = int(GRACE.total_seconds() // 3600)


def forget_unsent(cycle: Cycle) -> None:
    """A cycle takes no answers any more: its customers' drafts go, and whom they named instead of themselves.

    Why they declined is kept as the answers are.
    """
    _wipe(list(db.session.scalars(_of_nobody_held().where(Review.cycle_id == cycle.id, Invitation.draft_saved_at.is_not(None)))))
    naming = _of_nobody_held().where(Review.cycle_id == cycle.id, Invitation.decline_reason.contains(MARK, autoescape=True))
    for number in db.session.scalars(naming).all():
        invitation = db.session.get_one(Invitation, number, populate_existing=True)
        invitation.decline_reason = joined(parted(invitation.decline_reason)[0], "")


def forget_run_out(*, now: datetime) -> int:
    """Wipe one chunk of drafts that can never be sent, whatever the scheme says of keeping; how many.

    The cycle takes no answers, the person was taken out, the link was ended, or it has run out, grace included, for who
    has answered or declined. The draft of who has done neither waits for the end of the person's survey: HR may extend it.
    What somebody holds at this moment is left to the next hour.
    """
    kept = _of_nobody_held(beside=True).join(Cycle, Cycle.id == Review.cycle_id).outerjoin(Campaign, Campaign.cycle_id == Cycle.id)
    ended = or_(
        Cycle.state != "open", Review.state == EXCLUDED, Invitation.state == "revoked",
        and_(Invitation.state.in_(CLOSED), _run_out(now)),
    )  # fmt: skip
    found = list(db.session.scalars(kept.where(Invitation.draft_saved_at.is_not(None), ended).limit(CHUNK)))
    _wipe(found)
    return len(found)


def _run_out(now: datetime) -> ColumnElement[bool]:
    hours: set[int] = set(db.session.scalars(select(Campaign.grace_hours).distinct())) | {USUAL_HOURS}
    graced = func.coalesce(Campaign.grace_hours, USUAL_HOURS)
    return or_(*(and_(graced == each, Invitation.expires_at <= now - timedelta(hours=each)) for each in sorted(hours)))


def _of_nobody_held(*, beside: bool = False) -> Select[tuple[int]]:
    """Ids of invitations, held until the transaction ends: each after its review, and by review, as whatever holds both."""
    held = select(LegalHold.employee_id).where(LegalHold.lifted_at.is_(None))
    query: Select[tuple[int]] = select(Invitation.id).join(Review, Review.id == Invitation.review_id)
    free = query.where(Review.employee_id.not_in(held)).order_by(Invitation.review_id, Invitation.id)
    return free.with_for_update(of=(Review, Invitation), skip_locked=beside)


def _wipe(invitations: Sequence[int]) -> None:
    nothing: dict[str, Any] = {"draft": None, "draft_saved_at": None}
    db.session.execute(update(Invitation).where(Invitation.id.in_(invitations)).values(**nothing))
