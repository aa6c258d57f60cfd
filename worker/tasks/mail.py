"""Mail jobs. They act outside the database, so no transaction is open while the mail server is spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

from worker.registry import handles
from workflow_app import mail
from workflow_app.db import unit_of_work
from workflow_app.jobs import Job
from workflow_app.services import mail_pacing, sending
from workflow_app.services.timing import database_now

if TYPE_CHECKING:
    from collections.abc import Callable


@handles(Job.SEND_MAIL, outside=True)
def send_mail(mail_id: int) -> Callable[[], object] | None:
    with unit_of_work():
        mail_pacing.hold_domain(mail_id)
        now = database_now()
        row = sending.begin_attempt(mail_id, now=now)
        message = sending.composed(row, now=now) if row else None
    if message is None:
        return None
    try:
        mail.deliver(message, current_app.config["SETTINGS"])
    except mail.MailNotTakenError as error:
        with unit_of_work():
            for_a_person = sending.note_failed(mail_id, error, now=database_now())
        if for_a_person is not None:
            raise for_a_person from None
        return None
    return lambda: sending.note_sent(mail_id, now=database_now())
