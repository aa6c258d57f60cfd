"""Not answering, said too late: the answer that is in stays; no more mail can be asked for whatever has happened."""

import pytest

from tests.survey_company import filled, hidden_fields, make_survey, path_of
from workflow_app.db import db
from workflow_app.models import Submission
from workflow_app.survey_links import nonce_of


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


def test_declining_what_was_answered_meanwhile_leads_to_that_answer(client, survey):
    path = path_of(survey.first)
    client.post(path, data=filled(survey.first))
    late = {"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "unknown_person"}
    told = client.post(f"{path}?page=decline", data=late)

    assert told.status_code == 303
    thanks = client.get(f"{path}{told.headers['Location']}")
    assert survey.first.reference in thanks.text
    assert "nonce" not in hidden_fields(thanks.text)
    db.session.expire_all()
    assert [one.answers["recommend"] for one in db.session.query(Submission)] == ["9"]
