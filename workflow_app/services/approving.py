"""Four eyes: another person signs the final grades, or returns them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from states.errors import Message, Refusal
from states.permissions import Actor, may
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Approval, Cycle, Review
from workflow_app.queries.facts import review_facts_of
from workflow_app.services.advancing import SHORTEST_REASON, complete_stage, return_stage
from workflow_app.services.calibrating import current_band
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.events import record_review_event


def approve_cycle(cycle: Cycle, *, actor: Actor, now: datetime) -> int:
    """Sign every grade of the cycle that this approver may sign; returns how many.

    What is left (their own grade, those they scored or calibrated) waits for another named approver.
    Refuses when there is nothing to sign, saying why.
    """
    require(actor, "see_approval")
    _guard_approving(cycle)
    reviews = waiting_reviews(cycle)
    facts = review_facts_of(reviews)
    mine = [review for review in reviews if may(actor, "approve", facts[review.id]).allowed]
    if not mine:
        raise _nothing_to_sign(reviews, actor)
    for review in mine:
        _sign(review, actor=actor, now=now)
    db.session.add(
        Approval(
            cycle_id=cycle.id, decision="approved", reviews=len(mine), decided_by_id=actor.account_id, decided_at=now
        )
    )
    if len(mine) == len(reviews):
        cycle.approved_at = now
    return len(mine)


def return_cycle(cycle: Cycle, *, reason: str, actor: Actor, now: datetime) -> None:
    """Send the grades back to calibration with a reason; signatures given so far end."""
    require(actor, "see_approval")
    _guard_approving(cycle)
    if len(reason.strip()) < SHORTEST_REASON:
        raise Refusal(
            Message("Say what should be looked at again, in at least %(least)s characters.", least=SHORTEST_REASON)
        )
    for review in db.session.scalars(
        select(Review).filter(Review.cycle_id == cycle.id, Review.state.in_(("approval", "release")))
    ):
        review.final_band = review.approved_at = review.approved_by_id = None
        return_stage(review, "calibration", reason=reason, due_at=None, actor=actor, now=now)
    db.session.add(
        Approval(
            cycle_id=cycle.id,
            decision="returned",
            reason=reason.strip(),
            decided_by_id=actor.account_id,
            decided_at=now,
        )
    )
    cycle.approved_at = None
    cycle.returned_reason = reason.strip()
    move_cycle(cycle, "return_to_calibration", actor=actor, now=now)


def waiting_reviews(cycle: Cycle) -> list[Review]:
    """The reviews whose grade waits for a signature."""
    return list(db.session.scalars(select(Review).filter(Review.cycle_id == cycle.id, Review.state == "approval")))


def _sign(review: Review, *, actor: Actor, now: datetime) -> None:
    review.final_band = current_band(review)
    review.approved_at = now
    review.approved_by_id = actor.account_id
    record_review_event(review, "approved", actor=actor, now=now, data={"band": review.final_band})
    complete_stage(review, "approval", actor=actor, now=now)


def _guard_approving(cycle: Cycle) -> None:
    # Signing, returning and another's signing come one after the other, each seeing what the one before left.
    db.session.flush()
    db.session.refresh(cycle, with_for_update={"of": Cycle})
    if cycle.state != "approving":
        raise Refusal(Message("The grades of this cycle do not wait for approval now."), kind="conflict")


def _nothing_to_sign(reviews: list[Review], actor: Actor) -> Refusal:
    if not reviews:
        return Refusal(Message("Every grade of this cycle is signed already."), kind="conflict")
    facts = review_facts_of(reviews[:1])
    reasons = [may(actor, "approve", facts[review.id]).reason for review in reviews[:1]]
    return Refusal([reason for reason in reasons if reason], kind="forbidden")
