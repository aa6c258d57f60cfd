"""The customers whom people serve, as the rule that chooses among them sees them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from states.choosing import Served
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Customer, Invitation, Review, ServiceLink

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def served_by(reviews: Sequence[Review]) -> dict[int, list[Served]]:
    """By review (all of one cycle): who is served or asked already, in four queries however many reviews.

    `fixed` are those asked already who do not wait for the rule: sent, answered, revoked, or added by hand.
    """
    found: dict[int, list[Served]] = {review.id: [] for review in reviews}
    if not reviews:
        return found
    links = _links(reviews)
    asked = _asked(list(found))
    numbers = {number for many in links.values() for number in many} | {number for _, number in asked}
    customers = {one.id: one for one in db.session.scalars(select(Customer).where(Customer.id.in_(numbers)))}
    last = _last_asked(reviews[0].cycle_id)
    for review in reviews:
        mine = {number: state for (review_id, number), state in asked.items() if review_id == review.id}
        served = links[review.employee_id]
        for number in sorted(served | mine.keys()):
            fixed = number in mine and (mine[number] != "created" or number not in served)
            found[review.id].append(_served(customers[number], last.get(number), fixed=fixed))
    return found


def _served(customer: Customer, last: datetime | None, *, fixed: bool) -> Served:
    return Served(
        customer.id, customer.customer_no, has_address=bool(customer.email), fixed=fixed,
        opted_out=customer.opted_out_at is not None, bounced=customer.bounced_at is not None,
        last_asked=day_of(last) if last else None,
    )


def _links(reviews: Sequence[Review]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    people = [review.employee_id for review in reviews]
    query = select(ServiceLink.employee_id, ServiceLink.customer_id).where(ServiceLink.employee_id.in_(people))
    for employee_id, customer_id in db.session.execute(query):
        found[employee_id].add(customer_id)
    return found


def _asked(review_ids: list[int]) -> dict[tuple[int, int], str]:
    query = select(Invitation.review_id, Invitation.customer_id, Invitation.state)
    rows = db.session.execute(query.where(Invitation.review_id.in_(review_ids)))
    return {(review_id, customer_id): state for review_id, customer_id, state in rows}


def _last_asked(cycle_id: int) -> dict[int, datetime]:
    """When each customer was last asked in another cycle, by customer."""
    query = (
        select(Invitation.customer_id, func.max(Invitation.sent_at))
        .join(Review, Review.id == Invitation.review_id)
        .where(Review.cycle_id != cycle_id, Invitation.sent_at.is_not(None))
        .group_by(Invitation.customer_id)
    )
    return {customer_id: moment for customer_id, moment in db.session.execute(query).tuples() if moment}
