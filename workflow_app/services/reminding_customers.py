"""Reminders to customers: on the campaign's days before the last one, or when HR asks; only who has not answered.

Asked again when the mail is sent: an answer, a wish for no mail, a bounce may come in between.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Invitation
from workflow_app.queries.campaign import mailable, reminder_days_of
from workflow_app.queries.surveys import group_of
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_event
from workflow_app.services.inviting import (
    CHUNK,
    REMIND_AT,
    guard_cycle,
    guard_invitation,
    guard_reachable,
    set_reminder_timer,
)
from workflow_app.services.survey_mails import mail_reminder
from workflow_app.working_days import zone_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from states.permissions import Actor

WAITING = frozenset({"sent", "opened"})


def ask_to_remind(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """HR asks the worker to remind every customer of the cycle who has not answered."""
    guard_cycle(cycle, actor)
    enqueue(Job.REMIND_CUSTOMERS, now=now, cycle_id=cycle.id, after=0)
    record_event("cycle", cycle.id, "reminders_asked_for", actor=actor, now=now)


def remind(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Remind one customer who has not answered, at most once a day, of everybody who shares the link."""
    guard_invitation(invitation, actor)
    if invitation.state not in WAITING:
        raise Refusal(Message("A reminder goes to customers who were invited by mail and have not answered."))
    guard_reachable(invitation)
    if mail_reminder(group_of(invitation)[0], now=now) is None:
        raise Refusal(Message("This customer was reminded today already."), kind="conflict")
    record_event("invitation", invitation.id, "reminded", actor=actor, now=now)


def remind_customers(cycle_id: int, *, after: int, now: datetime, since: datetime | None = None) -> int:
    """Remind the next chunk of customers (invitations with an id above `after`) who have not answered.

    With `since`, only those for whom a day of the campaign has come between then and now. One mail for all who
    share a link. Returns how many mails were asked for.
    """
    query = mailable(cycle_id, now).where(Invitation.state.in_(WAITING), Invitation.id > after)
    chunk = db.session.scalars(query.order_by(Invitation.id).limit(CHUNK)).all()
    days = _Days(db.session.get_one(Cycle, cycle_id)) if since else None
    due = [one for one in chunk if days is None or days.come(one, since, now)]
    leaders = {group[0].id: group[0] for group in map(group_of, due)}
    mails = sum(mail_reminder(leader, now=now) is not None for leader in leaders.values())
    if len(chunk) == CHUNK:
        ids = {"since": since.isoformat()} if since else {}
        enqueue(Job.REMIND_CUSTOMERS, now=now, cycle_id=cycle_id, after=chunk[-1].id, **ids)
    return mails


def remind_by_date(cycle_id: int, *, since: datetime, now: datetime) -> None:
    """A campaign's morning: ask for the reminders whose day has come since it was last looked at, and look again tomorrow.

    A morning that was missed (the worker was down) is made up for. With nobody left to ask, or the cycle over, it ends;
    the next invitation that goes out starts it again.
    """
    waiting = mailable(cycle_id, now).where(Invitation.state.in_(WAITING)).limit(1)
    if db.session.scalar(waiting) is None:
        return
    if reminder_days_of(db.session.get_one(Cycle, cycle_id)):
        enqueue(Job.REMIND_CUSTOMERS, now=now, cycle_id=cycle_id, after=0, since=since.isoformat())
    set_reminder_timer(cycle_id, now=now, anew=True)


class _Days:
    """The mornings on which the customers of a cycle are reminded."""

    def __init__(self, cycle: Cycle) -> None:
        self.days: Sequence[int] = reminder_days_of(cycle)
        self.zone: ZoneInfo = zone_of(scheme_of(cycle))

    def come(self, invitation: Invitation, since: datetime | None, now: datetime) -> bool:
        """Whether a morning has come that is not the one of the invitation itself."""
        last = (invitation.expires_at - timedelta(seconds=1)).astimezone(self.zone).date()
        sent = invitation.sent_at or invitation.created_at
        mornings = (datetime.combine(last - timedelta(days=days), REMIND_AT, tzinfo=self.zone) for days in self.days)
        return any((since is None or since < one) and one <= now and sent < one for one in mornings)
