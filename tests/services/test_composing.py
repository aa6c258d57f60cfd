"""A cycle's totals from its records and submitted forms, worked out in the worker."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.services.grade_company import (
    NOW,
    actor_of,
    make_cycle,
    make_employee,
    make_hr,
    make_months,
    make_record,
    make_review,
)
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.explanations import read_tree
from workflow_app.models import Assignment, Event, Review, Submission
from workflow_app.services import composing


def submit(review, stage, form, answers):
    assignment = Assignment(review_id=review.id, stage=stage, form=form, state="submitted", created_at=NOW)
    db.session.add(assignment)
    db.session.flush()
    db.session.add(
        Submission(
            assignment_id=assignment.id, number=1, state="submitted", answers=answers, saved_at=NOW, submitted_at=NOW
        )
    )
    db.session.flush()


@pytest.fixture
def review(db_session):
    """Scheme §3 and §4: inspections 92.5 and 88, months 86.4, scorecard 84, card 4, 4, 5, without customers."""
    person = make_employee("袁静")
    make_months(person, "86.4")
    make_record(person, "weekly_inspection", "2025-W07", "92.5")
    make_record(person, "monthly_inspection", "2025-07", "88")
    review = make_review(make_cycle(state="calibrating"), person)
    submit(review, "manager_scoring", "scorecard_staff", {"outcome": {"deducted": "12"}, "innovating": {"deducted": "4"}})
    card = {"service_standards": "4", "quality": "4", "cooperation": "5"}
    codes = [item.code for item in composing.scheme_of(review.cycle).forms["vp_card_staff"].items]
    submit(review, "vp_feedback", "vp_card_staff", dict(zip(codes, card.values(), strict=True)))
    return review


def test_the_total_is_put_together_from_records_and_forms(db_session, review):
    composing.compose_cycle(review.cycle_id, now=NOW)

    # 0.2 × 90.25 + 0.3 × 86.4 + 0.5 × (70 × 84 + 10 × 86⅔) ÷ 80, rounded once.
    figures = (*(review.part(code) for code in ("inspections", "monthly", "year_end")), review.total)
    assert figures == (Decimal("90.25"), Decimal("86.40"), Decimal("84.33"), Decimal("86.14"))
    assert review.months_counted == 12
    assert "missing:customer_survey" in review.flags


def test_the_explanation_adds_up_to_the_total(db_session, review):
    composing.compose_cycle(review.cycle_id, now=NOW)

    tree = read_tree(review.explanation)
    assert sum(child.contribution for child in tree.children) == tree.value
    assert [child.code for child in tree.children] == ["inspections", "monthly", "year_end"]


def test_without_a_year_end_there_is_no_total(db_session):
    person = make_employee()
    make_months(person)
    review = make_review(make_cycle(state="calibrating"), person)

    composing.compose_cycle(review.cycle_id, now=NOW)

    assert (review.part("monthly"), review.part("year_end"), review.total) == (Decimal("86.00"), None, None)
    assert "no_year_end" in review.flags


def test_a_corrected_record_counts_once_the_totals_are_worked_out_anew(app, db_session, review):
    composing.compose_cycle(review.cycle_id, now=NOW)
    make_record(review.employee, "monthly_inspection", "2025-08", "98")

    composing.compose_again(review.cycle, actor=actor_of(make_hr()), now=NOW)
    run_jobs(app)

    found = db_session.get(Review, review.id)
    assert found.part("inspections") == Decimal("92.75")
    assert found.computed_band is not None
    changes = list(db_session.scalars(select(Event).filter_by(subject_id=found.id, kind="composed").order_by(Event.id)))
    assert [event.detail.data["after"] for event in changes] == ["86.14", "86.64"]


def test_signed_grades_are_not_worked_out_anew(db_session, review):
    review.cycle.state = "approving"

    with pytest.raises(Refusal, match="not before and not after"):
        composing.compose_again(review.cycle, actor=actor_of(make_hr()), now=NOW)


def test_another_state_leaves_the_figures_alone(db_session, review):
    review.cycle.state = "approving"

    assert composing.compose_cycle(review.cycle_id, now=NOW) == 0
    assert review.total is None
