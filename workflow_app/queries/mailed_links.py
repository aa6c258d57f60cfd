"""What customers are still asked, and which of it went to their address: what a new address leaves behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Cycle, Invitation, MailMessage, Review
from workflow_app.queries.surveys import UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PORTION = 500


def asked_now(customer_ids: Collection[int]) -> Sequence[Invitation]:
    """What these customers have not answered in the cycles that are open, by customer and review."""
    ids = sorted(customer_ids)
    found: list[Invitation] = []
    for start in range(0, len(ids), PORTION):
        query = (
            select(Invitation)
            .join(Invitation.review)
            .join(Review.cycle)
            .where(Invitation.customer_id.in_(ids[start : start + PORTION]), Invitation.state.in_(UNANSWERED), Cycle.state == "open")
            .order_by(Invitation.customer_id, Invitation.review_id)
        )
        found += db.session.scalars(query)
    return found


def mailed(invitations: Sequence[Invitation]) -> list[Invitation]:
    """Those whose link went out by mail, or is about to: a link that HR handed over is with the customer already."""
    links = {one.leader_id or one.id for one in invitations} | {one.id for one in invitations}
    written: set[int | None] = set()
    for start in range(0, len(links), PORTION):
        some = sorted(links)[start : start + PORTION]
        query = select(MailMessage.invitation_id).where(
            MailMessage.invitation_id.in_(some), MailMessage.state != "withdrawn"
        )
        written |= set(db.session.scalars(query))
    return [
        one for one in invitations
        if one.state != "created" and (one.delivered_at or one.bounced_at or {one.id, one.leader_id} & written)
    ]  # fmt: skip


def came_back(invitations: Sequence[Invitation]) -> list[Invitation]:
    """Those whose mail came back."""
    return [one for one in invitations if one.bounced_at is not None]
