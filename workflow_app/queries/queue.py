"""Reads of the queue's desk: incidents and kept mail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Account, Incident, Invitation, MailMessage, Review
from workflow_app.queries.paging import Paged, page_of

OWN_CUSTOMER = Message("Nobody reads the links of their own customers. Please ask a colleague in HR.")
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

    Those to the customers of the employee `but` are left out: they hold the links by which that person is rated.
    """
    query = select(MailMessage).order_by(MailMessage.id.desc())
    for prefix in _prefixes(but):
        query = query.where(MailMessage.key.not_like(f"{prefix}%"))
    if words:
        query = query.where(
            or_(MailMessage.to_address.icontains(words, autoescape=True),
                MailMessage.subject.icontains(words, autoescape=True))
        )
    if state in {"queued", "sent", "kept", "failed"}:
        query = query.where(MailMessage.state == state)
    return page_of(query, page)


def mail(number: int, *, but: int | None = None) -> MailMessage:
    """One mail. Refuses (not found) an unknown one, (forbidden) one to the customers of the employee `but`."""
    found = db.session.get(MailMessage, number)
    if found is None:
        raise Refusal(GONE, kind="not_found")
    if any(found.key.startswith(prefix) for prefix in _prefixes(but)):
        raise Refusal(OWN_CUSTOMER, kind="forbidden")
    return found


def _prefixes(employee_id: int | None) -> list[str]:
    """How the keys of the mails to a person's own customers begin."""
    if employee_id is None:
        return []
    query = select(Invitation.id).join(Review, Review.id == Invitation.review_id)
    numbers = db.session.scalars(query.where(Review.employee_id == employee_id))
    return [f"{kind}-{number}-" for number in numbers for kind in ("invitation", "reminder")]
