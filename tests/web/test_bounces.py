"""The webhook by which a mail service reports what came back."""

import logging

import pytest
from sqlalchemy import select

from tests.survey_company import make_survey
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, MailMessage
from workflow_app.services import inviting

SECRET = "kept-between-the-two"
HEADERS = {"Authorization": f"Bearer {SECRET}"}


@pytest.fixture
def survey(app, db_session, monkeypatch):
    monkeypatch.setattr(app.config["SETTINGS"], "bounce_secret", app.config["SETTINGS"].bounce_secret.__class__(SECRET))
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    for mail in db.session.scalars(select(MailMessage)):
        mail.state, mail.sent_at = "sent", clock.now()
    db_session.flush()
    return made


def told(survey, **changes):
    return {"events": [{"action": "failed", "status": "5.1.1", "recipient": survey.first.customer.email} | changes]}


def test_a_bounce_is_noted_once_however_often_it_is_told(client, survey):
    answers = [client.post("/bounces", json=told(survey), headers=HEADERS).json for _ in range(3)]
    db.session.expire_all()

    assert [answer["noted"] for answer in answers] == [1, 0, 0]
    assert answers[1]["known"] == 1
    assert survey.first.customer.bounced_at is not None
    assert len(db.session.scalars(select(Event).filter_by(kind="mail_bounced")).all()) == 1


@pytest.mark.parametrize(
    ("message_id", "count"), [("0100018f3c9a2b1d-7a1e4c1f-000000", "noted"), ("<invitation-999-1@localhost>", "unknown")]
)
def test_a_services_own_id_is_looked_up_by_its_recipient_and_a_false_one_of_ours_is_not(client, survey, message_id, count):
    answer = client.post("/bounces", json=told(survey, message_id=message_id), headers=HEADERS).json
    db.session.expire_all()

    assert answer[count] == 1
    assert (survey.first.customer.bounced_at is not None) is (count == "noted")


@pytest.mark.parametrize("headers", [{}, {"Authorization": SECRET}, {"Authorization": "Bearer "}, {"Authorization": "Bearer é"},
                                     {"Authorization": f"Bearer {SECRET}x"}])
def test_a_wrong_secret_gets_403_and_nothing_else(client, survey, headers):
    answer = client.post("/bounces", json=told(survey), headers=headers)
    db.session.expire_all()
    assert (answer.status_code, answer.data) == (403, b"")
    assert survey.first.customer.bounced_at is None


def test_without_a_secret_nobody_has_the_right_one(client, app, db_session):
    assert client.post("/bounces", json={"events": []}, headers={"Authorization": "Bearer "}).status_code == 403


@pytest.mark.parametrize(
    "event", [{"status": "2.0.0", "action": "delivered"}, {"action": "delayed", "status": "4.4.1"}, {"action": "relayed"}]
)
def test_what_is_no_failure_is_left_alone(client, survey, event):
    assert client.post("/bounces", json=told(survey, **event), headers=HEADERS).json["ignored"] == 1
    db.session.expire_all()
    assert survey.first.bounced_at is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{", 422), (b"[]", 422), (b'{"events": []}', 422), (b'{"events": [{"status": "9"}]}', 422),
        (b'{"events": [{"status": "5.1.1", "recipient": 7}]}', 422), (b"\xff" * 100, 422),
        (b'{"events": [' + b'{"status": "5.1.1"},' * 501 + b'{"status": "5.1.1"}]}', 422), (b" " * 300_000, 413),
        (b'{"events": [{"status": "5.1.1", "recipient": "a\\u0000@example.net"}]}', 200), (b"[" * 20_000, 422),
    ],
)  # fmt: skip
def test_odd_bodies_are_refused_without_a_fault(client, survey, body, status):
    answer = client.post("/bounces", data=body, headers=HEADERS, content_type="application/json")
    assert answer.status_code == status


def test_wrong_secrets_are_counted_and_the_right_one_is_let_in_all_the_same(make_app, survey):
    client = make_app(testing=False, bounce_secret=SECRET).test_client()
    wrong = [client.post("/bounces", json={}, headers={"Authorization": "Bearer x"}).status_code for _ in range(25)]

    assert wrong.count(403) == 20
    assert wrong[-1] == 429
    assert client.post("/bounces", json=told(survey), headers=HEADERS).status_code == 200


def test_nothing_of_the_customer_is_logged(client, survey, caplog):
    with caplog.at_level(logging.DEBUG):
        client.post("/bounces", json=told(survey), headers=HEADERS)
    assert survey.first.customer.email not in caplog.text
    assert SECRET not in caplog.text
