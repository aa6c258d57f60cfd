"""A customer wants no more mail: kept with the customer, so that no later cycle asks again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Refusal
from workflow_app.access import ANONYMOUS
from workflow_app.db import db
from workflow_app.models import Cycle, Invitation, Review
from workflow_app.queries.surveys import UNANSWERED
from workflow_app.services.answering import decline
from workflow_app.services.events import record_event
from workflow_app.services.inviting import withdraw_mails

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Customer


def opt_out(customer: Customer, *, now: datetime) -> None:
    """Write to this customer no more, in any cycle, until HR allows it again; saying so twice changes nothing.

    What is still asked of the customer counts as declined (`opted_out`); who changes their mind may answer by the
    link all the same. Answers that are in stay. Asked by whoever holds a link: no account is behind it.
    """
    if customer.opted_out_at is None:
        customer.opted_out_at = now
        record_event("customer", customer.id, "opted_out", actor=ANONYMOUS, now=now)
    for invitation in _waiting(customer):
        # One that has run out meanwhile is refused; no mail about it goes out either way.
        with suppress(Refusal):
            decline(invitation, "opted_out", "", now=now)
        withdraw_mails(invitation)


def _waiting(customer: Customer) -> Sequence[Invitation]:
    """In the order of their reviews, as everything that locks several reviews does."""
    query = (
        select(Invitation)
        .join(Invitation.review)
        .join(Review.cycle)
        .where(Invitation.customer_id == customer.id, Invitation.state.in_(UNANSWERED), Cycle.state == "open")
        .order_by(Invitation.review_id)
    )
    return db.session.scalars(query).all()
