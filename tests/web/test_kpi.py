from decimal import Decimal

import pytest

from tests.cycle_company import Company, make_account, make_scheme
from workflow_app.db import db
from workflow_app.models import Event, KpiActual


@pytest.fixture
def company(app, db_session):
    company = Company()
    make_scheme()
    return company


def entered(kpi):
    db.session.expire_all()
    return db.session.query(KpiActual).filter_by(kpi=kpi).one_or_none()


def test_hr_enters_figures_and_sees_them_again(client, company, sign_in):
    hr = sign_in(client, company.hr)
    address = f"/kpi/{company.manager.id}/2025"
    data = {
        "q_department_budget": "１，０４０，０００",
        "target_department_budget": "1000000",
        "q_staff_training": "44.5",
    }

    answer = hr.post(address, data=data)

    assert answer.status_code == 303
    assert entered("department_budget").actual == Decimal(1040000)
    assert entered("department_budget").target == Decimal(1000000)
    assert 'value="44.5"' in hr.get(address).text
    assert db.session.query(Event).filter_by(kind="kpi_entered").one().data["year"] == 2025


def test_a_blank_takes_a_figure_away_and_the_same_again_changes_nothing(client, company, sign_in):
    hr, address = sign_in(client, company.hr), f"/kpi/{company.manager.id}/2025"
    hr.post(address, data={"q_staff_training": "40"})
    hr.post(address, data={"q_staff_training": "40.0"})
    assert db.session.query(Event).filter_by(kind="kpi_entered").count() == 1

    hr.post(address, data={})

    assert entered("staff_training").actual is None


@pytest.mark.parametrize(
    "data",
    [{"q_staff_training": "-1"}, {"target_staff_training": "0"}, {"q_staff_training": "forty"},
     {"q_staff_training": "1e3"}, {"q_staff_training": "1234567890"}, {"q_staff_training": ["1", "2"]}],
)  # fmt: skip
def test_what_is_no_figure_is_refused_with_what_was_typed(client, company, sign_in, data):
    answer = sign_in(client, company.hr).post(f"/kpi/{company.manager.id}/2025", data=data)

    assert answer.status_code == 422
    assert entered("staff_training") is None


def test_only_hr_and_not_for_oneself(client, company, sign_in):
    manager = make_account(employee=company.manager)
    director = make_account("hr", employee=company.director)

    assert sign_in(client, manager).get(f"/kpi/{company.manager.id}/2025").status_code == 403
    assert sign_in(client, director).post(f"/kpi/{company.director.id}/2025", data={}).status_code == 403


@pytest.mark.parametrize("tail", ["2025x", "99999", "1"])
def test_an_odd_year_is_not_found(client, company, sign_in, tail):
    assert sign_in(client, company.hr).get(f"/kpi/{company.manager.id}/{tail}").status_code == 404


def test_who_has_no_table_or_is_nobody_is_not_found(client, company, sign_in):
    hr = sign_in(client, company.hr)

    assert hr.get(f"/kpi/{company.agent.id}/2025").status_code == 404
    assert hr.get("/kpi/99999999999/2025").status_code == 404
