"""What is asked about customers' answers: who was asked, who answered, what it makes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from states.questionnaires import QuestionnaireScore, questionnaire_score
from states.scheme.forms import Questionnaire
from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.models import (
    Customer,
    Cycle,
    Employee,
    Invitation,
    Review,
    ReviewStage,
    SchemeVersion,
    Submission,
)
from workflow_app.schemes import scheme_of
from workflow_app.survey_links import digest_of, named_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from states.scheme.cycles import StageSpec

CLOSED = frozenset({"submitted", "declined", "revoked"})
UNANSWERED = frozenset({"created", "sent", "opened"})


def survey_stage(cycle: Cycle) -> StageSpec | None:
    """The stage of the cycle's kind that customers fill in, or None."""
    stages = scheme_of(cycle).cycle_kinds[cycle.kind].stages
    return next((stage for stage in stages if stage.actor == "customers"), None)


def survey_row(review: Review) -> ReviewStage | None:
    """The customers' stage of a review as it is in the database now, or None where it has none."""
    spec = survey_stage(review.cycle)
    if spec is None:
        return None
    query = select(ReviewStage).filter_by(review_id=review.id, stage=spec.code)
    return db.session.scalar(query.execution_options(populate_existing=True))


def survey_is_closed(review: Review) -> bool:
    """Whether the survey about this person is closed: nobody new can answer."""
    row = survey_row(review)
    return row is not None and (row.state in FINISHED or review.cycle.state != "open")


def questionnaire_of(cycle: Cycle, form: str) -> Questionnaire:
    """The questionnaire that an invitation pins, as it was when the cycle was launched."""
    found = scheme_of(cycle).forms[form]
    if not isinstance(found, Questionnaire):
        raise TypeError(f"{form} is a {found.kind}, no questionnaire")
    return found


def minimum_of(cycle: Cycle, form: str) -> int:
    """How many answers the questionnaire needs to count."""
    return scheme_of(cycle).least_to_count(survey_stage(cycle), questionnaire_of(cycle, form))


def minimum_to_show(cycle: Cycle) -> int:
    """How many answers it takes before the person rated sees comments or single questions."""
    return scheme_of(cycle).least_to_show(survey_stage(cycle))


def find_invitation(token: str) -> Invitation | None:
    """The invitation whose current token this is, with its customer, review, person, cycle and scheme.

    By the SHA-256, which is all that is kept of a token.
    """
    # Rows of their own, not eager options: those would come along when the invitation is locked, and
    # PostgreSQL locks nothing across an outer join.
    query = (
        select(Invitation, Customer, Review, Employee, Cycle, SchemeVersion)
        .join(Invitation.customer)
        .join(Invitation.review)
        .join(Review.employee)
        .join(Review.cycle)
        .join(Cycle.scheme_version)
        .where(Invitation.token_hash == digest_of(token))
    )
    row = db.session.execute(query).first()
    if row is None:
        return None
    found: Invitation = row[0]
    # The session holds rows weakly; once followed, the relationships hold them.
    _ = found.customer, found.review.employee, found.review.cycle.scheme_version
    return found


def group_of(invitation: Invitation) -> list[Invitation]:
    """The invitations that share a link with this one, its own among them: the leader first, then as they were made.

    Of one customer and one cycle; alone where nothing is shared. Reviews and people come along.
    """
    leader = invitation.leader_id or invitation.id
    query = (
        select(Invitation, Review, Employee)
        .join(Invitation.review)
        .join(Review.employee)
        .where(or_(Invitation.id == leader, Invitation.leader_id == leader))
        .order_by(Invitation.leader_id.is_not(None), Invitation.id)
    )
    rows = db.session.execute(query).all()
    for one, _review, _person in rows:
        _ = one.review.employee  # once followed, the relationships hold them: the session's own hold is weak
    return [row[0] for row in rows]


def invitation_named_by(token: str) -> Invitation | None:
    """The invitation that a token names, whether or not it proves anything."""
    number = named_by(token)
    return db.session.get(Invitation, number) if number else None


def latest_answer(invitation: Invitation) -> Submission | None:
    """The newest submission of an invitation."""
    query = select(Submission).filter_by(invitation_id=invitation.id).order_by(Submission.number.desc())
    return db.session.scalar(query.limit(1).execution_options(populate_existing=True))


def answer_number(invitation: Invitation, number: int) -> Submission | None:
    """One version of an invitation's answer."""
    return db.session.scalar(select(Submission).filter_by(invitation_id=invitation.id, number=number))


def last_day(invitation: Invitation) -> datetime:
    """The last moment at which the link works, for pages: it runs out at the midnight after that day."""
    return invitation.expires_at - timedelta(seconds=1)


def asked_about(review_id: int) -> int:
    """How many customers are asked about this person: with one or two, nobody is anonymous."""
    query = select(func.count()).select_from(Invitation)
    return db.session.scalar(query.where(Invitation.review_id == review_id, Invitation.state != "revoked")) or 0


def invitations_of(review_id: int) -> Sequence[Invitation]:
    """The invitations of a review as they are in the database now."""
    query = select(Invitation).filter_by(review_id=review_id).order_by(Invitation.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def answers_of(review_id: int) -> list[dict[str, Any]]:
    """The customers' answers that count for a review; earlier versions are left out."""
    query = (
        select(Submission.answers)
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .where(Invitation.review_id == review_id, Invitation.state == "submitted", Submission.state == "submitted")
        .order_by(Invitation.id)
    )
    return list(db.session.scalars(query))


def survey_score(review: Review, form: str) -> QuestionnaireScore:
    """What the customers' answers to a form make of 100; its value is None below the minimum, never 0."""
    spec = questionnaire_of(review.cycle, form)
    return questionnaire_score(spec, answers_of(review.id), minimum=minimum_of(review.cycle, form))


def progress_of(invitation: Invitation) -> str:
    """How far an invitation has come: created, sending, delivered, opened, started, submitted, declined, revoked, bounced.

    `opened` is an upper bound: scanners of mails fetch pages, too. `started` needed a sent form.
    """
    if invitation.state in CLOSED:
        return invitation.state
    if invitation.bounced_at is not None:
        return "bounced"
    if invitation.state == "opened":
        return "started"
    if invitation.state == "created":
        return "created"
    if invitation.seen_at is not None:
        return "opened"
    return "sending" if invitation.delivered_at is None else "delivered"
