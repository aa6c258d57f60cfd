"""What HR does to many reviews at once: each by its own rules; who could not be helped is named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from states.errors import Message, Refusal
from states.permissions import Actor, may
from workflow_app.db import db
from workflow_app.models import Employee, Review
from workflow_app.queries.facts import review_facts
from workflow_app.services.advancing import assignments_of, omit_stage
from workflow_app.services.assigning import LIVE, exclude, extend, hand_over
from workflow_app.services.reminding import remind_now


@dataclass
class Outcome:
    """How many it was done for, and whom it was refused for, with the reason."""

    done: int = 0
    refused: list[tuple[str, Message]] = field(default_factory=list)


def remind_many(reviews: Sequence[Review], *, actor: Actor, now: datetime) -> Outcome:
    """One mail to each person who holds an open form of these reviews' present stages.

    A review the actor may not manage, such as their own, is named and keeps nobody else from being reminded.
    """
    outcome, forms = Outcome(), []
    for review in reviews:
        open_forms = [one for one in assignments_of(review, review.state) if one.state == "open" and one.assignee_id]
        why_not = may(actor, "manage_review", review_facts(review)).reason
        if why_not or not open_forms:
            outcome.refused.append((review.employee.name, why_not or Message("Nobody holds an open form here.")))
        else:
            forms += open_forms
    outcome.done = remind_now(forms, actor=actor, now=now)
    return outcome


def extend_many(reviews: Sequence[Review], *, due_at: datetime, actor: Actor, now: datetime) -> Outcome:
    """A new deadline for the present stage of each."""
    return _each(reviews, lambda review: extend(review, review.state, due_at=due_at, actor=actor, now=now))


def hand_over_many(reviews: Sequence[Review], to: Employee, *, actor: Actor, now: datetime) -> Outcome:
    """Give the live forms of each review's present stage to one person."""
    return _each(reviews, lambda review: _hand_over(review, to, actor, now))


def omit_many(reviews: Sequence[Review], *, reason: str, actor: Actor, now: datetime) -> Outcome:
    """Leave out the present stage of each, with one reason."""
    return _each(reviews, lambda review: omit_stage(review, review.state, reason=reason, actor=actor, now=now))


def exclude_many(reviews: Sequence[Review], *, code: str, reason: str, actor: Actor, now: datetime) -> Outcome:
    """Take each out of the cycle, for one reason of the list."""
    return _each(reviews, lambda review: exclude(review, code=code, reason=reason, actor=actor, now=now))


def _hand_over(review: Review, to: Employee, actor: Actor, now: datetime) -> None:
    forms = [one for one in assignments_of(review, review.state) if one.state in LIVE]
    if not forms:
        raise Refusal(Message("Nobody holds an open form here."))
    for form in forms:
        hand_over(form, to, actor=actor, now=now)


def _each(reviews: Sequence[Review], act: Callable[[Review], None]) -> Outcome:
    outcome = Outcome()
    for review in reviews:
        try:
            # Whole or not at all for each: what was written before a refusal is taken back, and the others go on.
            with db.session.begin_nested():
                act(review)
        except Refusal as refusal:
            outcome.refused.append((review.employee.name, refusal.message))
        else:
            outcome.done += 1
    return outcome
