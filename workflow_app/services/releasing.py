"""Release: the persons rated see their grade and how it came about; they sign for having seen it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from forms.validators import NOTE_LENGTH, tidy_lines, unsafe
from states.errors import Message, Refusal
from states.permissions import SYSTEM, Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Review
from workflow_app.queries.facts import review_facts
from workflow_app.services.advancing import complete_stage, kind_of, lock_review
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.events import record_review_event
from workflow_app.services.publishing_answers import publish_answers
from workflow_app.services.recording import record_result
from workflow_app.services.result_mails import announce_result

CHUNK = 100


def release_cycle(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Release every signed grade. The worker then opens them person by person and tells each one."""
    require(actor, "release")
    unsigned = db.session.scalar(
        select(func.count()).select_from(Review).filter(Review.cycle_id == cycle.id, Review.state == "approval")
    )
    if unsigned:
        raise Refusal(
            Message(
                "%(count)s grades are not signed yet. Ask the approver, or another named approver.", count=unsigned
            ),
            kind="conflict",
        )
    move_cycle(cycle, "release", actor=actor, now=now)
    cycle.released_at = now
    enqueue(Job.RELEASE_CYCLE, now=now, cycle_id=cycle.id)


def release_reviews(cycle_id: int, *, now: datetime) -> int:
    """Release the next chunk of reviews; asks for the next chunk, then for the actions. Returns how many."""
    cycle = db.session.get_one(Cycle, cycle_id)
    reviews = list(
        db.session.scalars(
            select(Review)
            .filter(Review.cycle_id == cycle_id, Review.state == "release")
            .order_by(Review.id)
            .limit(CHUNK)
        )
    )
    for review in reviews:
        review.released_at = now
        record_review_event(review, "released", actor=SYSTEM, now=now, data={"band": review.final_band})
        complete_stage(review, "release", actor=SYSTEM, now=now)
        record_result(review, actor=SYSTEM, now=now)
        publish_answers(review, actor=SYSTEM, now=now)
        announce_result(review, now=now)
    follow = Job.RELEASE_CYCLE if len(reviews) == CHUNK else Job.PROPOSE_ACTIONS
    enqueue(follow, now=now, cycle_id=cycle.id)
    return len(reviews)


def acknowledge(review: Review, *, actor: Actor, now: datetime, comment: str = "") -> None:
    """The person rated signs for having seen the result, which is no consent. Twice is once.

    A `comment` is kept with the signature. Refuses (invalid) one that is too long or cannot be stored, and
    (conflict) to sign where the kind of cycle has no step for it.
    """
    lock_review(review)
    require(actor, "acknowledge", review_facts(review))
    signature = kind_of(review.cycle).signature_stage
    if signature is None:
        raise Refusal(Message("The scheme asks for no signature here. There is nothing to sign."), kind="conflict")
    if review.acknowledged_at:
        return
    words = tidy_lines(comment)
    fault = unsafe(words, longest=NOTE_LENGTH)
    if fault:
        raise Refusal(fault)
    review.acknowledged_at = now
    detail = {"comment": words} if words else None
    record_review_event(review, "acknowledged", actor=actor, now=now, detail=detail)
    complete_stage(review, signature.code, actor=actor, now=now)
