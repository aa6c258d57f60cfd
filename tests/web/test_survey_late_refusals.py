"""Not answering, said too late: the answer that is in stays; no more mail can be asked for whatever has happened."""

from datetime import timedelta

import pytest

from tests.survey_company import expire, filled, hidden_fields, make_survey, path_of
from workflow_app.db import db
from workflow_app.models import Customer, Submission
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


def answered(client, survey):
    client.post(path_of(survey.first), data=filled(survey.first))


def over(_client, survey):
    expire(survey.first, ago=timedelta(days=5))


def declined(client, survey):
    data = {"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "wrong_contact"}
    client.post(path_of(survey.first), data=data)


@pytest.mark.parametrize("happened", [answered, over, declined])
def test_whatever_has_happened_the_link_of_the_mail_offers_to_stop_mail(client, survey, happened):
    happened(client, survey)
    address = f"{path_of(survey.first)}?page=decline"
    offered = client.get(address)
    said = client.post(address, data=hidden_fields(offered.text) | {"act": "decline"})
    told = client.get(f"{path_of(survey.first)}{said.headers['Location']}")

    assert offered.status_code == told.status_code == 200
    assert 'value="unknown_person"' not in offered.text  # nothing else is left to decline
    assert "您不会再收到" in told.text
    db.session.expire_all()
    assert db.session.get(Customer, survey.first.customer_id).opted_out_at is not None


def test_asking_for_the_page_stops_nothing(client, survey):
    answered(client, survey)
    client.get(f"{path_of(survey.first)}?page=decline")

    db.session.expire_all()
    assert survey.first.customer.opted_out_at is None
