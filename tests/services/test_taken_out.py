"""Taking a person out while grades are being made: the others' seats are worked out without that person."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from tests.services.grade_company import NOW, make_account, make_cycle, make_employee, make_hr, make_review
from tests.support import run_jobs
from workflow_app.models import Review
from workflow_app.services import approving, assigning, calibrating, distributing

WHY = "正在核查投诉"


@pytest.fixture
def company(db_session):
    boss = make_employee("方霞", post="总经理", population="management")
    manager = make_employee("卢静", superior=boss, population="management")
    cycle = make_cycle(state="calibrating")
    for place in range(20):
        make_review(cycle, make_employee(superior=manager), total=Decimal(99 - place))
    distributing.distribute_cycle(cycle.id, now=NOW)
    return cycle, make_hr(superior=boss), make_account(boss, "general_manager")


def by_total(db_session, cycle):
    return list(db_session.scalars(select(Review).filter_by(cycle_id=cycle.id).order_by(Review.total.desc())))


def test_the_best_taken_out_in_calibration_leaves_the_place_to_the_next(app, db_session, company):
    cycle, hr, _ = company
    best, second, *_ = by_total(db_session, cycle)

    assigning.exclude(best, reason=WHY, actor=hr.actor(), now=NOW)
    assert cycle.distributed_at is None
    db_session.commit()
    run_jobs(app)

    assert (best.rank, best.computed_band) == (None, None)
    assert (second.rank, second.computed_band) == (1, "A")
    assert "small_population" in second.flags


def test_nothing_is_handed_over_until_the_others_are_placed_anew(db_session, company):
    cycle, hr, _ = company
    assigning.exclude(by_total(db_session, cycle)[0], reason=WHY, actor=hr.actor(), now=NOW)

    with pytest.raises(Refusal, match="still being distributed"):
        calibrating.submit_for_approval(cycle, actor=hr.actor(), now=NOW)


@pytest.mark.parametrize("signed", [False, True])
def test_nobody_is_taken_out_from_under_the_approver(db_session, company, signed):
    cycle, hr, boss = company
    calibrating.submit_for_approval(cycle, actor=hr.actor(), now=NOW)
    if signed:
        approving.approve_cycle(cycle, actor=boss.actor(), now=NOW)

    with pytest.raises(Refusal, match="taken out any more") as refused:
        assigning.exclude(by_total(db_session, cycle)[0], reason=WHY, actor=hr.actor(), now=NOW)
    assert refused.value.kind == "conflict"
