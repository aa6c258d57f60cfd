"""What the database breaks off because two waited for each other: the customer's form is taken at the second try."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from tests.survey_company import filled, make_survey, path_of
from workflow_app.db import db
from workflow_app.models import Submission
from workflow_app.services import answering
from workflow_app.survey_pages import sending
from workflow_app.views import survey as views


@pytest.fixture
def survey(db_session, monkeypatch):
    monkeypatch.setattr(views, "sent_quickly", lambda _token: None)
    made = make_survey()
    db_session.commit()
    return made


@pytest.fixture
def broken_off(monkeypatch):
    """`broken_off(times, error)`: so many transactions end with it, after they have written."""

    def arrange(times, error):
        tries = []

        def breaking(function):
            def asked(*arguments, **options):
                made = function(*arguments, **options)
                tries.append(made)
                if len(tries) <= times:
                    db.session.flush()
                    raise OperationalError("UPDATE", {}, error)
                return made

            return asked

        monkeypatch.setattr(answering, "submit_answers", breaking(answering.submit_answers))
        monkeypatch.setattr(answering, "decline_all", breaking(answering.decline_all))
        monkeypatch.setattr(sending, "keep_draft", breaking(sending.keep_draft))
        return tries

    return arrange


@pytest.mark.parametrize("error", [psycopg.errors.DeadlockDetected(), psycopg.errors.SerializationFailure()])
@pytest.mark.parametrize("act", ["send", "later", "decline"])
def test_a_form_is_taken_at_the_second_try(client, survey, broken_off, act, error):
    tries = broken_off(1, error)

    answer = client.post(path_of(survey.first), data=filled(survey.first, act, kind="unknown_person"))

    db.session.expire_all()
    assert (answer.status_code, len(tries)) == (303, 2)
    assert survey.first.state == {"send": "submitted", "later": "opened", "decline": "declined"}[act]
    assert db.session.query(Submission).count() == (act == "send")


@pytest.mark.parametrize(
    ("times", "error", "tried"), [(2, psycopg.errors.DeadlockDetected(), 2), (1, psycopg.errors.AdminShutdown(), 1)]
)
def test_not_for_ever_and_not_what_has_another_cause(client, survey, broken_off, times, error, tried):
    tries = broken_off(times, error)

    answer = client.post(path_of(survey.first), data=filled(survey.first))

    assert (answer.status_code, len(tries)) == (500, tried)
    assert db.session.query(Submission).count() == 0
