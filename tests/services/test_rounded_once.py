"""Totals are rounded once, at the end: what reviews leave as records stays exact (scheme §4)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from states.grading import grade
from states.permissions import SYSTEM
from tests.services.grade_company import (
    NOW,
    make_cycle,
    make_employee,
    make_months,
    make_record,
    make_review,
    make_scheme,
)
from tests.services.test_composing import submit
from workflow_app.db import db
from workflow_app.models import Cycle, Record
from workflow_app.queries.assignments import evidence
from workflow_app.queries.own_year import own_year
from workflow_app.queries.past_year import past_year
from workflow_app.schemes import scheme_of
from workflow_app.services import composing, recording


@pytest.fixture
def person(db_session):
    return make_employee("郎平")


@pytest.fixture
def review(person):
    """Sheets of 130 points: nine months lose 3, three lose 4, whose mean is 97.5 exactly."""
    version = make_scheme()
    for month in range(1, 13):
        inspected(person, version, month, lost="4" if month > 9 else "3")
    make_record(person, "weekly_inspection", "2025-W10", "90")
    make_months(person, "80")
    make_record(person, "year_end", "2025", "84.51")
    return make_review(make_cycle(version, state="calibrating"), person)


def inspected(person, version, month, lost):
    """A monthly inspection that its rater handed in, and its record."""
    cycle = Cycle(
        scheme_version=version, kind="monthly_inspection", state="open", title_zh="月检", title_en=f"Month {month}",
        period=f"2025-{month:02}", period_start=date(2025, month, 1), period_end=date(2025, month, 28), created_at=NOW,
    )
    db.session.add(cycle)
    db.session.flush()
    found = make_review(cycle, person, at="self_review")
    submit(found, "inspection", "inspection_monthly", {"attendance": {"deducted": lost, "note": "迟到"}})
    return recording.record_result(found, actor=SYSTEM, now=NOW)


def test_a_total_is_rounded_once_at_the_end(review, person):
    kept = db.session.query(Record).filter_by(kind="monthly_inspection").order_by(Record.period).all()
    assert (kept[0].score, kept[0].exact) == (Decimal("97.692307692"), "1270/13")

    composing.compose_cycle(review.cycle_id, now=NOW)

    # 17001/200, which the rounded records make 85.0049…
    assert review.total == Decimal("85.01")
    assert review.part("inspections") == Decimal("93.75")
    told = composing.people_of(review.cycle, [review], scheme_of(review.cycle))[1]
    assert grade(told, year=2025, scheme=scheme_of(review.cycle))[0].total == Fraction(17001, 200)


def test_everything_that_reads_records_reads_them_exactly(review, person):
    scheme = scheme_of(review.cycle)

    beside = {one.part.code: one.value for one in evidence(review, scheme)}
    own = {one.part.code: one.value for one in own_year(person).parts}
    tried = grade(past_year(2025).people(scheme), year=2025, scheme=scheme)

    assert beside["inspections"] == own["inspections"] == Fraction("93.75")
    assert [one.total for one in tried if one.employee_no == person.employee_no] == [Fraction(17001, 200)]


def test_a_score_that_fits_has_no_fraction_beside_it(person):
    record = inspected(person, make_scheme(), 1, lost="6.5")

    assert (record.score, record.exact, record.exact_score) == (95, None, 95)
