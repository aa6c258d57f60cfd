"""Our own faults are pages too, even when the database is what failed."""

import pytest

from tests.survey_company import make_account, make_employee
from workflow_app.db import db


@pytest.fixture
def broken(make_app, tmp_path):
    """The application over a database without a single table."""
    return make_app(database_url=f"sqlite:///{tmp_path}/empty.sqlite3")


def signed_in(client):
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = "1.1", True
    return client


def ask_for_nothing():
    return str(db.session.execute(db.text("SELECT nothing")).scalar())


@pytest.mark.parametrize(("locale", "words"), [("zh", "系统出错了"), ("en", "Something went wrong on our side")])
def test_a_failing_database_is_a_page_and_not_a_crash(broken, locale, words):
    client = signed_in(broken.test_client())
    client.set_cookie("kaoping_locale", locale)

    answer = client.get("/team")

    assert answer.status_code == 500
    assert words in answer.text
    assert "no such table" not in answer.text


def test_a_failure_after_signing_in_is_a_page_too(app, db_session, sign_in, monkeypatch):
    client = sign_in(app.test_client(), make_account(make_employee("卢静"), "hr"))
    db_session.commit()
    monkeypatch.setitem(app.view_functions, "people.table", ask_for_nothing)

    answer = client.get("/people")

    assert answer.status_code == 500
    assert "SELECT nothing" not in answer.text
