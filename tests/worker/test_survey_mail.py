"""A customer's mail over a real SMTP server: what it holds, and whether it is still wanted when its turn comes."""

import re

import pytest
from sqlalchemy import select, update

from states.permissions import SYSTEM
from tests.support import run_jobs
from tests.survey_company import make_asked_review, make_employee, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.models import (
    Campaign,
    Customer,
    Cycle,
    Incident,
    Invitation,
    MailMessage,
    Review,
    ReviewStage,
    ServiceLink,
)
from workflow_app.services import inviting, reminding_customers, sending
from workflow_app.services.answering import decline, submit_answers
from workflow_app.services.opting_out import opt_out
from workflow_app.services.sharing_links import arrange_links
from workflow_app.survey_links import PLACEHOLDER, link_to, token_of

NOTE = "We moved.\n<b>See</b> {{ config }} & greet us"


@pytest.fixture
def at_work(mailing_app):
    """Inside the application that sends mail, as a page would be."""
    with mailing_app.app_context():
        yield mailing_app
        db.session.remove()


@pytest.fixture
def survey(at_work):
    made = make_survey(languages=["en", "zh", "zh"])
    db.session.add(Campaign(cycle_id=made.cycle.id, note_en=NOTE, note_zh="我们已搬迁", changed_at=clock.now()))
    db.session.commit()
    return made


def send_all(app, survey):
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    run_jobs(app)


def parts(message):
    return message.get_body(("plain",)).get_content(), message.get_body(("html",)).get_content()


def states():
    db.session.expire_all()
    return list(db.session.scalars(select(MailMessage.state).order_by(MailMessage.id)))


def test_a_mail_has_both_parts_in_the_customers_language_and_one_link(at_work, survey, smtp):
    send_all(at_work, survey)
    english, chinese = ({m["To"]: m for m in smtp.messages}[one.customer.email] for one in survey.invitations[:2])

    assert english["Subject"] == "How was our service? One minute of your time"
    assert chinese["Subject"] == "请用一分钟评价我们的服务"
    assert "我们已搬迁" in parts(chinese)[0]
    link = link_to(survey.first)
    for part in parts(english):
        assert set(re.findall(r"https?://[^\s<>\"]+", part)) == {link}
        assert not re.search(r"q_|name=|<input|<form|<img", part)
    assert set(re.findall(r"/s/\w+", english.as_string())) == {path_of(survey.first)}


def test_hrs_note_is_words_and_nothing_else(at_work, survey, smtp):
    send_all(at_work, survey)
    text, html = parts(next(m for m in smtp.messages if m["To"] == survey.first.customer.email))
    assert NOTE in text.replace("\r\n", "\n")
    assert "<b>" not in html
    assert "&lt;b&gt;See&lt;/b&gt; {{ config }} &amp; greet us" in html


def test_one_click_unsubscribes_by_post_and_a_get_only_shows_a_page(at_work, survey, smtp):
    send_all(at_work, survey)
    message = next(m for m in smtp.messages if m["To"] == survey.first.customer.email)
    address = message["List-Unsubscribe"].strip("<> ").removeprefix("http://127.0.0.1:8000")
    client, first = at_work.test_client(), survey.first
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    assert client.get(address).status_code == 200
    db.session.expire_all()
    assert (first.state, first.customer.opted_out_at) == ("sent", None)
    assert client.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    db.session.expire_all()
    assert first.state == "declined"
    assert first.customer.opted_out_at is not None


def test_no_row_keeps_a_token_at_any_time_and_delivery_is_noted(at_work, survey):
    def kept():
        db.session.expire_all()
        return "".join(f"{m.text}{m.html}{m.headers}" for m in db.session.scalars(select(MailMessage)))

    inviting.send_invitations(survey.cycle.id, now=clock.now())
    db.session.commit()
    assert token_of(survey.first)[:32] not in kept()
    assert PLACEHOLDER in kept()
    assert survey.first.delivered_at is None
    run_jobs(at_work)
    assert token_of(survey.first)[:32] not in kept()
    assert all(one.delivered_at for one in survey.invitations)


def late(survey):
    row = db.session.scalars(select(ReviewStage).filter_by(review_id=survey.review.id, stage="customer_survey")).one()
    row.state = "done"


def set_to(model, **values):
    return lambda _survey: db.session.execute(update(model).values(**values))


