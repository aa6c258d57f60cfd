"""How a customer can be written to, as HR sees it: what went out, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Customer, Invitation, MailMessage

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_ID = 2**31 - 1
SHOWN = 20


@dataclass(frozen=True)
class Correspondence:
    """A customer, the newest mails to them, and whether one of the invitations that are open came back."""

    customer: Customer
    mails: Sequence[MailMessage]
    came_back: bool


def correspondence(customer_id: int) -> Correspondence:
    """How a customer is written to. Refuses (not found) an unknown one."""
    customer = db.session.get(Customer, min(customer_id, LARGEST_ID))
    if customer is None:
        raise Refusal(Message("There is no such customer."), kind="not_found")
    own = select(Invitation.id).where(Invitation.customer_id == customer.id)
    mails = db.session.scalars(
        select(MailMessage).where(MailMessage.invitation_id.in_(own)).order_by(MailMessage.id.desc()).limit(SHOWN)
    ).all()
    bounced = db.session.scalar(own.where(Invitation.bounced_at.is_not(None)).limit(1))
    return Correspondence(customer, mails, came_back=bounced is not None or customer.bounced_at is not None)
