"""Who wants no more mail gets none, in any cycle; what is still asked counts as declined, what is answered stays."""

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from tests.survey_company import filled, make_asked_review, make_cycle, make_shared, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, MailMessage
from workflow_app.services import inviting
from workflow_app.services.opting_out import opt_out
from workflow_app.survey_links import nonce_of

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def survey(db_session):
    made = make_shared(["江敏"])
    db_session.commit()
    return made


def events(customer):
    query = select(Event.kind).where(Event.subject_type == "customer", Event.subject_id == customer.id)
    return list(db.session.scalars(query))


def test_one_click_stops_every_mail_and_asks_about_nobody(client, survey):
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    customer = survey.first.customer
    answers = [client.post(f"{path_of(survey.first)}?page=decline", data=ONE_CLICK) for _ in range(2)]

    db.session.expire_all()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert customer.opted_out_at is not None
    assert [(one.state, one.decline_kind) for one in (survey.first, *survey.followers)] == [("declined", "opted_out")] * 2
    waiting = select(MailMessage.id).where(MailMessage.to_address == customer.email, MailMessage.state == "queued")
    assert db.session.scalars(waiting).all() == []
    assert events(customer) == ["opted_out"]


def test_other_customers_are_asked_as_before(client, survey):
    client.post(path_of(survey.first), data=ONE_CLICK)

    db.session.expire_all()
    assert [one.state for one in survey.invitations[1:]] == ["created", "created"]
    assert [one.customer.opted_out_at for one in survey.invitations[1:]] == [None, None]


def test_an_answer_that_is_in_stays(client, survey):
    client.post(f"{path_of(survey.first)}?about={survey.first.id}", data=filled(survey.first))
    client.post(path_of(survey.first), data=ONE_CLICK)

    db.session.expire_all()
    assert (survey.first.state, survey.followers[0].state) == ("submitted", "declined")


def test_it_holds_over_all_open_cycles(survey):
    now = clock.now()
    other = make_cycle(now=now)
    review = make_asked_review(other, survey.review.employee, now=now)
    asked = inviting.prepare_invitations(review, actor=SYSTEM, now=now)
    opt_out(survey.first.customer, now=now)

    [same] = [one for one in asked if one.customer_id == survey.first.customer_id]
    assert same.state == "declined"


def test_the_page_offers_it_and_the_link_works_on(client, survey):
    path = f"{path_of(survey.first)}?about={survey.first.id}"
    form = {"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "opted_out"}
    sent = client.post(f"{path}&page=decline", data=form)
    told = client.get(path)
    after_all = client.post(path, data=filled(survey.first))

    db.session.expire_all()
    assert sent.status_code == 303
    assert "page=edit" in told.text
    assert after_all.status_code == 303
    assert survey.first.customer.opted_out_at is not None
    assert events(survey.first.customer) == ["opted_out"]
