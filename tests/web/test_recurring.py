"""HR switches recurring cycles on and off on a page."""

import re

import pytest
import time_machine
from sqlalchemy import select

from tests.cycle_company import NOW, Company, make_account, make_scheme
from tests.support import run_timers
from workflow_app.db import db
from workflow_app.models import Cycle, RecurringCycle
from workflow_app.services import recurring


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def code(company):
    return make_scheme().code


@pytest.fixture
def hr(client, sign_in, company):
    return sign_in(client, company.hr)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_without_a_scheme_the_page_says_what_to_do(hr):
    assert "No kind of cycle recurs" in hr.get("/cycles/recurring").text
    assert "/cycles/recurring" in hr.get("/cycles").text


def test_a_kind_is_switched_on_opened_and_switched_off(app, hr, code):
    assert 'value="2026-03"' in hr.get("/cycles/recurring").text, "the present period is suggested"

    on = hr.post(f"/cycles/recurring/{code}/monthly_appraisal/on", data={"first": "2026-02"}, follow_redirects=True)
    run_timers(app, now=NOW)

    said = text_of(hr.get("/cycles/recurring"))
    assert "Switched on" in on.text
    assert "on the day after the period" in said
    assert db.session.scalar(select(Cycle.period).order_by(Cycle.period)) == "2026-02"
    assert "Mar 2026, on 1 Apr 2026" in said or "March 2026, on 1 Apr 2026" in said
    off = hr.post(f"/cycles/recurring/{db.session.scalar(select(RecurringCycle.id))}/off", follow_redirects=True)
    assert "Switched off" in off.text
    assert recurring.open_due(1, now=NOW) == 0


@pytest.mark.parametrize(("kind", "first", "status"), [
    ("monthly_appraisal", "", 422), ("monthly_appraisal", "2026", 422), ("monthly_appraisal", "2001-01", 422),
    ("year_end", "2025", 422), ("lunch", "2026-01", 422),
])
def test_what_makes_no_sense_is_refused_and_kept(hr, code, kind, first, status):
    answer = hr.post(f"/cycles/recurring/{code}/{kind}/on", data={"first": first})

    assert answer.status_code == status
    assert "Please check what you entered" in answer.text
    assert db.session.scalar(select(RecurringCycle.id)) is None
    if kind == "monthly_appraisal" and first:
        assert f'value="{first}"' in answer.text


def test_what_is_not_there_is_not_found(hr):
    assert hr.post("/cycles/recurring/77/off").status_code == 404


def test_the_general_manager_looks_only(client, sign_in, company, code):
    sign_in(client, make_account("general_manager", employee=company.gm))
    page = client.get("/cycles/recurring")
    assert page.status_code == 200
    assert "Switch on" not in page.text
    assert client.post(f"/cycles/recurring/{code}/monthly_appraisal/on", data={"first": "2026-02"}).status_code == 403
