"""Joiners, leavers, transfers and leave, through the services: the test values of scheme §4 and §5."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.services.grade_company import (
    NOW,
    make_cycle,
    make_employee,
    make_hr,
    make_months,
    make_record,
    make_review,
    make_scheme,
)
from workflow_app.models import Event
from workflow_app.queries.assignments import evidence
from workflow_app.queries.candidates import candidates, reason_out
from workflow_app.queries.own_year import own_year
from workflow_app.queries.postings import Place
from workflow_app.schemes import scheme_of
from workflow_app.services import composing, distributing
from workflow_app.services.launching import create_cycle
from workflow_app.services.leave import Wanted, record_leave
from workflow_app.services.posting import transfer


@pytest.fixture
def hr(db_session):
    return make_hr().actor()


@pytest.fixture
def boss(db_session):
    return make_employee("卢经理", population="management", post="客户服务经理")


def composed(person, **values):
    cycle = make_cycle(state="calibrating")
    review = make_review(cycle, person, **values)
    composing.compose_cycle(cycle.id, now=NOW)
    distributing.distribute_cycle(cycle.id, now=NOW)
    return review


def months(person, *scores, first=1):
    for month, score in enumerate(scores, start=first):
        make_record(person, "monthly_appraisal", f"2025-{month:02}", str(score))


def away(person, first, last, hr, kind="statutory"):
    wanted = Wanted(kind, date.fromisoformat(first), date.fromisoformat(last))
    return record_leave(person, wanted, actor=hr, now=NOW)


def year_end(person, score):
    make_record(person, "year_end", "2025", str(score))


def test_months_follow_a_person_who_is_transferred(boss, hr):
    other = make_employee("贺经理", population="management")
    person = make_employee(superior=boss)
    months(person, *[90] * 7)
    transfer(person, Place("培训部", "培训师", "office", other.id), since=date(2025, 8, 1), actor=hr, now=NOW)
    months(person, *[84] * 5, first=8)
    year_end(person, 87)

    review = composed(person)

    assert review.part("monthly") == Decimal("87.50")
    assert review.superior_id == other.id, "today's unit gives the year-end"


def test_half_a_month_counts_half_in_the_mean_and_is_one_month(boss):
    person = make_employee(superior=boss, joined=date(2025, 9, 16))
    months(person, 70, 80, 90, first=9)
    year_end(person, 84)

    review = composed(person)

    assert review.part("monthly") == Decimal("82.00")
    assert review.months_counted == 3
    assert "too_new" in review.flags
    assert review.computed_band is None
    assert review.total is not None


def test_who_left_by_the_end_of_the_year_has_no_band(boss):
    person = make_employee(superior=boss, left=date(2025, 12, 31))
    stays = make_employee(superior=boss, left=date(2026, 1, 1))
    cycle = make_cycle(state="calibrating")
    reviews = [make_review(cycle, one) for one in (person, stays)]
    for one in (person, stays):
        make_months(one)
        year_end(one, 84)
    composing.compose_cycle(cycle.id, now=NOW)
    distributing.distribute_cycle(cycle.id, now=NOW)

    assert ("left" in reviews[0].flags, reviews[0].computed_band) == (True, None)
    assert ("left" in reviews[1].flags, reviews[1].computed_band is not None) == (False, True)


@pytest.mark.parametrize("kind", ["statutory", "sick", "other"])
def test_a_month_on_leave_does_not_apply_and_never_lowers_the_score(boss, hr, kind):
    person = make_employee(superior=boss)
    months(person, 80, 82, 85, 88, 90)
    make_record(person, "monthly_appraisal", "2025-06", "0")  # somebody scored the month all the same
    make_record(person, "weekly_inspection", "2025-W23", "0")
    make_record(person, "weekly_inspection", "2025-W20", "89")
    year_end(person, 86)
    away(person, "2025-06-01", "2025-06-30", hr, kind)

    review = composed(person)

    assert (review.part("monthly"), review.part("inspections")) == (Decimal("85.00"), Decimal("89.00"))
    assert review.total == Decimal("86.30")
    assert review.months_counted == 5


def test_a_good_month_on_leave_is_not_taken_away(boss, hr):
    person = make_employee(superior=boss)
    months(person, 80, 80, 95)
    year_end(person, 86)
    away(person, "2025-03-01", "2025-03-31", hr)

    review = composed(person)

    assert (review.part("monthly"), review.months_counted) == (Decimal("85.00"), 3)


def test_part_of_a_month_on_leave_takes_nothing_away(boss, hr):
    person = make_employee(superior=boss)
    months(person, 80, 90)
    year_end(person, 86)
    away(person, "2025-02-03", "2025-02-20", hr)

    assert composed(person).part("monthly") == Decimal("85.00")


def test_a_year_of_leave_leaves_the_year_end_alone(boss, hr):
    person = make_employee(superior=boss)
    year_end(person, 86)
    away(person, "2025-01-01", "2025-12-31", hr)

    assert composed(person).part("year_end") == Decimal("86.00")


@pytest.mark.parametrize(("kind", "period", "out"), [
    ("monthly_appraisal", "2025-06", True), ("monthly_appraisal", "2025-05", False),
    ("weekly_inspection", "2025-W23", True), ("weekly_inspection", "2025-W27", False),
    ("spot_check", "2025-06-16", True), ("year_end", "2025", False),
])
def test_who_is_away_throughout_is_out_with_the_reason(boss, hr, kind, period, out):
    person = make_employee(superior=boss)
    away(person, "2025-06-01", "2025-07-01", hr)

    cycle = create_cycle(make_scheme(), kind, period, actor=SYSTEM, now=NOW)
    found = candidates(cycle, now=NOW)

    reasons = {one.employee.id: str(one.reason) for one in found.out}
    assert reasons.get(person.id) == ("On leave for the whole period." if out else None)
    assert reason_out(person, cycle, {}) is None


def test_a_person_is_ranked_where_they_stood_on_the_cut_off_date(db_session, boss, hr):
    """Forms stay those of the launch; the ranking goes by the last day of the period."""
    person, stays = make_employee(superior=boss), make_employee(superior=boss)
    transfer(person, Place("客户服务部", "客服主管", "management", boss.id), since=date(2026, 1, 2), actor=hr, now=NOW)
    for one in (person, stays):
        make_months(one)
        year_end(one, 84)
    cycle = make_cycle(state="calibrating")
    moved, other = make_review(cycle, person), make_review(cycle, stays)
    assert moved.population == "management"

    composing.compose_cycle(cycle.id, now=NOW)
    composing.compose_cycle(cycle.id, now=NOW)
    distributing.distribute_cycle(cycle.id, now=NOW)

    assert (moved.population, moved.rated_as, moved.post) == ("front_line", "management", "客服主管")
    assert (moved.rank, other.rank) == (1, 1), "the two are ranked together"
    assert other.form_population is None
    events = db_session.scalars(select(Event).filter_by(subject_id=moved.id, kind="population_frozen")).all()
    assert [event.data for event in events] == [{"from": "management", "to": "front_line", "on": "2025-12-31"}]


def test_a_transfer_within_the_year_is_ranked_where_it_led(boss, hr):
    person = make_employee(superior=boss)
    cycle = make_cycle(state="calibrating")
    review = make_review(cycle, person)
    transfer(person, Place("人力资源部", "专员", "office", boss.id), since=date(2025, 12, 31), actor=hr, now=NOW)

    composing.compose_cycle(cycle.id, now=NOW)

    assert (review.population, review.rated_as) == ("office", "front_line")


def test_the_year_so_far_leaves_out_a_month_on_leave_too(boss, hr):
    person = make_employee(superior=boss)
    months(person, 80, 90, 0)
    away(person, "2025-03-01", "2025-03-31", hr)
    review = make_review(make_cycle(), person)

    beside = {one.part.code: one.value for one in evidence(review, scheme_of(review.cycle))}
    own = {one.part.code: one.value for one in own_year(person).parts}

    assert beside["monthly"] == own["monthly"] == 85
