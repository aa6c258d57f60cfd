"""Each scheme that the product ships runs: launched, filled in, composed, and graded."""

from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import select

from states.grading import PersonYear, RecordValue, grade
from states.permissions import SYSTEM, Actor
from states.scheme import builtin_scheme, builtin_scheme_codes, builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, KpiActual, Record, Review
from workflow_app.services import advancing, filling
from workflow_app.services.approving import approve_cycle
from workflow_app.services.calibrating import submit_for_approval
from workflow_app.services.calibration_opening import open_calibration
from workflow_app.services.launching import create_cycle, launch
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.releasing import release_cycle


@pytest.fixture
def company(db_session):
    return Company()


def launched(app, company, scheme, kind, period):
    version = publish_scheme(builtin_scheme_text(scheme), actor=SYSTEM, now=NOW)
    cycle = create_cycle(version, kind, period, actor=SYSTEM, now=NOW)
    launch(cycle, actor=company.hr.actor(), now=NOW)
    run_jobs(app)
    return db.session.get(Cycle, cycle.id)


def reviews_of(cycle):
    return list(db.session.scalars(select(Review).filter_by(cycle_id=cycle.id).order_by(Review.id)))


def fill(review, stage, answers):
    assignment = db.session.scalars(select(Assignment).filter_by(review_id=review.id, stage=stage)).one()
    filling.submit(assignment, answers, actor=Actor(None, assignment.assignee_id), now=NOW)


def calibrated(app, cycle, company):
    open_calibration(db.session.get(Cycle, cycle.id), actor=company.hr.actor(), now=NOW)
    run_jobs(app)
    return {review.employee_id: review for review in reviews_of(cycle)}


@pytest.mark.parametrize("code", builtin_scheme_codes())
def test_each_grades_a_company_from_records(code):
    scheme = builtin_scheme(code)
    periods = {"year": "2025", "quarter": "2025-Q2", "month": "2025-05", "week": "2025-W20", "day": "2025-05-06"}
    kinds = [kind for part in scheme.composition.parts for kind in part.kinds]
    records = [RecordValue(kind, periods[scheme.record_kinds[kind].period], Fraction(80)) for kind in kinds]
    more = [RecordValue(kind, "2025-03", Fraction(80)) for kind in scheme.composition.coverage.kinds for _ in range(12)]
    people = [PersonYear(f"K{n}", "office", None, None, (*records, *more)) for n in range(20)]

    graded = grade(people, year=2025, scheme=scheme)

    assert {one.total for one in graded} == {Fraction(80)}
    assert {one.rank for one in graded} == {1}
    assert all((one.band is None) == (scheme.distribution.mode == "off") for one in graded)


def test_an_annual_review_goes_its_whole_way_without_bands(app, company, client, sign_in):
    cycle = launched(app, company, "annual_review", "annual_review", "2025")
    ratings = {company.agent.id: "4", company.other.id: "5"}
    for review in reviews_of(cycle):
        advancing.omit_stage(review, "self_review", reason="No self review this year.", actor=SYSTEM, now=NOW)
        codes = [item.code for item in builtin_scheme("annual_review").forms[form_of(review)].items]
        fill(review, "manager_scoring", dict.fromkeys(codes, ratings.get(review.employee_id, "3")))

    found = calibrated(app, cycle, company)

    totals = {company.agent.id: Decimal("80.00"), company.other.id: Decimal("100.00")}
    assert {number: found[number].total for number in totals} == totals
    assert (found[company.other.id].rank, found[company.agent.id].rank) == (1, 2)
    assert {review.computed_band for review in found.values()} == {None}
    assert found[company.agent.id].part("annual_review") == Decimal("80.00")

    released(app, cycle, company)
    agent = make_account(employee=company.agent)
    db.session.commit()
    sign_in(client, agent)
    assert "80.00" in client.get(f"/results/{found[company.agent.id].id}").text


def form_of(review):
    return db.session.scalars(select(Assignment.form).filter_by(review_id=review.id, stage="manager_scoring")).one()


