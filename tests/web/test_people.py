"""The table of people, a person's page, and what each role sees of it."""

import re
from datetime import date
from decimal import Decimal

import pytest

from tests.cycle_company import Company, make_account, make_employee, make_scheme
from workflow_app import clock
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Record


@pytest.fixture
def hr(client, sign_in, db_session):
    return sign_in(client, make_account("hr"))


def names(page):
    return [name for name in ("方霞", "谭晓明", "梁伟", "已走") if name in page.text]


@pytest.fixture
def people(db_session):
    make_employee(employee_no="K1", name="方霞", name_sort="fang xia", department="总经办", population="management")
    make_employee(employee_no="K2", name="谭晓明", name_sort="tan xiao ming", post="会计", population="office")
    make_employee(employee_no="K3", name="已走", name_sort="yi zou", left=date(2021, 1, 1))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["方霞", "谭晓明"]), ("?q=方", ["方霞"]), ("?q=fangxia", ["方霞"]), ("?q=xiao+ming", ["谭晓明"]),
        ("?q=k2", ["谭晓明"]), ("?q=会计", ["谭晓明"]), ("?department=总经办", ["方霞"]),
        ("?population=office", ["谭晓明"]), ("?left=left", ["已走"]), ("?left=all", ["方霞", "谭晓明", "已走"]),
        ("?q=%25", []), ("?q=_", []), ("?page=99", ["方霞", "谭晓明"]), ("?page=x&left=nonsense", ["方霞", "谭晓明"]),
    ],
)
def test_people_are_found(hr, people, query, expected):
    page = hr.get(f"/people{query}")

    assert page.status_code == 200
    assert names(page) == expected


def test_people_stand_in_the_order_of_pinyin(hr, people):
    page = hr.get("/people?left=all").text

    assert page.index("方霞") < page.index("谭晓明") < page.index("已走")


def test_an_empty_company_is_told_where_to_begin(hr):
    assert "Import the roster of employees" in hr.get("/people").text


def test_a_person_is_shown_with_records_and_reports(hr, db_session):
    company = Company()
    values = {"kind": "monthly_appraisal", "period": "2025-03", "year": 2025, "bonus": 5, "reason": "嘉奖"}
    db.session.add(Record(employee_id=company.agent.id, score=Decimal("87.1"), **values))

    page = hr.get(f"/people/{company.agent.id}").text

    assert "87.10" in page
    assert "嘉奖" in page
    assert company.supervisor.name in page
    assert company.customer.name in page
    assert company.agent.name in hr.get(f"/people/{company.supervisor.id}").text


def test_an_administrator_without_hr_sees_no_scores(client, sign_in, db_session):
    company = Company()
    db.session.add(Record(employee_id=company.agent.id, kind="spot_check", period="2025-03-04", year=2025, score=Decimal("61.5")))
    sign_in(client, make_account("admin"))

    page = client.get(f"/people/{company.agent.id}").text

    assert "61.50" not in page
    assert "Not shown to your role" in page


def test_key_figures_are_entered_from_the_page_of_whoever_has_a_table(client, sign_in, db_session):
    company = Company()
    make_scheme()
    hr = sign_in(client, company.hr)
    year = day_of(clock.now()).year
    address = f'href="/kpi/{company.manager.id}/{year}"'

    assert address in hr.get(f"/people/{company.manager.id}").text
    assert "/kpi/" not in hr.get(f"/people/{company.agent.id}").text
    assert address.replace(str(year), "2024") in hr.get(f"/people/{company.manager.id}?year=2024").text
    assert address in hr.get(f"/people/{company.manager.id}?year=-1").text
    sign_in(client, make_account("admin"))
    assert "/kpi/" not in client.get(f"/people/{company.manager.id}").text


@pytest.mark.parametrize(
    ("path", "desk"),
    [("/people", "/people"), ("/accounts", "/people"), ("/import", "/people"), ("/cycles", "/cycles"), ("/mail", "")],
)
def test_the_navigation_shows_where_one_is(hr, path, desk):
    current = re.findall(r'<a href="([^"]*)" aria-current="page">', hr.get(path).text.split("</nav>")[0])

    assert current == ([desk] if desk else [])


def test_an_unknown_person_is_a_page_of_its_own(hr):
    assert hr.get("/people/99999").status_code == 404
