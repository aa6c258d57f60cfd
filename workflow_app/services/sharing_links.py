"""One link for all the people about whom a customer is asked in a cycle: who leads, and who takes the lead over.

The leader's link opens everybody who names it (`leader_id`). A link ends with its leader: whoever had it must not go
on with it, so the next in line leads with the link of its own, which goes out by a new mail.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Invitation, Review
from workflow_app.queries.campaign import shares_links
from workflow_app.queries.surveys import UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def arrange_links(cycle_id: int, customer_ids: Collection[int] | None = None) -> None:
    """Give what is not sent yet its leader (of some customers, or all), as the campaign says: shared or apart.

    What has gone out keeps the link that it has; so does one that was given a link of its own.
    """
    db.session.flush()
    shared = shares_links(cycle_id)
    for invitations in _by_customer(cycle_id, customer_ids).values():
        _arrange(invitations if shared else [], invitations)
    db.session.flush()


def hand_on_lead(invitation: Invitation) -> Invitation | None:
    """Take an invitation that ends out of those who share its link; the new leader where it led others, else None."""
    invitation.leader_id = None
    query = select(Invitation).where(Invitation.leader_id == invitation.id).order_by(Invitation.id)
    followers = db.session.scalars(query).all()
    if not followers:
        return None
    leader = next((one for one in followers if one.state in UNANSWERED), followers[0])
    for one in followers:
        one.leader_id = None if one is leader else leader.id
    db.session.flush()
    return leader


def _arrange(sharing: Sequence[Invitation], invitations: Sequence[Invitation]) -> None:
    movable = [one for one in invitations if one.state == "created" and one.generation == 1]
    free = [one for one in sharing if one.leader_id is None]
    leader = next((one for one in free if one.state != "created"), free[0] if free else None)
    for one in movable:
        one.leader_id = leader.id if leader is not None and one is not leader else None
    # Who followed one that follows now goes on to the leader: a chain would open nothing.
    followers = {one.id for one in invitations if one.leader_id is not None}
    for one in invitations:
        if leader is not None and one.leader_id in followers:
            one.leader_id = leader.id


def _by_customer(cycle_id: int, customer_ids: Collection[int] | None) -> dict[int, list[Invitation]]:
    query = (
        select(Invitation)
        .join(Review, Review.id == Invitation.review_id)
        .where(Review.cycle_id == cycle_id, Review.state != "excluded", Invitation.state != "revoked")
        .order_by(Invitation.id)
    )
    if customer_ids is not None:
        query = query.where(Invitation.customer_id.in_(customer_ids))
    found: dict[int, list[Invitation]] = defaultdict(list)
    for invitation in db.session.scalars(query):
        found[invitation.customer_id].append(invitation)
    return found
