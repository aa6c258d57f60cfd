"""Mail as rows: queued with the change that causes it, sent by the worker, or kept to be read here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.mail import one_line
from workflow_app.models import MailMessage
from workflow_app.outbox import QueueSettings
from workflow_app.services.events import record_event
from workflow_app.survey_links import without_links

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.settings import Settings


def queue_mail(
    key: str, to_address: str, *, subject: str, text: str, html: str, now: datetime,
    headers: dict[str, str] | None = None,
) -> MailMessage:
    """Write a mail in the current transaction and ask for it to be sent.

    `key` names the occasion (such as "invitation-17-2"): the same one twice is the same mail, which is
    returned as it is. Without a mail server the mail is kept and can be read in the application.
    """
    known = db.session.scalar(select(MailMessage).filter_by(key=key))
    if known is not None:
        return known
    mail = MailMessage(
        key=key, to_address=to_address, subject=one_line(subject)[:300], text=text, html=html,
        headers=headers or {}, created_at=now, state="queued" if _settings().sends_mail else "kept",
    )
    db.session.add(mail)
    db.session.flush()
    if mail.state == "queued":
        enqueue(Job.SEND_MAIL, now=now, mail_id=mail.id)
    return mail


def begin_attempt(mail_id: int) -> MailMessage | None:
    """Count an attempt at sending before it is made; None when nothing is left to send.

    An attempt that ends between the mail server's answer and our note of it is made again: a duplicate
    remains possible there, and both carry the same Message-ID.
    """
    mail = db.session.scalar(select(MailMessage).filter_by(id=mail_id).with_for_update())
    if mail is None or mail.state not in {"queued", "failed"}:
        return None
    if not _settings().sends_mail:
        mail.state = "kept"
        return None
    mail.attempts = MailMessage.attempts + 1
    db.session.flush()
    return mail


def note_sent(mail_id: int, *, now: datetime) -> None:
    """The mail server took it. A customer's link is struck from what is kept: only its digest stays here."""
    mail = db.session.get_one(MailMessage, mail_id)
    mail.state, mail.sent_at, mail.last_error = "sent", now, None
    mail.text, mail.html = without_links(mail.text), without_links(mail.html)
    mail.headers = {name: without_links(value) for name, value in mail.headers.items()}


def note_failed(mail_id: int, error: str, *, final: bool) -> None:
    """The mail server did not take it, this time or for good (`final`)."""
    mail = db.session.get_one(MailMessage, mail_id)
    mail.last_error = error
    if final or mail.attempts >= QueueSettings().max_attempts:
        mail.state = "failed"


def send_again(mail: MailMessage, *, actor: Actor, now: datetime) -> None:
    """Queue a kept or failed mail once more. Refuses (conflict) one that is sent or on its way."""
    require(actor, "see_mail")
    if not _settings().sends_mail:
        raise Refusal(
            Message("No mail server is set up, so mails are kept here. Set KAOPING_SMTP_HOST to send them."),
            kind="conflict",
        )
    if mail.state not in {"kept", "failed"}:
        raise Refusal(Message("This mail was sent already, or is on its way."), kind="conflict")
    mail.state, mail.last_error = "queued", None
    enqueue(Job.SEND_MAIL, now=now, mail_id=mail.id)
    record_event("mail", mail.id, "mail_queued_again", actor=actor, now=now)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
