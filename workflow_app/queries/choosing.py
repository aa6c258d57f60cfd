"""What the rule would do to the customers of a cycle, and the customers that HR can add by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from states.choosing import Rule, choose
from states.permissions import may
from states.stages import FINISHED
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Account, Customer, Event
from workflow_app.queries.campaign import Responses, responses_of
from workflow_app.queries.customers_served import served_by
from workflow_app.queries.facts import review_facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.models import Cycle, Review

FOUND_AT_MOST = 20
BY_HAND = {"customers_added": "added", "customers_removed": "removed"}
"""The events of a choice by hand, and where each names the customers."""
LONGEST_SEARCH = 60


@dataclass(frozen=True)
class Planned:
    """What the rule does about one person: customers (ids) that come and go, and how many are left out why."""

    one: Responses
    adds: tuple[int, ...]
    removes: tuple[int, ...]
    left_out: Mapping[str, int]

    @property
    def asked(self) -> int:
        """How many could answer afterwards, or have."""
        return self.one.reachable + len(self.adds) - len(self.removes)

    @property
    def lacking(self) -> int:
        return max(0, self.one.minimum - self.asked)


@dataclass(frozen=True)
class Plan:
    """What the rule does in all."""

    people: Sequence[Planned]

    @property
    def adds(self) -> int:
        return sum(len(one.adds) for one in self.people)

    @property
    def removes(self) -> int:
        return sum(len(one.removes) for one in self.people)

    @property
    def lacking(self) -> int:
        """How many people would be asked about by fewer customers than their part needs."""
        return sum(one.lacking > 0 for one in self.people)

    @property
    def left_out(self) -> Counter[str]:
        return sum((Counter(one.left_out) for one in self.people), Counter())


def visible_to(actor: Actor, people: Sequence[Responses]) -> list[Responses]:
    """Those whose customers are this actor's business: not one's own, and not those of one's direct reports."""
    facts = review_facts_of([one.review for one in people])
    return [one for one in people if may(actor, "ask_customers", facts[one.review.id]).allowed]


def choosable(cycle: Cycle, actor: Actor) -> list[Responses]:
    """The people whose customers this actor may choose now: the survey is not over, nor are they taken out."""
    running = [
        one for one in responses_of(cycle) if one.stage.state not in FINISHED and one.review.state != "excluded"
    ]
    return visible_to(actor, running)


def plan_of(cycle: Cycle, rule: Rule, *, actor: Actor, now: datetime) -> Plan:
    """What the rule would do, person by person; nothing is changed."""
    people, today = choosable(cycle, actor), day_of(now)
    served = served_by([one.review for one in people])
    found = []
    for one in people:
        choice = choose(rule, one.review.employee.employee_no, served[one.review.id], today=today)
        asked = {each.customer.id for each in one.asked}
        unsent = {each.customer.id for each in one.asked if removable(each.state, each.invitation.generation)}
        adds, removes = sorted(choice.chosen - asked), sorted(unsent - choice.chosen)
        found.append(Planned(one, tuple(adds), tuple(removes), choice.left_out))
    return Plan(found)


def removable(state: str, generation: int) -> bool:
    """Whether an invitation can be taken away as if it had never been: no link of it has gone out."""
    return state == "created" and generation == 1


@dataclass(frozen=True)
class ByHand:
    """Customers whom HR added (or removed) by hand, and why; None where the reason is kept no longer."""

    at: datetime
    by: str
    added: bool
    customers: tuple[str, ...]
    reason: str | None


def chosen_by_hand(review: Review) -> list[ByHand]:
    """What HR changed by hand about whom a person's survey asks, the newest first."""
    query = select(Event).filter_by(subject_type="review", subject_id=review.id)
    events = db.session.scalars(query.where(Event.kind.in_(BY_HAND)).order_by(Event.version.desc())).all()
    chosen = {one.id: one.data.get(BY_HAND[one.kind], ()) for one in events}
    known = select(Customer.id, Customer.name).where(Customer.id.in_({number for ids in chosen.values() for number in ids}))
    names = dict(db.session.execute(known).tuples().all())
    who = {one.id: one.display_name for one in db.session.scalars(select(Account).where(Account.id.in_({one.actor_id for one in events})))}
    return [
        ByHand(
            one.at, who.get(one.actor_id or 0, ""), BY_HAND[one.kind] == "added",
            tuple(names[number] for number in chosen[one.id] if number in names),
            one.detail.data.get("reason") if one.detail else None,
        )
        for one in events
    ]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """The first customers that fit a search, and how many fit in all."""

    first: Sequence[Customer] = ()
    total: int = 0

    @property
    def more(self) -> bool:
        """Whether some that fit are not among the first."""
        return self.total > len(self.first)


def customers_found(words: str) -> Found:
    """The customers whose number, name, contact or address holds these words; none for no words."""
    words = words.strip()[:LONGEST_SEARCH]
    if not words:
        return Found()
    columns = (Customer.customer_no, Customer.name, Customer.contact, Customer.email)
    fits = or_(*(column.icontains(words, autoescape=True) for column in columns))
    query = select(Customer).where(fits).order_by(Customer.customer_no)
    first = db.session.scalars(query.limit(FOUND_AT_MOST)).all()
    if len(first) < FOUND_AT_MOST:
        return Found(first, len(first))
    return Found(first, db.session.scalar(select(func.count()).select_from(Customer).where(fits)) or 0)
