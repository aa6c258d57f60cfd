"""HR chooses which customers are asked about whom: by a rule, or one by one with a reason. Nothing is sent by it.

Neither the person rated nor the superior has a hand in it, also where they are HR themselves.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from states.stages import FINISHED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Invitation
from workflow_app.queries.choosing import plan_of, removable
from workflow_app.queries.facts import review_facts_of
from workflow_app.queries.surveys import survey_row, survey_stage
from workflow_app.services.campaigns import kept_campaign
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.inviting import CLOSED_SURVEY, NOT_OPEN, guard_cycle, invite
from workflow_app.services.sharing_links import hand_on_lead

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from states.choosing import Rule
    from states.permissions import Actor
    from workflow_app.models import Customer, Cycle, Review
    from workflow_app.queries.choosing import Plan

LONGEST_REASON = 300
CHANGED = Message("The customers have changed since you looked. Please look again at what the rule does, then apply it.")
ALL_ASKED = Message("These customers are asked about these people already.")
SENT = Message("This invitation has gone out. End the link instead of removing the customer.")


def apply_rule(
    cycle: Cycle, rule: Rule, *, actor: Actor, now: datetime, expected: tuple[int, int] | None = None
) -> Plan:
    """Bring what is not sent yet into line with the rule; whoever was asked, or added by hand, stays.

    `expected` are the numbers added and removed that HR was shown: refuses (conflict) if they are others now.
    The rule with its seed is kept and recorded, so that the same lot can be drawn again.
    """
    guard_cycle(cycle, actor)
    plan = plan_of(cycle, rule, actor=actor, now=now)
    if expected is not None and expected != (plan.adds, plan.removes):
        raise Refusal(CHANGED, kind="conflict")
    kept_campaign(cycle, now=now).rule = asdict(rule)
    for one in plan.people:
        removed = [each.invitation for each in one.one.asked if each.customer.id in one.removes]
        _take_away(removed)
        invite(one.one.review, one.adds, form=_form_of(one.one.review), now=now)
        if one.adds or one.removes:
            record_review_event(
                one.one.review, "customers_chosen", actor=actor, now=now,
                data={"by": "rule", "added": list(one.adds), "removed": list(one.removes)},
            )
    record_event(
        "cycle", cycle.id, "customers_chosen_by_rule", actor=actor, now=now,
        data={**asdict(rule), "added": plan.adds, "removed": plan.removes},
    )
    return plan


def add_customers(
    reviews: Sequence[Review], customers: Sequence[Customer], *, reason: str, actor: Actor, now: datetime
) -> int:
    """Ask each of these customers about each of these people; returns how many are added.

    Who is asked already is passed over. Refuses who wants no mail, a missing reason, and where nobody is added.
    """
    reason = _reason(reason)
    _guard_people(reviews, actor)
    unwilling = [one.name for one in customers if one.opted_out_at is not None]
    if unwilling:
        raise Refusal(Message("%(name)s wants not to be asked any more. Take this customer out of your choice.", name=unwilling[0]))
    added = 0
    for review in reviews:
        asked = set(db.session.scalars(select(Invitation.customer_id).filter_by(review_id=review.id)))
        wanted = [one.id for one in customers if one.id not in asked]
        added += len(invite(review, wanted, form=_form_of(review), now=now))
        if wanted:
            record_review_event(
                review, "customers_added", actor=actor, now=now, data={"by": "hand", "added": wanted},
                detail={"reason": reason},
            )
    if not added:
        raise Refusal(ALL_ASKED if reviews and customers else Message("Choose customers and people first."))
    return added


def remove_customers(invitations: Sequence[Invitation], *, reason: str, actor: Actor, now: datetime) -> int:
    """Take customers away who have not been sent anything; returns how many.

    Refuses (conflict) an invitation that has gone out: its link is to be ended, so that whoever has it is told.
    """
    reason = _reason(reason)
    if not invitations:
        raise Refusal(Message("Choose whom to take away first."))
    if not all(removable(one.state, one.generation) for one in invitations):
        raise Refusal(SENT, kind="conflict")
    mine: dict[Review, list[Invitation]] = defaultdict(list)
    for invitation in invitations:
        mine[invitation.review].append(invitation)
    _guard_people(list(mine), actor)
    for review, gone in mine.items():
        record_review_event(
            review, "customers_removed", actor=actor, now=now,
            data={"by": "hand", "removed": [one.customer_id for one in gone]}, detail={"reason": reason},
        )
        _take_away(gone)
    return len(invitations)


def _take_away(invitations: Iterable[Invitation]) -> None:
    for invitation in invitations:
        hand_on_lead(invitation)
        db.session.flush()
        db.session.delete(invitation)
    db.session.flush()


def _guard_people(reviews: Sequence[Review], actor: Actor) -> None:
    facts = review_facts_of(reviews)
    for review in reviews:
        require(actor, "ask_customers", facts[review.id])
        if review.cycle.state != "open" or review.state == "excluded":
            raise Refusal(NOT_OPEN, kind="conflict")
        row = survey_row(review)
        if row is None or row.state in FINISHED:
            raise Refusal(CLOSED_SURVEY, kind="conflict")


def _form_of(review: Review) -> str:
    spec = survey_stage(review.cycle)
    form = spec.form_for(population=review.rated_as, post=review.post) if spec else None
    if form is None:
        raise Refusal(Message("The scheme has no questionnaire for this person."), kind="conflict")
    return form


def _reason(reason: str) -> str:
    reason = tidy_lines(reason)
    if not reason:
        raise Refusal(Message("Say in a few words why. It is recorded with the change."))
    if refused := unsafe(reason, longest=LONGEST_REASON):
        raise Refusal(refused)
    return reason
