"""HR mends how a customer can be written to: a corrected address after a bounce, mail again after none was wanted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import unsafe
from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.imports.customers import EMAIL
from workflow_app.models import ServiceLink
from workflow_app.queries.facts import review_facts
from workflow_app.queries.mailed_links import asked_now, came_back, mailed
from workflow_app.services.events import record_event
from workflow_app.services.inviting import send_invitation
from workflow_app.services.new_links import give_new_links

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Customer, Invitation

LONGEST_ADDRESS = 254
LONGEST_REASON = 500
OWN_CUSTOMER = Message("Nobody arranges how their own customers are written to. Please ask a colleague in HR.")


def guard_customer(customer: Customer, *, actor: Actor) -> None:
    """Refuse (forbidden) who is not HR, who serves this customer, or is rated by it, or is the superior of one who is."""
    require(actor, "ask_customers")
    serves = select(ServiceLink.id).filter_by(customer_id=customer.id, employee_id=actor.employee_id)
    if actor.employee_id is not None and db.session.scalar(serves.limit(1)) is not None:
        raise Refusal(OWN_CUSTOMER, kind="forbidden")
    for invitation in asked_now([customer.id]):
        require(actor, "ask_customers", review_facts(invitation.review))


@dataclass(frozen=True)
class Corrected:
    """What became of the links: how many are new, and how many of them went out."""

    renewed: int
    sent: int


def correct_address(customer: Customer, address: str, *, send: bool, actor: Actor, now: datetime) -> Corrected:
    """Write to a customer at `address` from now on; with `send` what has a new link goes out at once.

    What was mailed to another address and is not answered gets a new link: whoever reads there cannot answer by the
    old one. An address that is the same is refused (invalid), unless mail to it came back: then it is tried once more,
    with new links for what came back. Recorded, the addresses apart.
    """
    guard_customer(customer, actor=actor)
    new = address.strip()
    if unsafe(new, longest=LONGEST_ADDRESS) or not EMAIL.fullmatch(new):
        raise Refusal(Message("This is no mail address. Enter one such as name@company.com."))
    asked = asked_now([customer.id])
    ended = came_back(asked) if new == customer.email else mailed(asked)
    if new == customer.email and customer.bounced_at is None and not ended:
        raise Refusal(Message("This is the address that is in use. Enter the right one."))
    record_event(
        "customer", customer.id, "address_corrected", actor=actor, now=now,
        detail={"before": customer.email, "after": new},
    )
    customer.email, customer.bounced_at = new, None
    renewed = give_new_links(ended, actor=actor, now=now)
    return Corrected(len(renewed), sum(_sent(one, actor=actor, now=now) for one in renewed) if send else 0)


def write_again(customer: Customer, *, reason: str, actor: Actor, now: datetime) -> None:
    """Let a customer be written to again who wanted no mail, because of `reason`; recorded with it.

    What the customer declined stays declined; a new link asks anew. Refuses (invalid) without a reason, (conflict) a
    customer who has not opted out.
    """
    guard_customer(customer, actor=actor)
    why = reason.strip()
    if not why:
        raise Refusal(Message("Say why this customer may be written to again."))
    fault = unsafe(why, longest=LONGEST_REASON)
    if fault:
        raise Refusal(fault)
    if customer.opted_out_at is None:
        raise Refusal(Message("This customer takes mail already."), kind="conflict")
    customer.opted_out_at = None
    record_event("customer", customer.id, "opt_out_cleared", actor=actor, now=now, detail={"reason": why})


def _sent(invitation: Invitation, *, actor: Actor, now: datetime) -> bool:
    # Who wants no mail keeps that wish: no fault of the address.
    with suppress(Refusal):
        send_invitation(invitation, actor=actor, now=now)
        return True
    return False
