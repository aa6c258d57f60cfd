"""What HR does to many at once is whole or not at all for each of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.cycle_company import NOW, Company, make_cycle, make_employee
from tests.services.test_advancing import forms, hand_in, review_of
from workflow_app.db import db
from workflow_app.models import Event
from workflow_app.services.advancing import stage_rows
from workflow_app.services.bulk import extend_many, hand_over_many
from workflow_app.services.launching import launch, launch_chunk


@pytest.fixture
def company(db_session):
    made = Company()
    cycle = make_cycle()
    launch(cycle, actor=made.hr.actor(), now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    return made


def told(review):
    events = db.session.scalars(select(Event).filter_by(subject_type="review", subject_id=review.id)).all()
    return len(events), review.version


def test_a_deadline_that_the_customers_links_cannot_follow_moves_nothing(company):
    asked, other = review_of(company.agent), review_of(company.other)
    for stage in ("self_review", "manager_scoring", "vp_feedback"):
        hand_in(asked, stage)
    assert asked.state == "customer_survey"
    before = {row.stage: row.due_at for row in stage_rows(asked)}

    outcome = extend_many([asked, other], due_at=NOW + timedelta(days=200), actor=company.hr.actor(), now=NOW)

    assert (outcome.done, [name for name, _ in outcome.refused]) == (1, [company.agent.name])
    assert {row.stage: row.due_at for row in stage_rows(asked)} == before
    assert len(set(told(asked))) == len(set(told(other))) == 1


def test_of_several_forms_all_change_hands_or_none(company):
    review = review_of(company.agent)
    hand_in(review, "self_review")
    first = forms(review, "manager_scoring")[0]
    heir = make_employee(superior=company.vp)
    second = type(first)(
        review_id=review.id, stage=first.stage, form=first.form, assignee_id=heir.id, state="open", created_at=NOW
    )
    db.session.add(second)
    db.session.flush()

    outcome = hand_over_many([review], heir, actor=company.hr.actor(), now=NOW)

    assert outcome.done == 0
    assert [form.state for form in forms(review, "manager_scoring")] == ["open", "open"]
