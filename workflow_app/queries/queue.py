"""Reads of the queue's desk: incidents and kept mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Account, Incident, Invitation, MailMessage, Review
from workflow_app.queries.paging import Paged, page_of

OWN_CUSTOMER = Message("Nobody reads mails to customers who are asked about them or their reports. Please ask a colleague in HR.")
GONE = Message("There is no such page. The address may be incomplete, or what it showed was removed.")


def incidents(state: str, page: int) -> Paged[Any]:
    """Incidents of a state (all for any other word), the newest first."""
    query = select(Incident).order_by(Incident.id.desc())
    return page_of(query.where(Incident.state == state) if state in {"open", "retried", "skipped"} else query, page)


def count_open_incidents() -> int:
    """How many jobs wait for a decision."""
    return db.session.scalar(select(func.count()).select_from(Incident).where(Incident.state == "open")) or 0


def incident(number: int) -> Incident:
    """One incident. Refuses (not found) an unknown one."""
    found = db.session.get(Incident, number)
    if found is None:
        raise Refusal(GONE, kind="not_found")
    return found


def decider(decided: Incident) -> Account | None:
    """Who decided an incident."""
    return db.session.get(Account, decided.decided_by_id) if decided.decided_by_id else None


def mails(words: str, state: str, page: int, *, but: int | None = None) -> Paged[Any]:
    """Mails whose address or subject has `words`, of a state (all for any other word), the newest first.

    Those to customers who are asked about the employee `but`, or one who reports to them, are left out.
    """
    query = select(MailMessage).order_by(MailMessage.id.desc())
    if but is not None:
        query = query.where(or_(MailMessage.invitation_id.is_(None), MailMessage.invitation_id.not_in(_about(but))))
    if words:
        query = query.where(
            or_(MailMessage.to_address.icontains(words, autoescape=True),
                MailMessage.subject.icontains(words, autoescape=True))
        )
    if state == "bounced":
        query = query.where(MailMessage.bounced_at.is_not(None))
    elif state in {"queued", "sent", "kept", "failed", "withdrawn"}:
        query = query.where(MailMessage.state == state)
    return page_of(query, page)


def mail(number: int, *, but: int | None = None) -> MailMessage:
    """One mail. Refuses (not found) an unknown one, (forbidden) one to who is asked about `but`, or a report."""
    found = db.session.get(MailMessage, number)
    if found is None:
        raise Refusal(GONE, kind="not_found")
    if but is not None and found.invitation_id in set(db.session.scalars(_about(but))):
        raise Refusal(OWN_CUSTOMER, kind="forbidden")
    return found


def asked_in(found: MailMessage) -> Invitation | None:
    """The invitation that a mail is about."""
    return db.session.get(Invitation, found.invitation_id) if found.invitation_id else None


def _about(employee_id: int) -> Select[tuple[int]]:
    """What customers who are asked about this person, or about one who reports to them, are sent in the same cycle.

    Not by the link alone: who shared one once, and has another now, is named in the older mails.
    """
    asked, named, other = aliased(Invitation), aliased(Review), aliased(Review)
    own = or_(named.employee_id == employee_id, named.superior_id == employee_id)
    return (
        select(Invitation.id)
        .join(other, other.id == Invitation.review_id)
        .join(asked, asked.customer_id == Invitation.customer_id)
        .join(named, named.id == asked.review_id)
        .where(named.cycle_id == other.cycle_id, own)
    )
