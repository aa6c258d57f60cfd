"""The desk: what to do, late first; what waits for others; nothing provisional."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_cycle
from workflow_app.db import db
from workflow_app.models import Assignment, Record, Review
from workflow_app.services.launching import launch, launch_chunk, launch_cycle


@pytest.fixture
def company(db_session):
    company = Company()
    cycle = make_cycle()
    launch(cycle, actor=SYSTEM, now=NOW)
    launch_cycle(cycle.id, now=NOW)
    launch_chunk(cycle.id, 1, 10**6, now=NOW)
    company.cycle = cycle
    return company


@pytest.fixture
def as_person(client, sign_in):
    return lambda person, *roles: sign_in(client, make_account(*roles, employee=person))


@time_machine.travel(NOW + timedelta(days=1), tick=False)
def test_my_self_review_waits_with_its_form(company, as_person):
    page = as_person(company.agent).get("/").text

    form = db.session.scalar(select(Assignment).filter_by(assignee_id=company.agent.id, state="open"))
    assert "Write my self review" in page
    assert f'href="/forms/{form.id}"' in page
    assert "My year-end appraisal" in page
    assert "At present: Self review." in page


@time_machine.travel(NOW + timedelta(days=60), tick=False)
def test_what_is_late_stands_first_and_says_so(company, as_person):
    page = as_person(company.agent).get("/").text

    assert "days late" in page
    assert "chip--late" in page


@time_machine.travel(NOW + timedelta(days=1), tick=False)
def test_a_superior_sees_who_has_not_handed_in(company, as_person):
    page = as_person(company.supervisor).get("/").text

    assert "My people who have not handed in their self review: 2" in page
    assert company.other.name in page


@time_machine.travel(NOW, tick=False)
def test_nothing_provisional_is_shown_to_the_person(company, as_person):
    review = db.session.scalar(select(Review).filter_by(employee_id=company.agent.id))
    review.total, review.computed_band, review.calibrated_band = Decimal("77.77"), "D", "D"

    page = as_person(company.agent).get("/").text

    assert "77.77" not in page
    assert "band--d" not in page


def test_my_year_comes_from_my_records_alone(company, as_person):
    rows = ((company.agent, "01", 80, 5), (company.agent, "02", 90, None), (company.other, "01", 10, None))
    for employee, month, score, bonus in rows:
        values = {"kind": "monthly_appraisal", "period": f"2025-{month}", "year": 2025, "bonus": bonus}
        db.session.add(Record(employee_id=employee.id, score=Decimal(score), **values))

    desk = as_person(company.agent).get("/").text
    records = as_person(company.other).get("/records").text

    assert "87.50" in desk
    assert "+5" in desk
    assert "10.00" in records
    assert "80.00" not in records


def test_hr_and_approvers_see_what_their_role_asks_for(company, client, sign_in):
    company.cycle.state = "calibrating"
    assert "Calibrate Year-end appraisal 2025" in sign_in(client, company.hr).get("/").text

    company.cycle.state = "approving"
    approver = make_account("general_manager", employee=company.gm)
    page = sign_in(client, approver).get("/").text
    assert "Calibrate" not in page.replace("Calibration", "")


def test_a_released_result_asks_for_a_signature(company, as_person):
    company.cycle.state = "released"
    review = db.session.scalar(select(Review).filter_by(employee_id=company.agent.id))
    review.state, review.released_at = "acknowledgement", NOW

    page = as_person(company.agent).get("/").text

    assert "Read my result and sign for it" in page
    assert f"/results/{review.id}" in page


def test_an_account_without_an_employee_has_an_empty_desk(client, sign_in, db_session):
    page = sign_in(client, make_account()).get("/")

    assert page.status_code == 200
    assert "What waits for you will stand here" in page.text
    assert client.get("/records").status_code == 404


def test_the_first_steps_of_a_new_company_are_named(client, sign_in, db_session):
    assert "Import the roster of employees" in sign_in(client, make_account("hr")).get("/").text


def test_a_stranger_is_asked_to_sign_in(client, db_session):
    assert client.get("/").location.startswith("/sign-in")


@pytest.mark.parametrize(("days", "told"), [(1, False), (60, True)])
def test_hr_is_told_that_somebody_is_late_in_a_running_cycle(company, client, sign_in, days, told):
    with time_machine.travel(NOW + timedelta(days=days), tick=False):
        page = sign_in(client, company.hr).get("/").text

    assert ("See who is late in Year-end appraisal 2025" in page) is told
    assert (f'href="/cycles/{company.cycle.id}"' in page) is told
