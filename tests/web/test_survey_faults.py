"""A fault of ours shows the customer a page of its own: no way to a sign-in, and that another try is safe."""

import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from tests.survey_company import filled, make_survey, path_of
from workflow_app.db import db
from workflow_app.models import Submission
from workflow_app.services import answering

SAFE = "重复提交只算一次"


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def failing(error):
    def fail(*_arguments, **_options):
        raise error

    return fail


@pytest.mark.parametrize(
    "error", [RuntimeError("?"), StaleDataError("?"), IntegrityError("?", {}, Exception("?")), OperationalError("?", {}, Exception("?"))],
    ids=lambda error: type(error).__name__,
)
def test_a_fault_says_that_another_try_is_safe_and_it_is(client, survey, monkeypatch, error):
    data = filled(survey.first) | {"beside": "answer 0"}
    with monkeypatch.context() as patch:
        patch.setattr("workflow_app.views.survey.sent_quickly", lambda _token: None)
        patch.setattr(answering, "submit_answers", failing(error))
        fault = client.post(path_of(survey.first), data=data)
    again = client.post(path_of(survey.first), data=data)

    assert fault.status_code == 500
    assert SAFE in fault.text
    assert 'href="/"' not in fault.text
    assert again.status_code == 303
    assert db.session.query(Submission).count() == 1


def test_it_speaks_the_readers_language_before_the_customer_is_known(client, survey, monkeypatch):
    monkeypatch.setattr("workflow_app.views.survey.ready_page", failing(RuntimeError("?")))
    page = client.get(path_of(survey.first), headers={"Accept-Language": "en"})

    assert page.status_code == 500
    assert "what arrives twice counts once" in page.text


def test_what_no_column_can_hold_is_not_ours(client, survey, monkeypatch):
    monkeypatch.setattr("workflow_app.views.survey.ready_page", failing(DataError("?", {}, Exception("?"))))

    assert client.get(path_of(survey.first)).status_code == 400


def test_who_comes_to_stop_mail_by_mistake_can_leave_it(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    page = client.get(f"{path}?page=decline")

    assert '<a href="?lang=zh">保持现状</a>' in page.text
