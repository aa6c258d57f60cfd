"""One attempt at sending a mail: whether it is still wanted, whether it is its turn, and what became of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import select

from workflow_app import mail as wire
from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.mail import MailRefusedError
from workflow_app.models import MailMessage
from workflow_app.services import bouncing, mail_pacing, survey_mails
from workflow_app.services.holding_mails import hold_mail
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.survey_links import without_links

if TYPE_CHECKING:
    from datetime import datetime
    from email.message import EmailMessage

    from workflow_app.mail import MailNotTakenError

RETRY = "mail_retry"
# After each attempt that was put off; a server that puts new senders off wants to be asked again after minutes.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240))


def begin_attempt(mail_id: int, *, now: datetime) -> MailMessage | None:
    """Count an attempt at sending before it is made; None when nothing is to be sent now.

    `mail_pacing.hold_domain` goes before, in the same transaction. What has nobody left to ask is withdrawn;
    what has to wait gets a timer. An attempt that ends between the mail server's answer and our note of it is made
    again, a minute later: a duplicate remains possible there, and both carry the same Message-ID.
    """
    mail = db.session.scalar(select(MailMessage).filter_by(id=mail_id).with_for_update())
    if mail is None or mail.state not in {"queued", "failed"}:
        return None
    if not current_app.config["SETTINGS"].sends_mail:
        mail.state = "kept"
        return None
    why = survey_mails.why_withdrawn(mail, now=now)
    if why is not None:
        mail.state, mail.last_error = "withdrawn", why
        return None
    if mail_pacing.wait_for_turn(mail, now=now):
        return None
    cancel_timer("mail", mail.id, RETRY)
    mail.state, mail.attempts, mail.attempted_at = "queued", MailMessage.attempts + 1, now
    db.session.flush()
    return mail


def composed(mail: MailMessage, *, now: datetime) -> EmailMessage | None:
    """The message as it goes out, with the customer's link in its place; None, and withdrawn, if nobody is left to ask."""
    why = survey_mails.bring_up_to_date(mail, now=now)
    if why is not None:
        mail.state, mail.last_error = "withdrawn", why
        return None
    return wire.compose(mail, current_app.config["SETTINGS"], link=survey_mails.link_in(mail))


def note_sent(mail_id: int, *, now: datetime) -> None:
    """The mail server took it. A customer's link is struck from what is kept: only its digest stays here."""
    mail = hold_mail(mail_id)
    if mail is None:
        return
    mail.state, mail.sent_at, mail.last_error = "sent", now, None
    mail.text, mail.html = without_links(mail.text), without_links(mail.html)
    mail.headers = {name: without_links(value) for name, value in mail.headers.items()}
    survey_mails.note_delivered(mail, now=now)


def note_failed(mail_id: int, error: MailNotTakenError, *, now: datetime) -> MailRefusedError | None:
    """The mail server did not take it. Returns what is left to a person to look at, if anything.

    Put off: tried again later, until the waits are used up. A customer's address that is refused is a bounce,
    which HR sees with the customer.
    """
    mail = hold_mail(mail_id, customer=isinstance(error, MailRefusedError))
    if mail is None:
        return None
    mail.last_error = str(error)
    if not isinstance(error, MailRefusedError):
        if mail.attempts <= len(WAITS):
            due = now + WAITS[mail.attempts - 1]
            set_timer("mail", mail.id, RETRY, due_at=due, job=Job.SEND_MAIL, mail_id=mail.id)
            return None
        mail.state = "failed"
        return MailRefusedError(f"given up after {mail.attempts} attempts: {error}")
    mail.state = "failed"
    if error.recipient:
        bouncing.note_refused(mail, reason=str(error), now=now)
        return None if mail.invitation_id else error
    return error
