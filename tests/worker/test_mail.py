"""Mail over a real SMTP server, or kept."""

import email
from email import policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from tests.servers.live import free_port
from tests.support import run_jobs
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.models import Incident, MailMessage, OutboxMessage
from workflow_app.services import mailing


class Server:
    """Keeps what it is sent; refuses what it is told to refuse."""

    def __init__(self):
        self.messages = []
        self.answer = "250 OK"
        self.port = 0

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 (aiosmtpd's name)
        if self.answer.startswith("250"):
            self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return self.answer


@pytest.fixture
def smtp():
    server = Server()
    server.port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    yield server
    controller.stop()


@pytest.fixture
def mailing_app(make_app, smtp):
    return make_app(smtp_host="127.0.0.1", smtp_port=smtp.port)


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


def test_a_busy_server_is_tried_again(mailing_app, smtp):
    write(mailing_app)
    smtp.answer = "451 later"
    run_jobs(mailing_app, incidents=True)
    mail = the_mail(mailing_app)
    assert (mail.state, mail.attempts) == ("failed", 5)


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
