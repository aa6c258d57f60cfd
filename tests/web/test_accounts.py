"""Accounts: opening them, roles, links shown once; signing in with them."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.cycle_company import make_account, make_employee
from workflow_app.db import db
from workflow_app.imports.sources import read_sheets
from workflow_app.models import Account, Event, PasswordLink

PASSWORD = "correct horse battery staple"


@pytest.fixture
def admin(client, sign_in, db_session):
    return sign_in(client, make_account("admin", username="root"))


@pytest.fixture
def hr(client, sign_in, db_session):
    return sign_in(client, make_account("hr", username="hr"))


def named(username):
    db.session.expire_all()
    return db.session.scalar(select(Account).filter_by(username=username))


def test_accounts_are_opened_for_everyone_employed_once(hr, db_session):
    make_employee(employee_no="K1")
    make_employee(employee_no="K2", left=datetime(2021, 1, 1, tzinfo=UTC).date())
    make_account(username="other", employee=make_employee(employee_no="K3"))

    for words in ("1 account was opened.", "0 accounts were opened."):
        assert words in hr.post("/accounts/everyone", follow_redirects=True).text

    assert set(db.session.scalars(select(Account.username))) == {"hr", "other", "K1"}
    assert db.session.scalar(select(Event.kind).filter_by(subject_type="account")) == "account_opened"


def test_a_link_is_shown_once_and_opens_the_account(hr, client, db_session):
    account = make_account(username="K1", employee=make_employee(name="方霞"))

    page = hr.post(f"/accounts/{account.id}/link")
    link = re.search(r'value="(http[^"]+/password/[^"]+)"', page.text)[1]
    assert link not in hr.get(f"/accounts/{account.id}").text
    hr.post("/sign-out")

    assert "K1" in client.get(link).text
    weak = client.post(link, data={"password": "password1234", "again": "password1234"})
    assert weak.status_code == 422
    assert client.post(link, data={"password": PASSWORD, "again": PASSWORD}).location == "/sign-in"
    assert client.get(link).status_code == 410
    answer = client.post("/sign-in", data={"username": "K1", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/")


def test_a_wrong_password_says_nothing_more(client, db_session):
    make_account(username="K1")
    db_session.commit()

    pages = [
        client.post("/sign-in", data={"username": name, "password": "x"}, headers={"Accept-Language": "en"})
        for name in ("K1", "nobody")
    ]

    assert {page.status_code for page in pages} == {422}
    assert all("User name or password is not right" in page.text for page in pages)


def test_links_for_everyone_come_as_a_workbook(hr, db_session):
    make_account(username="K1", employee=make_employee(name="方霞"))
    boss = make_account("general_manager", username="boss")

    answer = hr.post("/accounts/links")

    rows = read_sheets(answer.data, "links.xlsx")[0].rows
    assert [row[:2] for row in rows[1:]] == [["K1", "方霞"], ["hr", "hr"]]
    assert answer.headers["Cache-Control"] == "no-store"
    assert db.session.scalar(select(PasswordLink).filter_by(account_id=boss.id)) is None


def test_hr_cannot_make_an_approver_or_become_one(hr, db_session):
    clerk, boss = make_account(username="K1"), make_account("general_manager", username="boss")

    assert hr.post(f"/accounts/{clerk.id}/roles", data={"roles": "general_manager"}).status_code == 403
    assert hr.post(f"/accounts/{boss.id}/link").status_code == 403
    assert hr.post(f"/accounts/{named('hr').id}/roles", data={"roles": ["hr", "admin"]}).status_code == 403
    assert (named("K1").roles, named("hr").roles) == ([], ["hr"])


def test_an_administrator_gives_and_takes_roles(admin, db_session):
    boss = make_account(username="boss")

    admin.post(f"/accounts/{boss.id}/roles", data={"roles": ["general_manager", "hr"]})
    assert named("boss").roles == ["general_manager", "hr"]
    admin.post(f"/accounts/{boss.id}/roles", data={})
    assert named("boss").roles == []
    assert admin.post(f"/accounts/{boss.id}/roles", data={"roles": "emperor"}).status_code == 422


def test_a_closed_account_is_out_at_once(admin, app, sign_in, db_session):
    other = app.test_client()
    account = make_account(username="K1")
    sign_in(other, account)
    assert other.get("/records").status_code == 404

    admin.post(f"/accounts/{account.id}/active", data={"active": "no"})

    assert other.get("/records").status_code == 302
    assert named("K1").active is False


def test_one_account_is_opened_by_number_or_refused(hr, db_session):
    make_employee(employee_no="K1", name="方霞")

    assert hr.post("/accounts", data={"employee_no": "K1"}).status_code == 302
    assert "has an account already" in hr.post("/accounts", data={"employee_no": "K1"}).text
    assert "There is no employee" in hr.post("/accounts", data={"employee_no": "K9"}).text
    assert hr.post("/accounts", data={}).status_code == 422
    assert hr.post("/accounts", data={"username": "a b<c>"}).status_code == 422


@pytest.mark.parametrize("path", ["/accounts", "/people", "/accounts/1"])
def test_nobody_else_sees_accounts_and_people(client, sign_in, db_session, path):
    sign_in(client, make_account("general_manager"))

    assert client.get(path).status_code == 403
