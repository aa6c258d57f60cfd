"""Mails that came back: noted with the mail and the customer, so that nobody writes there again before HR looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import func, select, update

from states.permissions import SYSTEM
from workflow_app.db import db
from workflow_app.mail import claims_ours, key_in
from workflow_app.models import Event, Invitation, MailMessage
from workflow_app.queries.surveys import UNANSWERED, group_of
from workflow_app.services.events import record_event
from workflow_app.services.holding_mails import hold_mail

if TYPE_CHECKING:
    from datetime import datetime

LONGEST_REASON = 300
NOTED, KNOWN, UNKNOWN = "noted", "known", "unknown"


def note_bounce(
    *, message_id: str, address: str, reason: str, permanent: bool, now: datetime, by_service: bool = False
) -> str:
    """A mail of ours came back. Returns "noted", "known" (it was noted before) or "unknown" (no mail of ours).

    A permanent report about a mail that came back for a while only is news, too: it is noted beside the first.

    The mail is found by `message_id` (ours, or its key); where none is told, it is the newest that went to `address`:
    nothing can be said about an address that nobody wrote to. A mail service (`by_service`) may tell the id that it gave
    the mail itself: then, too, it is the address that counts. An id that claims to be ours and is not known is nobody's.
    `permanent` (status 5.x): the address itself does not work, and nothing goes there until HR corrects it; otherwise
    (4.x) only this invitation waits for HR.
    """
    message_id, address = _readable(message_id), _readable(address)
    mail = _by_message(message_id) if message_id else _by_address(address)
    if mail is None and by_service and not claims_ours(message_id, current_app.config["SETTINGS"]):
        mail = _by_address(address)
    mail = hold_mail(mail.id, customer=True) if mail is not None else None
    if mail is None:
        return UNKNOWN
    if mail.bounced_at is not None and not (permanent and _only_for_a_while(mail)):
        return KNOWN
    _mark(mail, reason=reason, permanent=permanent, now=now)
    return NOTED


def note_refused(mail: MailMessage, *, reason: str, now: datetime) -> None:
    """The mail server refused the recipient for good while we spoke to it. The caller holds the mail (`hold_mail`)."""
    _mark(mail, reason=reason, permanent=True, now=now)


def _only_for_a_while(mail: MailMessage) -> bool:
    """Whether all that was noted of this mail is temporary, and still says something of where the customer is written to.

    What was permanent is told by the events: HR may have cleared the customer's mark since, and tries the address again.
    """
    invitation = _invitation_of(mail)
    if invitation is None or invitation.customer.email != mail.to_address:
        return False
    noted = db.session.scalars(
        select(Event).filter_by(subject_type="customer", subject_id=invitation.customer_id, kind="mail_bounced")
    )
    return not any(one.data.get("mail") == mail.id and one.data.get("permanent") for one in noted)


def _invitation_of(mail: MailMessage) -> Invitation | None:
    return db.session.get(Invitation, mail.invitation_id) if mail.invitation_id else None


def _mark(mail: MailMessage, *, reason: str, permanent: bool, now: datetime) -> None:
    reason = _readable(reason)[:LONGEST_REASON]
    before = mail.bounce_reason
    mail.bounced_at, mail.bounce_reason = mail.bounced_at or now, reason
    invitation = _invitation_of(mail)
    # An address that HR has corrected meanwhile is not blamed for the one before.
    if invitation is None or invitation.customer.email != mail.to_address:
        return
    if permanent and invitation.customer.bounced_at is None:
        invitation.customer.bounced_at = now
    # Nobody shall read of a full mailbox where the address is dead.
    ours = [
        one.id for one in group_of(invitation)
        if one.state in UNANSWERED and (one.bounced_at is None or (before is not None and one.bounce_reason == before))
    ]
    marked = {"bounced_at": func.coalesce(Invitation.bounced_at, now), "bounce_reason": reason}
    db.session.execute(update(Invitation).where(Invitation.id.in_(ours)).values(**marked))
    record_event(
        "customer", invitation.customer_id, "mail_bounced", actor=SYSTEM, now=now,
        data={"mail": mail.id, "invitation": invitation.id, "permanent": permanent},
    )


def _readable(text: str) -> str:
    """Strangers write these: no characters that a database cannot keep, or a page not show."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _by_message(message_id: str) -> MailMessage | None:
    key = key_in(message_id)
    return db.session.scalar(select(MailMessage).filter_by(key=key)) if key else None


def _by_address(address: str) -> MailMessage | None:
    if "@" not in address:
        return None
    query = select(MailMessage).where(
        func.lower(MailMessage.to_address) == address.lower(), MailMessage.sent_at.is_not(None)
    )
    return db.session.scalar(query.order_by(MailMessage.sent_at.desc(), MailMessage.id.desc()).limit(1))
