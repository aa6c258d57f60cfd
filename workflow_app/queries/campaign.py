"""HR's view of a campaign: who is asked about whom, how far each has come, who is short. No answer, no score."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.models import Campaign, Customer, Cycle, Employee, Event, Invitation, Review, ReviewStage
from workflow_app.queries.surveys import UNANSWERED, minimum_of, progress_of, survey_stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from states.scheme.cycles import StageSpec

# Who has the form open when the survey ends may still finish; the page says so.
GRACE = timedelta(hours=2)
REMINDER_DAYS = (7, 2)
"""How many days before the last one customers are reminded where HR has set nothing."""
STEPS = ("sent", "delivered", "opened", "started", "submitted")
"""How far an invitation can come; each is counted by itself, since a link that is handed over has no delivery."""


def campaign_of(cycle: Cycle) -> Campaign | None:
    """How the customers of a cycle are asked; None where HR has set nothing: then the defaults hold."""
    return db.session.scalar(select(Campaign).filter_by(cycle_id=cycle.id))


def grace_of(cycle: Cycle) -> timedelta:
    """How long who has the form open may still finish after the last day."""
    hours = db.session.scalar(select(Campaign.grace_hours).filter_by(cycle_id=cycle.id))
    return GRACE if hours is None else timedelta(hours=hours)


def answers_until(invitation: Invitation, *, now: datetime) -> datetime:
    """Until when who has the form open may send it. The campaign is only asked once the last day is over."""
    if now < invitation.expires_at:
        return invitation.expires_at
    return invitation.expires_at + grace_of(invitation.review.cycle)


def shares_links(cycle_id: int) -> bool:
    """Whether a customer who is asked about several people gets one link for all of them."""
    shared = db.session.scalar(select(Campaign.shared_links).filter_by(cycle_id=cycle_id))
    return shared is None or shared


def reminder_days_of(cycle: Cycle) -> tuple[int, ...]:
    """How many days before the last one customers are reminded, the earliest first; none at all is possible."""
    days = db.session.scalar(select(Campaign.reminder_days).filter_by(cycle_id=cycle.id))
    return REMINDER_DAYS if days is None else tuple(sorted(days, reverse=True))


def note_of(cycle: Cycle, language: str) -> str:
    """HR's own words in the mails to customers, or nothing."""
    campaign = campaign_of(cycle)
    if campaign is None:
        return ""
    return campaign.note_en if language == "en" else campaign.note_zh


@dataclass
class Asked:
    """One customer asked about one person, as HR sees it."""

    invitation: Invitation
    customer: Customer
    flagged: bool = False

    @property
    def id(self) -> int:
        return self.invitation.id

    @property
    def state(self) -> str:
        return self.invitation.state

    @property
    def progress(self) -> str:
        return progress_of(self.invitation)

    @property
    def last_day(self) -> datetime:
        """The last moment at which the link works."""
        return self.invitation.expires_at - timedelta(seconds=1)

    @property
    def mailable(self) -> bool:
        """Whether a mail could reach this customer at all."""
        return reachable(self.customer) and self.invitation.bounced_at is None


@dataclass
class Responses:
    """One person's customers: how many were asked and have answered, and whether that is enough."""

    review: Review
    stage: ReviewStage
    minimum: int
    asked: list[Asked] = field(default_factory=list)
    states: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    bounced: int = 0

    @property
    def open(self) -> bool:
        return self.stage.state == "open"

    @property
    def invited(self) -> int:
        return sum(number for state, number in self.states.items() if state != "revoked")

    @property
    def sent(self) -> int:
        return sum(number for state, number in self.states.items() if state not in {"created", "revoked"})

    @property
    def answered(self) -> int:
        return self.states["submitted"]

    @property
    def rate(self) -> float | None:
        """The share of those asked who have answered; None while nobody is asked."""
        return self.answered / self.sent if self.sent else None

    @property
    def short(self) -> int:
        """How many answers lack until the part counts."""
        return max(0, self.minimum - self.answered)

    @property
    def waiting(self) -> int:
        return sum(self.states[state] for state in UNANSWERED)

    @property
    def reachable(self) -> int:
        """How many answers there can be: those that are in, and those still asked for."""
        return self.answered + self.waiting

    @property
    def lacking(self) -> int:
        """How many customers must be added before enough of them could answer."""
        return max(0, self.minimum - self.reachable)


