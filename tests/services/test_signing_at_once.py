"""Two approvers at the same moment: one comes after the other, and nothing is half signed."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests.services.grade_company import NOW, actor_of, make_account, make_cycle, make_employee, make_hr, make_review
from tests.services.test_advancing import at_once
from workflow_app.db import db
from workflow_app.models import Approval, Cycle, Event, Review
from workflow_app.services import approving, calibrating, distributing


@pytest.fixture
def approving_company(db_session):
    boss = make_employee("方霞", post="总经理", population="management")
    cycle = make_cycle(state="calibrating")
    for place in range(4):
        make_review(cycle, make_employee(superior=boss), total=Decimal(90 - place))
    distributing.distribute_cycle(cycle.id, now=NOW)
    hr = make_hr(superior=boss)
    calibrating.submit_for_approval(cycle, actor=actor_of(hr), now=NOW)
    first, second = make_account(boss, "general_manager"), make_account(None, "deputy_approver")
    found = cycle.id, actor_of(first), actor_of(second)
    db.session.commit()
    db.session.remove()
    return found


def state_of(number):
    reviews = db.session.scalars(select(Review).filter_by(cycle_id=number)).all()
    counts = dict(
        db.session.execute(
            select(Event.subject_id, func.count()).filter_by(subject_type="review").group_by(Event.subject_id)
        ).tuples().all()
    )
    assert all(review.version == counts[review.id] for review in reviews)
    return reviews


def test_both_sign_and_every_grade_is_signed_once(app, approving_company):
    number, first, second = approving_company

    def sign(actor):
        return lambda: approving.approve_cycle(db.session.get_one(Cycle, number), actor=actor, now=NOW)

    outcomes = at_once(app, [sign(first), sign(second)])

    assert sorted(map(str, outcomes)) == ["4", "conflict"]
    assert len({review.approved_by_id for review in state_of(number)}) == 1
    assert db.session.scalar(select(func.count()).select_from(Approval)) == 1


def test_signing_and_returning_leave_no_half_signed_grade(app, approving_company):
    number, first, second = approving_company

    def sign():
        return approving.approve_cycle(db.session.get_one(Cycle, number), actor=first, now=NOW)

    def send_back():
        return approving.return_cycle(db.session.get_one(Cycle, number), reason="请再核对并列", actor=second, now=NOW)

    at_once(app, [sign, send_back])

    # Whichever came first, the return is the last word.
    reviews = state_of(number)
    assert {review.state for review in reviews} == {"calibration"}
    assert {(review.final_band, review.approved_by_id) for review in reviews} == {(None, None)}