def released(app, cycle, company):
    """Hand over, sign with four eyes, release."""
    cycle = db.session.get(Cycle, cycle.id)
    submit_for_approval(cycle, actor=company.hr.actor(), now=NOW)
    for approver in (make_account("general_manager", employee=company.gm), make_account("deputy_approver")):
        approve_cycle(db.session.get(Cycle, cycle.id), actor=approver.actor(), now=NOW)
    release_cycle(db.session.get(Cycle, cycle.id), actor=company.hr.actor(), now=NOW)
    run_jobs(app)
    assert {review.released_at is not None for review in reviews_of(cycle)} == {True}


FIGURES = {
    "paid_sales": {"actual": "120", "target": "100"}, "margin": {"actual": "30"}, "new_customers": {"actual": "6"},
    "overdue_payments": {"actual": "5"},
}  # fmt: skip


def test_a_quarter_is_scored_by_figures_and_leaves_a_record(app, company):
    cycle = launched(app, company, "quarterly_sales", "sales_quarter", "2025-Q4")
    review = next(one for one in reviews_of(cycle) if one.employee_id == company.other.id)

    fill(review, "manager_scoring", FIGURES)
    advancing.finish_stage(review, "acknowledgement", actor=SYSTEM, now=NOW)

    # 5, 4, 4 and 4 points of weight 40, 15, 20 and 15; the customers' row has no actual: 400 ÷ 90 × 20.
    record = db.session.scalars(select(Record).filter_by(review_id=review.id)).one()
    assert (record.kind, record.period, record.score) == ("sales_quarter", "2025-Q4", Decimal("88.888888889"))


def test_the_years_key_figures_are_not_taken_for_a_quarters(app, company):
    cycle = launched(app, company, "quarterly_sales", "sales_quarter", "2025-Q4")
    review = next(one for one in reviews_of(cycle) if one.employee_id == company.other.id)
    db.session.add(KpiActual(employee_id=company.other.id, year=2025, kpi="paid_sales", actual=Decimal(1), target=Decimal(400)))

    fill(review, "manager_scoring", FIGURES)
    advancing.finish_stage(review, "acknowledgement", actor=SYSTEM, now=NOW)

    record = db.session.scalars(select(Record).filter_by(review_id=review.id)).one()
    assert record.score == Decimal("88.888888889")


def test_four_quarters_make_the_year(app, company):
    full, three, one = (80, 82, 84, 86), (90, None, 95, 91), (None, None, 70, None)
    for number, scores in {company.agent.id: full, company.other.id: three, company.supervisor.id: one}.items():
        for quarter, score in enumerate(scores, 1):
            if score is not None:
                period = f"2025-Q{quarter}"
                db.session.add(Record(employee_id=number, kind="sales_quarter", period=period, year=2025, score=Decimal(score)))
    cycle = launched(app, company, "quarterly_sales", "sales_year", "2025")

    found = calibrated(app, cycle, company)

    assert (found[company.agent.id].total, found[company.other.id].total) == (Decimal("83.00"), Decimal("92.00"))
    assert found[company.other.id].computed_band is not None
    assert "too_new" in found[company.supervisor.id].flags
    assert found[company.clerk.id].total is None
    assert "no_quarters" in found[company.clerk.id].flags


def test_every_cycle_kind_of_every_scheme_launches(app, company):
    periods = {"year": "2025", "quarter": "2025-Q4", "month": "2025-12", "week": "2025-W50", "day": "2025-12-09"}
    for code in builtin_scheme_codes():
        for kind in builtin_scheme(code).cycle_kinds.values():
            cycle = launched(app, company, code, kind.code, periods[kind.period])
            assert {one.employee_id for one in reviews_of(cycle)} == company.rated, (code, kind.code)


def test_the_pages_of_every_scheme_open_in_both_languages(app, company, client, sign_in):
    versions = [publish_scheme(builtin_scheme_text(code), actor=SYSTEM, now=NOW) for code in builtin_scheme_codes()]
    numbers = [(version.id, version.code) for version in versions]
    db.session.commit()
    sign_in(client, company.hr)

    for number, code in numbers:
        addresses = [f"/scheme?version={number}", f"/scheme/whole?version={number}"]
        addresses += [f"/scheme/form/{form}?version={number}" for form in builtin_scheme(code).forms]
        for address in addresses:
            for language in ("zh", "en"):
                assert client.get(f"{address}&lang={language}").status_code == 200, (address, language)
