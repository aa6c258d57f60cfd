"""Stepping into a role exists only in a database that was made as the sample's."""

import pytest

from tests.cycle_company import Company, make_account
from workflow_app.db import db
from workflow_app.models import Setting


@pytest.fixture
def sample(db_session):
    db.session.add(Setting(key="sample", value="yes"))
    company = Company()
    make_account("hr", username="hr2")
    make_account("general_manager", username="gm", employee=company.gm)
    make_account(username="K9", employee=company.agent)
    return company


def test_a_real_database_has_no_such_page(client, db_session):
    account = make_account("hr")
    db_session.commit()

    assert client.get("/demo").status_code == 404
    assert client.post(f"/demo/{account.id}").status_code == 404
    assert client.post("/demo/anyone", data={"who": account.username}).status_code == 404
    assert client.post("/demo/customer").status_code == 404
    assert "/demo" not in client.get("/sign-in").text


@pytest.mark.parametrize("value", ["no", "", "true"])
def test_only_yes_marks_a_sample(client, db_session, value):
    db.session.add(Setting(key="sample", value=value))

    assert client.get("/demo").status_code == 404


def test_every_role_is_offered_and_can_be_stepped_into(client, sample):
    page = client.get("/demo").text
    assert all(words in page for words in ("人力资源", "总经理")) or "General manager" in page

    answer = client.post(f"/demo/{sample.hr.id}")

    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/people").status_code == 200
    assert client.post("/demo/anyone", data={"who": "K9"}).status_code == 302
    assert client.get("/people").status_code == 403


def test_stepping_in_needs_the_page_s_token(make_app, sample, db_session):
    db_session.commit()

    assert make_app().test_client().post(f"/demo/{sample.hr.id}").status_code == 400


def test_a_stranger_and_a_missing_customer_are_answered_in_words(client, sample):
    assert client.post("/demo/anyone", data={"who": "nobody"}).status_code == 404
    assert client.post("/demo/customer").status_code == 404
    assert client.post("/demo/99999").status_code == 404
