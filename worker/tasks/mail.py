"""Mail jobs. They act outside the database, so no transaction is open while the mail server is spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from worker.registry import handles
from workflow_app import mail
from workflow_app.db import unit_of_work
from workflow_app.jobs import Job
from workflow_app.services import mailing
from workflow_app.services.timing import database_now

if TYPE_CHECKING:
    from collections.abc import Callable


@handles(Job.SEND_MAIL, outside=True)
def send_mail(mail_id: int) -> Callable[[], object] | None:
    settings = current_app.config["SETTINGS"]
    with unit_of_work():
        row = mailing.begin_attempt(mail_id)
        message = mail.compose(row, settings) if row else None
    if message is None:
        return None
    try:
        mail.deliver(message, settings)
    except Exception as error:
        with unit_of_work():
            mailing.note_failed(mail_id, str(error), final=isinstance(error, mail.MailRefusedError))
        raise
    return lambda: mailing.note_sent(mail_id, now=database_now())
