"""A customer has another address: what was sent to the old one gets a new link, so that nobody answers from there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.queries.surveys import UNANSWERED, group_of, survey_row
from workflow_app.services.inviting import forget_draft, new_token, renew

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Invitation, Review


def give_new_links(invitations: Sequence[Invitation], *, actor: Actor, now: datetime) -> list[Invitation]:
    """End the links of these unanswered invitations; returns those that have a new one, not sent, which opens the rest.

    Asks nobody's leave: whoever changes the address has asked. Who shared a link shares the new one. What was answered
    keeps the link that it was answered by. Where the survey about somebody has ended nothing is to be sent; the old link
    ends all the same, since the review may be returned to that step.
    """
    renewed: dict[int, Invitation] = {}
    for invitation in invitations:
        invitation.bounced_at = invitation.bounce_reason = None
        forget_draft(invitation)
        if _is_over(invitation.review):
            _end_quietly(invitation)
        else:
            _under_new_link(invitation, renewed, actor=actor, now=now)
    db.session.flush()
    return list(renewed.values())


def _under_new_link(
    invitation: Invitation, renewed: dict[int, Invitation], *, actor: Actor, now: datetime
) -> None:
    old = invitation.leader_id or invitation.id
    if old not in renewed:
        holder = group_of(invitation)[0]
        lead = holder if holder.state in UNANSWERED and not _is_over(holder.review) else invitation
        # One that is not sent has a link that nobody knows.
        if lead.state != "created":
            renew(lead, actor=actor, now=now)
        renewed[old] = lead
    invitation.leader_id = None if renewed[old] is invitation else renewed[old].id


def _end_quietly(invitation: Invitation) -> None:
    holder = group_of(invitation)[0]
    if holder is invitation or holder.state not in UNANSWERED:
        invitation.leader_id = None
        new_token(invitation)


def _is_over(review: Review) -> bool:
    row = survey_row(review)
    return row is None or row.state in FINISHED or review.state == "excluded"
