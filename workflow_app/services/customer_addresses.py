"""HR mends how a customer can be written to: a corrected address after a bounce, mail again after none was wanted."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import unsafe
from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.imports.customers import EMAIL
from workflow_app.models import Cycle, Invitation, Review, ServiceLink
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import UNANSWERED, group_of
from workflow_app.services.events import record_event
from workflow_app.services.inviting import replace, send_invitation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Customer

LONGEST_ADDRESS = 254
LONGEST_REASON = 500
OWN_CUSTOMER = Message("Nobody arranges how their own customers are written to. Please ask a colleague in HR.")


def guard_customer(customer: Customer, *, actor: Actor) -> None:
    """Refuse (forbidden) who is not HR, who serves this customer, or is rated by it, or is the superior of one who is."""
    require(actor, "ask_customers")
    serves = select(ServiceLink.id).filter_by(customer_id=customer.id, employee_id=actor.employee_id)
    if actor.employee_id is not None and db.session.scalar(serves.limit(1)) is not None:
        raise Refusal(OWN_CUSTOMER, kind="forbidden")
    for invitation in _asked(customer):
        require(actor, "ask_customers", review_facts(invitation.review))


def correct_address(customer: Customer, address: str, *, send: bool, actor: Actor, now: datetime) -> int:
    """Write to a customer at `address` from now on; returns how many invitations go out again (`send`).

    An address that is the same is refused (invalid), unless mail to it came back: then it is tried once more. What
    came back gets a new link: who may have read the old one cannot answer by it. Recorded, the addresses apart.
    """
    guard_customer(customer, actor=actor)
    new = address.strip()
    if unsafe(new, longest=LONGEST_ADDRESS) or not EMAIL.fullmatch(new):
        raise Refusal(Message("This is no mail address. Enter one such as name@company.com."))
    came_back = [one for one in _asked(customer) if one.bounced_at is not None]
    if new == customer.email and customer.bounced_at is None and not came_back:
        raise Refusal(Message("This is the address that is in use. Enter the right one."))
    record_event(
        "customer", customer.id, "address_corrected", actor=actor, now=now,
        detail={"before": customer.email, "after": new},
    )
    customer.email, customer.bounced_at = new, None
    leaders = _let_go(came_back)
    db.session.flush()
    return sum(_ask_again(one, send=send, actor=actor, now=now) for one in leaders)


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


def _asked(customer: Customer) -> Sequence[Invitation]:
    """What the customer is still asked in the cycles that are open."""
    query = (
        select(Invitation)
        .join(Invitation.review)
        .join(Review.cycle)
        .where(Invitation.customer_id == customer.id, Invitation.state.in_(UNANSWERED), Cycle.state == "open")
        .order_by(Invitation.review_id)
    )
    return db.session.scalars(query).all()


def _let_go(came_back: Sequence[Invitation]) -> list[Invitation]:
    """Forget that these came back; returns those that get a new link, whose mail names the others too."""
    leaders: list[Invitation] = []
    for invitation in came_back:
        invitation.bounced_at = invitation.bounce_reason = None
        leader = group_of(invitation)[0]
        lead = leader if leader in came_back else invitation
        if lead not in leaders:
            leaders.append(lead)
    return leaders


def _ask_again(invitation: Invitation, *, send: bool, actor: Actor, now: datetime) -> bool:
    # A survey about somebody that has ended meanwhile asks nobody: that is no fault of the address.
    with suppress(Refusal):
        replace(invitation, actor=actor, now=now)
        if send:
            send_invitation(invitation, actor=actor, now=now)
            return True
    return False
