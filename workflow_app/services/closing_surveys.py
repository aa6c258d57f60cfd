"""The customers' stage of a review ends: with all answers, at the deadline, or because HR closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import N_, Message, Refusal
from states.permissions import SYSTEM, Actor
from states.stages import EXCLUDED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Cycle, Invitation, Review, ReviewStage
from workflow_app.queries.campaign import grace_of
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import CLOSED, invitations_of, minimum_of, survey_row, survey_score
from workflow_app.services.advancing import complete_stage, lock_review, omit_stage
from workflow_app.services.inviting import CLOSING, forget_draft, withdraw_mails
from workflow_app.services.timing import cancel_timer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

TOO_FEW = N_("Too few customers answered, so their part is missing.")


def close_if_complete(review: Review, *, now: datetime) -> bool:
    """After an answer: end the stage when no customer is left to answer. Returns whether it ended.

    With too few answers it stays open as long as somebody was revoked or has declined: HR may yet ask
    others; the deadline ends it all the same. The caller holds the review (`advancing.lock_review`).
    """
    invitations = invitations_of(review.id)
    if not invitations or any(one.state not in CLOSED for one in invitations):
        return False
    if not _enough(review, invitations) and any(one.state != "submitted" for one in invitations):
        return False
    return _end(review, invitations, actor=SYSTEM, now=now)


def close_surveys(*, now: datetime, review_id: int | None = None) -> int:
    """End the surveys whose last link has run out, grace included (of one review, or all). How many ended.

    Asked for by each review's timer; harmless to ask for again.
    """
    asked = select(Invitation.review_id)
    standing_open = select(ReviewStage.review_id).where(ReviewStage.state == "open")
    query = (
        select(Review)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .where(Cycle.state == "open", Review.state != "excluded")
        .where(Review.id.in_(asked), Review.id.in_(standing_open))
    )
    if review_id is not None:
        query = query.where(Review.id == review_id)
    return sum(_close_when_due(review, now) for review in db.session.scalars(query.order_by(Review.id)).all())


def close_survey(review: Review, *, actor: Actor, now: datetime) -> None:
    """HR ends a survey before its deadline with the answers that are in. Refuses (conflict) one that has ended."""
    require(actor, "ask_customers", review_facts(review))
    lock_review(review)
    if not _end(review, invitations_of(review.id), actor=actor, now=now):
        raise Refusal(Message("This survey is closed already."), kind="conflict")


def _close_when_due(review: Review, now: datetime) -> bool:
    # An answer, or HR, may have been on the way when the timer fired: only who holds the review can count.
    lock_review(review)
    db.session.refresh(review.cycle)
    if review.state == EXCLUDED or review.cycle.state != "open":
        return False
    invitations = invitations_of(review.id)
    unanswered = [one for one in invitations if one.state not in CLOSED]
    if any(one.expires_at + grace_of(review.cycle) > now for one in unanswered):
        return False
    if not unanswered and any(one.expires_at > now for one in invitations):
        return close_if_complete(review, now=now)
    return _end(review, invitations, actor=SYSTEM, now=now)


def _end(review: Review, invitations: Sequence[Invitation], *, actor: Actor, now: datetime) -> bool:
    """Of a review that is held, with its invitations as they have been since."""
    row = survey_row(review)
    if row is None or row.state != "open":
        return False
    if _enough(review, invitations):
        complete_stage(review, row.stage, actor=actor, now=now)
    else:
        omit_stage(review, row.stage, reason=TOO_FEW, actor=actor, now=now)
    for invitation in invitations:
        forget_draft(invitation)
        withdraw_mails(invitation)
    cancel_timer("review", review.id, CLOSING)
    return True


def _enough(review: Review, invitations: Sequence[Invitation]) -> bool:
    form = invitations[0].form if invitations else None
    return form is not None and survey_score(review, form).count >= minimum_of(review.cycle, form)
