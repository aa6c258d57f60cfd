"""So many mails a minute to one domain, however many workers send: the others wait their turn, and cost no attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import func, select, text

from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.models import MailMessage, Timer
from workflow_app.services.timing import set_timer

if TYPE_CHECKING:
    from datetime import datetime

WINDOW = timedelta(seconds=60)
TURN = "mail_turn"


def domain_of(address: str) -> str:
    """The domain of a mail address, as mails are counted by it."""
    return address.rpartition("@")[2].strip("> ").lower()[:190]


def hold_domain(mail_id: int) -> None:
    """Let no other worker count the mails to the same domain until this transaction ends.

    Look at the clock after this, not before. SQLite has one writer anyway.
    """
    if db.engine.dialect.name != "postgresql":
        return
    domain = db.session.scalar(select(MailMessage.domain).filter_by(id=mail_id))
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    db.session.execute(lock, {"name": f"mail to {domain}"})


def wait_for_turn(mail: MailMessage, *, now: datetime) -> bool:
    """Whether the mail has to wait; then a timer is set for it. `hold_domain` goes before.

    Counted are the attempts of the last minute, whatever became of them. No mail is tried twice in a minute:
    so the moment of its last attempt, which is all that is kept, is enough to count by.
    """
    due = _free_at(mail, now)
    if due is None:
        return False
    set_timer("mail", mail.id, TURN, due_at=due, job=Job.SEND_MAIL, mail_id=mail.id)
    return True


def _free_at(mail: MailMessage, now: datetime) -> datetime | None:
    """When to ask again; None where the mail may go now."""
    if mail.attempted_at is not None and mail.attempted_at > now - WINDOW:
        return mail.attempted_at + WINDOW
    limit = int(current_app.config["SETTINGS"].mail_per_minute)
    if not limit:
        return None
    query = select(MailMessage.attempted_at).where(
        MailMessage.domain == mail.domain, MailMessage.attempted_at > now - WINDOW
    )
    latest = db.session.scalars(query.order_by(MailMessage.attempted_at.desc()).limit(limit))
    recent = [moment for moment in latest if moment is not None]
    if len(recent) < limit:
        return None
    first_free = recent[-1] + WINDOW
    return first_free + WINDOW * (_waiting(mail.domain) // limit)


def _waiting(domain: str) -> int:
    """How many mails to the domain wait before this one."""
    query = (
        select(func.count())
        .select_from(Timer)
        .join(MailMessage, MailMessage.id == Timer.subject_id)
        .where(Timer.subject_type == "mail", Timer.kind == TURN, Timer.fired_at.is_(None), MailMessage.domain == domain)
    )
    return db.session.scalar(query) or 0