ENDS = {
    "submitted": lambda survey: submit_answers(survey.first, {"overall": "5"}, known=0, now=clock.now()),
    "declined": lambda survey: decline(survey.first, "unknown_person", "", now=clock.now()),
    "opted_out": lambda survey: opt_out(survey.first.customer, now=clock.now()),
    "bounced": set_to(Customer, bounced_at=clock.now()),
    "revoked": lambda survey: inviting.revoke(survey.first, actor=survey.hr.actor(), now=clock.now()),
    "replaced": lambda survey: inviting.replace(survey.first, actor=survey.hr.actor(), now=clock.now()),
    "expired": set_to(Invitation, expires_at=clock.now()),
    "closed": set_to(Cycle, state="calibrating"),
    "finished": late,
    "excluded": set_to(Review, state="excluded", excluded_reason="left"),
    "other_address": set_to(Customer, email="right@example.net"),
    "came_back": set_to(Invitation, bounced_at=clock.now()),
}
NAMED = {"finished": "closed", "excluded": "revoked", "came_back": "bounced"}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("reminder", [False, True])
def test_a_mail_that_is_not_wanted_any_more_is_withdrawn_when_its_turn_comes(
    at_work, smtp, monkeypatch, end, reminder
):
    survey = make_survey(1)
    # As if the change came between the look at the queue and the sending.
    for module in ("answering", "closing_surveys", "inviting", "opting_out"):
        monkeypatch.setattr(f"workflow_app.services.{module}.withdraw_mails", lambda _one: None)
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    if reminder:
        run_jobs(at_work)
        smtp.messages.clear()
        reminding_customers.remind_customers(survey.cycle.id, after=0, now=clock.now())
    db.session.commit()
    with unit_of_work():
        ENDS[end](survey)
    run_jobs(at_work)

    assert smtp.messages == []
    assert states()[-1] == "withdrawn"
    last = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()
    assert last.last_error == NAMED.get(end, end)


def test_a_withdrawn_reminder_can_be_written_anew(at_work, smtp):
    survey = make_survey(1)
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    run_jobs(at_work)
    reminding_customers.remind_customers(survey.cycle.id, after=0, now=clock.now())
    with unit_of_work():
        survey.first.bounced_at = clock.now()
    run_jobs(at_work)
    assert states() == ["sent", "withdrawn"]
    with unit_of_work():
        survey.first.bounced_at = None
    # The same mail is not tried twice in a minute, but this one was never tried.
    reminding_customers.remind_customers(survey.cycle.id, after=0, now=clock.now())
    run_jobs(at_work)
    assert states() == ["sent", "sent"]


@pytest.fixture
def shared(at_work):
    """One customer who is asked about two people by one link."""
    survey = make_survey(1)
    other = make_employee("孙丽")
    db.session.add(ServiceLink(customer_id=survey.first.customer_id, employee_id=other.id))
    review = make_asked_review(survey.cycle, other, now=clock.now())
    (follower,) = inviting.prepare_invitations(review, actor=SYSTEM, now=clock.now())
    arrange_links(survey.cycle.id)
    assert follower.leader_id == survey.first.id
    db.session.commit()
    return survey, follower


def test_one_mail_for_several_people_names_them_all(at_work, shared, smtp):
    survey, follower = shared
    send_all(at_work, survey)
    (message,) = smtp.messages
    assert all("方霞" in part and "孙丽" in part for part in parts(message))
    assert set(re.findall(r"/s/\w+", message.as_string())) == {path_of(survey.first)}
    db.session.expire_all()
    assert survey.first.delivered_at is not None
    assert follower.delivered_at is not None


def test_who_was_answered_about_meanwhile_is_left_out_and_the_rest_is_still_asked(at_work, shared, smtp):
    survey, follower = shared
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    db.session.commit()
    with unit_of_work():
        submit_answers(survey.first, {"overall": "5"}, known=0, now=clock.now())
    run_jobs(at_work)
    (message,) = smtp.messages
    assert all("方霞" not in part and "孙丽" in part for part in parts(message))
    with unit_of_work():
        submit_answers(follower, {"overall": "5"}, known=0, now=clock.now())
        reminding_customers.remind_customers(survey.cycle.id, after=0, now=clock.now())
    run_jobs(at_work)
    assert len(smtp.messages) == 1


def test_a_refused_recipient_is_a_bounce_for_hr_and_no_incident(at_work, survey, smtp):
    smtp.recipients[survey.first.customer.email] = "550 5.1.1 no such user"
    send_all(at_work, survey)
    db.session.expire_all()

    assert len(smtp.messages) == 2
    assert survey.first.customer.bounced_at is not None
    assert survey.first.bounce_reason == "550 5.1.1 no such user"
    assert survey.first.delivered_at is None
    assert db.session.scalar(select(Incident)) is None


@pytest.mark.parametrize("said", ["450 4.2.0 greylisted", "554 5.7.1 relay access denied"])
def test_a_server_that_refuses_us_says_nothing_of_the_address(at_work, survey, smtp, said):
    smtp.recipients = dict.fromkeys((one.customer.email for one in survey.invitations), said)
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    run_jobs(at_work, incidents=True)
    db.session.expire_all()
    assert [one.bounced_at or one.customer.bounced_at for one in survey.invitations] == [None] * 3


@pytest.mark.parametrize("shared", [False, True])
def test_a_mail_whose_last_person_is_answered_about_while_it_is_made_is_not_sent(at_work, survey, shared):
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    first = survey.first
    mail = db.session.scalar(select(MailMessage).filter_by(invitation_id=first.id))
    if shared:
        other = make_asked_review(survey.cycle, make_employee("江敏"), now=clock.now())
        db.session.add(Invitation(
            review_id=other.id, customer_id=first.customer_id, form=first.form, leader_id=first.id, state="submitted",
            created_at=clock.now(), expires_at=first.expires_at,
        ))
        db.session.flush()
    begun = sending.begin_attempt(mail.id, now=clock.now())
    db.session.execute(update(Invitation).where(Invitation.id == first.id).values(state="submitted"))

    message = sending.composed(begun, now=clock.now())

    assert message is None
    assert (mail.state, mail.last_error) == ("withdrawn", "submitted")
