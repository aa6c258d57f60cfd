"""Which answers of a cycle may be downloaded, and the answers themselves, read a few at a time."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, select

from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.models import Customer, Employee, Event, Invitation, Review, ReviewStage, Submission
from workflow_app.queries.campaign import grace_of
from workflow_app.queries.facts import barred_reviews
from workflow_app.queries.published_answers import redactions_of
from workflow_app.queries.surveys import minimum_to_show, survey_stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Cycle

CHUNK = 500
KEPT = cast(Submission.answers, String) != "{}"
"""Of an answer that was erased nothing but its row is left: it is nobody to hide among."""


@dataclass(frozen=True)
class Scope:
    """Of one questionnaire: the reviews whose answers may leave, how many answers, and why others stay.

    `kept_back` counts people by reason: `too_few` answers for the group, `unsettled` (somebody may still answer, or
    change an answer), `own` (the one who asks is the person rated, or the superior).
    """

    form: str
    reviews: tuple[int, ...]
    answers: int
    kept_back: Mapping[str, int]


@dataclass(frozen=True)
class ExportedAnswer:
    """One answer: about whom, what was said, which texts HR hides, and (only where asked for) by whom."""

    answers: Mapping[str, Any]
    redacted: Mapping[str, str]
    about: tuple[str, str, str]
    customer: tuple[str, str, str]


def export_scopes(cycle: Cycle, *, actor: Actor, now: datetime) -> list[Scope]:
    """One scope for each questionnaire that customers of the cycle answered, by its code."""
    least, barred = minimum_to_show(cycle), barred_reviews(actor, Review.cycle_id == cycle.id)
    reviews: dict[str, list[int]] = {}
    answers: Counter[str] = Counter()
    kept: dict[str, Counter[str]] = {}
    for number, form, count, settled in _answered(cycle, now=now):
        reviews.setdefault(form, [])
        why = "own" if number in barred else "unsettled" if not settled else "too_few" if count < least else ""
        if why:
            kept.setdefault(form, Counter())[why] += 1
        else:
            reviews[form].append(number)
            answers[form] += count
    return [Scope(form, tuple(reviews[form]), answers[form], dict(kept.get(form, {}))) for form in sorted(reviews)]


def _answered(cycle: Cycle, *, now: datetime) -> Iterator[tuple[int, str, int, bool]]:
    """Review, form, number of answers, and whether none of them can change any more."""
    spec = survey_stage(cycle)
    if spec is None:
        return
    query = (
        select(Review.id, Invitation.form, func.count(), func.max(Invitation.expires_at), ReviewStage.state)
        .join(Invitation, Invitation.review_id == Review.id)
        .join(Submission, Submission.invitation_id == Invitation.id)
        .join(ReviewStage, ReviewStage.review_id == Review.id)
        .where(
            Review.cycle_id == cycle.id, Review.state != "excluded", ReviewStage.stage == spec.code,
            Invitation.state == "submitted", Submission.state == "submitted", KEPT,
        )
        .group_by(Review.id, Invitation.form, ReviewStage.state)
        .order_by(Review.id)
    )  # fmt: skip
    grace = grace_of(cycle)
    for number, form, count, last, stage in db.session.execute(query):
        over = cycle.state != "open" or last + grace <= now
        yield number, form, count, stage in FINISHED and over


def shuffled_answers(scope: Scope) -> list[int]:
    """The numbers of the answers in an order that nobody can know."""
    query = (
        select(Submission.id)
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .where(
            Invitation.review_id.in_(scope.reviews), Invitation.form == scope.form, Invitation.state == "submitted",
            Submission.state == "submitted", KEPT,
        )
    )  # fmt: skip
    numbers = list(db.session.scalars(query))
    secrets.SystemRandom().shuffle(numbers)
    return numbers


def read_answers(numbers: Sequence[int]) -> Iterator[ExportedAnswer]:
    """The answers in this order, read a few hundred at a time."""
    for start in range(0, len(numbers), CHUNK):
        chunk = numbers[start : start + CHUNK]
        found = _chunk(chunk)
        yield from (found[number] for number in chunk if number in found)


def _chunk(numbers: Sequence[int]) -> dict[int, ExportedAnswer]:
    query = (
        select(
            Submission.id, Submission.answers, Employee.employee_no, Review.department, Review.population,
            Customer.customer_no, Customer.name, Customer.contact,
        )
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .join(Customer, Customer.id == Invitation.customer_id)
        .join(Review, Review.id == Invitation.review_id)
        .join(Employee, Employee.id == Review.employee_id)
        .where(Submission.id.in_(numbers))
    )  # fmt: skip
    hidden: dict[int, dict[str, str]] = {}
    for (number, question), one in redactions_of(numbers).items():
        hidden.setdefault(number, {})[question] = one.shown
    return {
        row[0]: ExportedAnswer(row[1], hidden.get(row[0], {}), (row[2], row[3], row[4]), (row[5], row[6], row[7]))
        for row in db.session.execute(query)
    }


def exports_of(cycle: Cycle, most: int = 20) -> Sequence[Event]:
    """The last downloads of the cycle's answers, the newest first."""
    query = select(Event).filter_by(subject_type="cycle", subject_id=cycle.id, kind="answers_exported")
    return db.session.scalars(query.order_by(Event.id.desc()).limit(most)).all()
