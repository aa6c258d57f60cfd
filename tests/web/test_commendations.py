"""Commendations and offences on their pages: what does not count is said, what a clause brings is kept to."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.services.grade_company import make_cycle as grade_cycle
from tests.services.grade_company import make_employee, make_review
from tests.services.ledger_company import FRIDAY, SheetCompany, hand_in, record_of, review_in
from tests.services.test_composing import submit
from workflow_app.models import Event
from workflow_app.services import adjusting, composing, recording

UNUSED = "A commendation without a score does not count"


@pytest.fixture
def company(app, db_session):
    return SheetCompany(app)


@pytest.fixture
def month(company):
    cycle = company.open_cycle("monthly_appraisal", "2025-07")
    hand_in(company, cycle, company.agent, {}, stage="self_review", by=company.agent)
    return cycle


@pytest.fixture
def review(company, month):
    return review_in(month, company.agent)


@pytest.fixture
def enter(app, sign_in, company):
    return lambda person: sign_in(app.test_client(), company.accounts[person.id])


def commend(company, review, points=5, **options):
    actor = company.actor(company.supervisor)
    return adjusting.commend(review, points, event="客户书面表扬", on="2025-07-08", actor=actor, now=FRIDAY, **options)


def test_a_commendation_without_a_score_stays_and_is_said_not_to_count(db_session, company, review, enter):
    commend(company, review)

    # Nobody scored the month: the rater's omission was recorded, say.
    assert recording.record_result(review, actor=SYSTEM, now=FRIDAY) is None
    review.released_at = FRIDAY
    db_session.flush()

    assert review.flags == ["unused_bonus"]
    event = db_session.scalars(select(Event).filter_by(subject_type="review", subject_id=review.id, kind="unused_bonus")).one()
    assert event.data == {"points": 5}
    page = enter(company.clerk).get(f"/results/{review.id}/sheet").text
    assert UNUSED in page
    assert "客户书面表扬" in page, "the commendation stays with the review"


def test_the_flag_goes_once_there_is_a_score(company, month, review):
    commend(company, review)
    recording.record_result(review, actor=SYSTEM, now=FRIDAY)

    hand_in(company, month, company.agent, {}, stage="manager_scoring")
    hand_in(company, month, company.agent, {}, stage="confirmation", by=company.manager)

    assert (record_of(review).bonus, review.flags) == (5, [])


@pytest.mark.parametrize("scored", [True, False])
def test_a_year_end_without_a_score_says_so_while_it_is_calibrated(company, scored):
    person = make_employee("吕静", superior=make_employee("主管"))
    cycle = grade_cycle(state="open")
    review = make_review(cycle, person)
    if scored:
        submit(review, "manager_scoring", "scorecard_staff", {"ethics": {"deducted": "3"}})
    later = FRIDAY + timedelta(days=200)
    adjusting.commend(review, 5, event="年度服务标兵", on="2025-12-01", actor=company.hr.actor(), now=later)
    cycle.state = "calibrating"

    composing.compose_cycle(cycle.id, now=later)

    assert ("unused_bonus" in review.flags) is not scored