def reachable(customer: Customer) -> bool:
    """Whether a mail may go to this customer: an address that works, and no wish to get none."""
    return bool(customer.email) and customer.opted_out_at is None and customer.bounced_at is None


def responses_of(cycle: Cycle, review_id: int | None = None) -> list[Responses]:
    """Every person of the cycle with a survey (or one of them), by name; three queries, however many people."""
    spec = survey_stage(cycle)
    if spec is None:
        return []
    query = (
        select(Review, ReviewStage)
        .join(ReviewStage, ReviewStage.review_id == Review.id)
        .join(Review.employee)
        .options(contains_eager(Review.employee))
        .where(Review.cycle_id == cycle.id, ReviewStage.stage == spec.code)
        .order_by(Review.department, Employee.name_sort, Employee.employee_no)
    )
    rows = db.session.execute(query if review_id is None else query.where(Review.id == review_id)).all()
    found = {review.id: _responses(cycle, spec, review, stage) for review, stage in rows}
    flagged = _flagged(cycle.id)
    for invitation, customer in _invited(cycle.id, review_id):
        if invitation.review_id in found:
            _add(found[invitation.review_id], Asked(invitation, customer, invitation.id in flagged))
    return [one for one in found.values() if one.asked or _can_be_asked(one)]


def _can_be_asked(one: Responses) -> bool:
    return one.stage.state not in FINISHED and one.review.state != "excluded"


def _responses(cycle: Cycle, spec: StageSpec, review: Review, stage: ReviewStage) -> Responses:
    form = spec.form_for(population=review.rated_as, post=review.post)
    return Responses(review, stage, minimum_of(cycle, form) if form else 1)


def _add(responses: Responses, asked: Asked) -> None:
    invitation = asked.invitation
    responses.states[invitation.state] += 1
    responses.asked.append(asked)
    if invitation.state == "revoked":
        return
    responses.bounced += asked.progress == "bounced"
    started = invitation.opened_at is not None or invitation.state == "submitted"
    responses.steps.update({
        "sent": invitation.state != "created",
        "delivered": invitation.delivered_at is not None,
        "opened": invitation.seen_at is not None or started,
        "started": started,
        "submitted": invitation.state == "submitted",
    })


def _invited(cycle_id: int, review_id: int | None) -> Iterable[tuple[Invitation, Customer]]:
    query = (
        select(Invitation, Customer)
        .join(Customer, Customer.id == Invitation.customer_id)
        .join(Review, Review.id == Invitation.review_id)
        .where(Review.cycle_id == cycle_id)
        .order_by(Customer.customer_no)
    )
    rows = db.session.execute(query if review_id is None else query.where(Review.id == review_id))
    return ((invitation, customer) for invitation, customer in rows)


def _flagged(cycle_id: int) -> frozenset[int]:
    """Invitations whose answer came from a form with the hidden field filled in."""
    query = (
        select(Event.subject_id)
        .join(Invitation, Invitation.id == Event.subject_id)
        .join(Review, Review.id == Invitation.review_id)
        .where(Event.subject_type == "invitation", Event.kind == "answer_flagged", Review.cycle_id == cycle_id)
    )
    return frozenset(db.session.scalars(query))


def mailable(cycle_id: int, now: datetime) -> Select[tuple[Invitation]]:
    """The invitations of a cycle about which a mail may go out now; the state is not looked at."""
    spec = survey_stage(db.session.get_one(Cycle, cycle_id))
    ended = select(ReviewStage.review_id).where(
        ReviewStage.stage == (spec.code if spec else ""), ReviewStage.state.in_(FINISHED)
    )
    return (
        select(Invitation)
        .join(Customer, Customer.id == Invitation.customer_id)
        .join(Review, Review.id == Invitation.review_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .where(
            Cycle.id == cycle_id, Cycle.state == "open", Review.state != "excluded", Review.id.not_in(ended),
            Customer.email != "", Customer.opted_out_at.is_(None), Customer.bounced_at.is_(None),
            Invitation.bounced_at.is_(None), Invitation.expires_at > now,
        )
    )
