"""The submitted answers behind a review's year-end score, for a whole cycle at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select

from states.adjustments import Adjusted
from states.year_end import UNCHANGED
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Invitation, KpiActual, Review, Submission, TestResult
from workflow_app.queries.ledger import adjusted_of


@dataclass
class ReviewAnswers:
    """What was submitted for one review: (stage, form, answers) of raters, answers of customers."""

    filled: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    customers: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    """By stage: how many raters were given its form."""
    customers_asked: int = 0
    kpi: dict[str, dict[str, str]] = field(default_factory=dict)
    tests: dict[str, Fraction] = field(default_factory=dict)
    adjusted: Adjusted = UNCHANGED


def answers_of_cycle(cycle_id: int, year: int, only: int | None = None) -> dict[int, ReviewAnswers]:
    """By review id (of `only` this review, or all); drafts and superseded versions are left out. Seven queries in all."""
    return answers_of(Review.cycle_id == cycle_id if only is None else Review.id == only, year)


def answers_of(which: ColumnElement[bool], year: int) -> dict[int, ReviewAnswers]:
    """The same of any reviews, `which` says of which."""
    found: dict[int, ReviewAnswers] = defaultdict(ReviewAnswers)
    filled = (
        select(Assignment.review_id, Assignment.stage, Assignment.form, Submission.answers)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(Review, Review.id == Assignment.review_id)
        .filter(which, Submission.state == "submitted", Assignment.state == "submitted")
        .order_by(Assignment.id)
    )
    for review_id, stage, form, answers in db.session.execute(filled):
        found[review_id].filled.append((stage, form, answers))
    customers = (
        select(Invitation.review_id, Invitation.form, Submission.answers)
        .join(Submission, Submission.invitation_id == Invitation.id)
        .join(Review, Review.id == Invitation.review_id)
        .filter(which, Submission.state == "submitted", Invitation.state == "submitted")
        .order_by(Invitation.id)
    )
    for review_id, form, answers in db.session.execute(customers):
        found[review_id].customers.append((form, answers))
    _add_asked(found, which)
    _add_kpi(found, which, year)
    _add_tests(found, which)
    for number, adjusted in adjusted_of(which).items():
        found[number].adjusted = adjusted
    return found


def _add_asked(found: dict[int, ReviewAnswers], which: ColumnElement[bool]) -> None:
    """How many were asked: without revoked links, and without forms that were handed over or left out."""
    raters = (
        select(Assignment.review_id, Assignment.stage, func.count())
        .join(Review, Review.id == Assignment.review_id)
        .filter(which, Assignment.state.not_in(("handed_over", "omitted")))
        .group_by(Assignment.review_id, Assignment.stage)
    )
    for review_id, stage, count in db.session.execute(raters):
        found[review_id].asked[stage] = count
    customers = (
        select(Invitation.review_id, func.count())
        .join(Review, Review.id == Invitation.review_id)
        .filter(which, Invitation.state != "revoked")
        .group_by(Invitation.review_id)
    )
    for review_id, count in db.session.execute(customers):
        found[review_id].customers_asked = count


def _add_tests(found: dict[int, ReviewAnswers], which: ColumnElement[bool]) -> None:
    """The newest result of every test that was taken within the period and stands uncorrected."""
    corrected = select(TestResult.corrects_id).where(TestResult.corrects_id.is_not(None))
    rows = (
        select(Review.id, TestResult.form, TestResult.score)
        .join(TestResult, TestResult.employee_id == Review.employee_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .filter(
            which, TestResult.id.not_in(corrected),
            TestResult.taken_on.between(Cycle.period_start, Cycle.period_end),
        )
        .order_by(TestResult.taken_on, TestResult.id)
    )
    for review_id, form, score in db.session.execute(rows):
        found[review_id].tests[form] = Fraction(score)


def _add_kpi(found: dict[int, ReviewAnswers], which: ColumnElement[bool], year: int) -> None:
    rows = (
        select(Review.id, KpiActual)
        .join(KpiActual, KpiActual.employee_id == Review.employee_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        # Figures are kept by the year: they say nothing of a quarter or a month of it.
        .filter(which, KpiActual.year == year, Cycle.period == str(year))
    )
    for review_id, row in db.session.execute(rows):
        entered = {"actual": row.actual, "target": row.target}
        found[review_id].kpi[row.kpi] = {key: str(value) for key, value in entered.items() if value is not None}
