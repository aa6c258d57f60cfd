"""How a customer can be written to, as HR sees it: what went out, what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Customer, Cycle, Employee, Invitation, MailMessage, Review
from workflow_app.queries.mailed_links import asked_now, mailed
from workflow_app.queries.surveys import UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_ID = 2**31 - 1
SHOWN = 20


@dataclass(frozen=True)
class Correspondence:
    """A customer, about whom they are asked now, the newest mails to them, and whether one of these came back.

    `links`: how many of the invitations were mailed and are not answered; another address ends their links.
    """

    customer: Customer
    asked: Sequence[Invitation]
    mails: Sequence[MailMessage]
    came_back: bool
    links: int


def correspondence(customer_id: int) -> Correspondence:
    """How a customer is written to. Refuses (not found) an unknown one."""
    customer = db.session.get(Customer, min(customer_id, LARGEST_ID))
    if customer is None:
        raise Refusal(Message("There is no such customer."), kind="not_found")
    own = select(Invitation.id).where(Invitation.customer_id == customer.id)
    mails = db.session.scalars(
        select(MailMessage).where(MailMessage.invitation_id.in_(own)).order_by(MailMessage.id.desc()).limit(SHOWN)
    ).all()
    waiting = own.where(Invitation.bounced_at.is_not(None), Invitation.state.in_(UNANSWERED))
    bounced = db.session.scalar(waiting.limit(1))
    asked = db.session.scalars(
        select(Invitation)
        .join(Invitation.review)
        .join(Review.cycle)
        .join(Review.employee)
        .where(Invitation.customer_id == customer.id, Cycle.state == "open", Invitation.state != "revoked")
        .order_by(Employee.name_sort, Invitation.id)
    ).all()
    return Correspondence(
        customer, asked, mails, came_back=bounced is not None or customer.bounced_at is not None,
        links=len(mailed(asked_now([customer.id]))),
    )
