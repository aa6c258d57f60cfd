"""Mail over a real SMTP server, or kept."""

import logging

from sqlalchemy import select

from tests.support import run_jobs, run_timers
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.models import Incident, MailMessage, OutboxMessage
from workflow_app.services import mailing, sending, timing


def write(app, key="invitation-1", **changes):
    words = {"subject": "满意度调查", "text": "请打开链接", "html": "<p>请打开<a href='#'>链接</a></p>"} | changes
    with app.app_context(), unit_of_work():
        return mailing.queue_mail(key, "customer@example.com", now=clock.now(), **words).id


def the_mail(app):
    with app.app_context():
        return db.session.scalars(select(MailMessage)).one()


def test_a_mail_has_a_text_and_an_html_part(mailing_app, smtp):
    write(mailing_app)
    run_jobs(mailing_app)
    (message,) = smtp.messages
    assert message["Subject"] == "满意度调查"
    assert message["To"] == "customer@example.com"
    assert "invitation-1@" in message["Message-ID"]
    assert message.get_body(("plain",)).get_content().strip() == "请打开链接"
    assert "<p>" in message.get_body(("html",)).get_content()
    assert the_mail(mailing_app).state == "sent"


def test_the_same_occasion_is_one_mail(mailing_app, smtp):
    assert write(mailing_app) == write(mailing_app)
    run_jobs(mailing_app)
    assert len(smtp.messages) == 1


def test_a_line_end_in_a_subject_begins_no_header(mailing_app, smtp):
    write(mailing_app, subject="Hello\r\nBcc: everyone@example.com")
    run_jobs(mailing_app)
    assert smtp.messages[0]["Bcc"] is None


def test_a_busy_server_is_tried_again_after_minutes_and_left_to_a_person_in_the_end(mailing_app, smtp, mail_clock):
    write(mailing_app)
    smtp.answer = "451 later"
    run_jobs(mailing_app)
    assert (the_mail(mailing_app).state, the_mail(mailing_app).attempts) == ("queued", 1)
    for wait in sending.WAITS[:-1]:
        run_timers(mailing_app, now=mail_clock.turn(seconds=wait.total_seconds() - 1))
        before = the_mail(mailing_app).attempts
        run_timers(mailing_app, now=mail_clock.turn(seconds=1))
        assert the_mail(mailing_app).attempts == before + 1
    with mailing_app.app_context(), unit_of_work():
        timing.fire_due_timers(now=mail_clock.turn(hours=4))
    run_jobs(mailing_app, incidents=True)
    assert (the_mail(mailing_app).state, the_mail(mailing_app).attempts) == ("failed", len(sending.WAITS) + 1)
    with mailing_app.app_context():
        assert "451 later" in db.session.scalars(select(Incident)).one().error


def test_a_server_that_is_not_there_is_tried_again_and_the_mail_goes_once(make_app, smtp, mail_clock):
    away = make_app(smtp_host="127.0.0.1", smtp_port=1)
    write(away)
    run_jobs(away)
    assert "refused" in the_mail(away).last_error
    back = make_app(smtp_host="127.0.0.1", smtp_port=smtp.port)
    run_timers(back, now=mail_clock.turn(minutes=1))
    assert (the_mail(back).state, the_mail(back).last_error, len(smtp.messages)) == ("sent", None, 1)


def test_a_connection_lost_after_the_message_may_send_it_twice_but_with_one_name(mailing_app, smtp, mail_clock):
    write(mailing_app)
    smtp.drop = True
    run_jobs(mailing_app)
    assert the_mail(mailing_app).state == "queued"
    smtp.drop = False
    run_timers(mailing_app, now=mail_clock.turn(minutes=1))
    assert the_mail(mailing_app).state == "sent"
    assert len({message["Message-ID"] for message in smtp.messages}) == 1
    assert len(smtp.messages) == 2


def test_nothing_of_the_recipient_is_logged(mailing_app, smtp, caplog):
    smtp.recipients["customer@example.com"] = "550 5.1.1 <customer@example.com>: Ms Lin has left"
    with caplog.at_level(logging.DEBUG):
        write(mailing_app)
        run_jobs(mailing_app, incidents=True)
    logged = " ".join(record.getMessage() for record in caplog.records if record.name != "mail.log")  # the test's server
    assert "550" in logged
    assert "customer@" not in logged
    assert "Lin" not in logged
    assert the_mail(mailing_app).bounced_at is not None


def test_a_refused_mail_is_an_incident_at_once(mailing_app, smtp):
    write(mailing_app)
    smtp.answer = "554 no such person"
    run_jobs(mailing_app, incidents=True)
    assert (the_mail(mailing_app).state, the_mail(mailing_app).attempts) == ("failed", 1)
    with mailing_app.app_context():
        assert "no such person" in db.session.scalars(select(Incident)).one().error


def test_without_a_server_a_mail_is_kept_and_no_job_is_asked_for(app):
    write(app)
    with app.app_context():
        assert db.session.scalars(select(MailMessage)).one().state == "kept"
        assert db.session.scalars(select(OutboxMessage)).all() == []
