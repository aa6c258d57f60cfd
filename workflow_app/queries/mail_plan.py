"""What a button that mails customers would send: how many mails, to whom, about whom; and whom no mail reaches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload

from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.models import Customer, Cycle, Employee, Invitation, Review, ReviewStage
from workflow_app.queries.campaign import mailable, reachable
from workflow_app.queries.surveys import survey_stage

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

UNSENT = frozenset({"created"})
UNANSWERED_MAIL = frozenset({"sent", "opened"})


@dataclass(frozen=True)
class Mail:
    """One mail: to which customer, about whose reviews."""

    customer: Customer
    reviews: Sequence[Review]

    def about(self, hidden: Collection[int]) -> list[str]:
        """The names of the people, without those whose reviews (ids) are not for the reader."""
        return [one.employee.name for one in self.reviews if one.id not in hidden]


def mails_about(cycle: Cycle, states: Collection[str], now: datetime) -> list[Mail]:
    """The mails about the invitations of a cycle in these states, by customer; one for all who share a link."""
    query = (
        mailable(cycle.id, now)
        .where(Invitation.state.in_(states))
        .join(Employee, Employee.id == Review.employee_id)
        .options(contains_eager(Invitation.customer), joinedload(Invitation.review).joinedload(Review.employee))
        .order_by(Customer.customer_no, Employee.name_sort, Employee.employee_no)
    )
    return _mails(db.session.scalars(query).unique())


def unreached(cycle: Cycle) -> list[Customer]:
    """The customers who wait for their first word and whom no mail reaches: the link must be handed to them."""
    spec = survey_stage(cycle)
    ended = select(ReviewStage.review_id).where(
        ReviewStage.stage == (spec.code if spec else ""), ReviewStage.state.in_(FINISHED)
    )
    query = (
        select(Customer)
        .join(Invitation, Invitation.customer_id == Customer.id)
        .join(Review, Review.id == Invitation.review_id)
        .where(
            Review.cycle_id == cycle.id, Review.state != "excluded", Review.id.not_in(ended), Invitation.state == "created"
        )
        .order_by(Customer.customer_no)
        .distinct()
    )
    return [one for one in db.session.scalars(query) if not reachable(one)]


def _mails(invitations: Iterable[Invitation]) -> list[Mail]:
    shared: dict[int, list[Invitation]] = defaultdict(list)
    for one in invitations:
        shared[one.leader_id or one.id].append(one)
    return [Mail(group[0].customer, [one.review for one in group]) for group in shared.values()]
