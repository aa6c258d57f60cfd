"""What was published of customers' answers: for a page, and as the sets that a later publication must not betray."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.disclosure import WHOLE, Figure
from states.survey_figures import key_of
from workflow_app.db import db
from workflow_app.models import Customer, Invitation, Redaction, Review, Submission, SurveyPublication

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Place = tuple[int, str]
"""A text: the number of the submission and the code of the question."""
BASIS = "basis"
"""Whose answers the figures are made of, kept for the next publication. No page and no file tells it."""


def publication_of(review_id: int) -> SurveyPublication | None:
    """The newest publication about a person, or None."""
    query = select(SurveyPublication).filter_by(review_id=review_id).order_by(SurveyPublication.number.desc())
    return db.session.scalar(query.limit(1))


def publications_of(review_id: int) -> Sequence[SurveyPublication]:
    """Every publication about a person, the first one first."""
    query = select(SurveyPublication).filter_by(review_id=review_id).order_by(SurveyPublication.number)
    return db.session.scalars(query).all()


def told_in(publication: SurveyPublication) -> dict[str, Any]:
    """What a page may tell of a publication, its figures exact: all but whose answers they are."""
    told = {key: value for key, value in publication.payload.items() if key != BASIS}
    lines = [line | {key: _exact(line[key]) for key in ("value", "lowest", "best")} for line in told["lines"]]
    return told | {"value": _exact(told["value"]), "lines": lines}


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


def figures_in(publication: SurveyPublication) -> list[Figure]:
    """The figures that a publication showed, with the answers behind them."""
    basis, payload = publication.payload.get(BASIS) or {}, publication.payload
    group = f"review {publication.review_id}"
    found = []
    if payload.get("value") is not None:
        found.append(Figure(key_of(WHOLE, group), frozenset(basis["score"]), WHOLE, group))
    for line in payload.get("lines", ()):
        of = basis["lines"][line["code"]]
        if not line["hidden"]:
            found.append(Figure(key_of(line["code"], group), frozenset(of["of"]), line["code"], group))
        found += [
            Figure(key_of(line["code"], group, one["code"]), frozenset(of["choices"][one["code"]]), line["code"], group)
            for one in line["choices"] if one["count"] is not None
        ]  # fmt: skip
    return found


def texts_published(publication: SurveyPublication) -> dict[Place, str]:
    """The texts as they stand published, and whose they are: for HR's redaction, which tells nobody."""
    order = (publication.payload.get(BASIS) or {}).get("texts", {})
    return {
        (number, held["code"]): text
        for held in publication.payload["texts"]
        for number, text in zip(order[held["code"]], held["texts"], strict=True)
    }


def given_to(review_id: int) -> dict[int, dict[str, Any]]:
    """The customers' answers that count for a review, by the number of the submission."""
    query = (
        select(Submission.id, Submission.answers)
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .where(Invitation.review_id == review_id, Invitation.state == "submitted", Submission.state == "submitted")
        .order_by(Submission.id)
    )
    return dict(db.session.execute(query).tuples().all())


def answers_numbered(numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """These answers, whether or not they still count."""
    query = select(Submission.id, Submission.answers).where(Submission.id.in_(numbers)).order_by(Submission.id)
    return dict(db.session.execute(query).tuples().all())


def languages_of(submissions: Collection[int]) -> dict[int, str]:
    """The language of the customer behind each answer."""
    query = (
        select(Submission.id, Customer.language)
        .join(Invitation, Invitation.id == Submission.invitation_id)
        .join(Customer, Customer.id == Invitation.customer_id)
        .where(Submission.id.in_(submissions))
    )
    return dict(db.session.execute(query).tuples().all())


def redactions_of(submissions: Collection[int]) -> Mapping[Place, Redaction]:
    """The newest redaction of each answer that stands (none that was taken back), by answer and question."""
    query = select(Redaction).where(Redaction.submission_id.in_(submissions)).order_by(Redaction.id)
    newest = {(one.submission_id, one.question): one for one in db.session.scalars(query)}
    return {place: one for place, one in newest.items() if not one.taken_back}


def form_asked(review: Review) -> str | None:
    """The questionnaire that the customers of a review were asked by, or None where nobody was asked."""
    query = select(Invitation.form).where(Invitation.review_id == review.id, Invitation.state != "revoked")
    return db.session.scalar(query.order_by(Invitation.id).limit(1))
