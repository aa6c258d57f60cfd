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
from workflow_app.services.events import record_event
from workflow_app.services.mail_pacing import domain_of

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.settings import Settings


def queue_mail(
    key: str, to_address: str, *, subject: str, text: str, html: str, now: datetime,
    headers: dict[str, str] | None = None, invitation_id: int | None = None,
) -> MailMessage:
    """Write a mail in the current transaction and ask for it to be sent.

    `key` names the occasion (such as "invitation-17-2"): the same one twice is the same mail, which is
    returned as it is, unless it was withdrawn: then it is written anew. Without a mail server the mail is kept
    and can be read in the application.
    """
    mail = db.session.scalar(select(MailMessage).filter_by(key=key))
    if mail is not None and mail.state != "withdrawn":
        return mail
    if mail is None:
        mail = MailMessage(key=key)
        db.session.add(mail)
    mail.to_address, mail.domain, mail.invitation_id = to_address, domain_of(to_address), invitation_id
    mail.subject, mail.text, mail.html, mail.headers = one_line(subject)[:300], text, html, headers or {}
    mail.created_at, mail.attempts, mail.last_error = now, 0, None
    mail.state = "queued" if _settings().sends_mail else "kept"
    db.session.flush()
    if mail.state == "queued":
        enqueue(Job.SEND_MAIL, now=now, mail_id=mail.id)
    return mail


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
    mail.state, mail.last_error, mail.attempts = "queued", None, 0
    enqueue(Job.SEND_MAIL, now=now, mail_id=mail.id)
    record_event("mail", mail.id, "mail_queued_again", actor=actor, now=now)


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
