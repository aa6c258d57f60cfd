"""What follows from a grade: proposals that HR decides, never carried out by themselves (scheme §6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction

from sqlalchemy import String, cast, func, select

from states.actions import lacking, proposals
from states.errors import Message, Refusal
from states.machines.machine import fire
from states.machines.review import APPEALED
from states.permissions import SYSTEM, Actor
from states.scheme import Scheme
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Account, Action, Cycle, Review
from workflow_app.queries.facts import review_facts
from workflow_app.queries.papers import papers_of
from workflow_app.schemes import scheme_of
from workflow_app.services.advancing import SHORTEST_REASON
from workflow_app.services.events import record_event
from workflow_app.working_days import due_after

REASON_LENGTH = 1000
LACKING = {
    "reason": Message("Give the reason in at least %(least)s characters.", least=SHORTEST_REASON),
    "evidence": Message("Keep the evidence first: say what proves it, or upload a file."),
    "improvement_plan": Message("Keep the improvement plan first."),
    "consent": Message("This takes effect only with the person's written consent. Upload it, with its day, first."),
}


def propose_actions(cycle_id: int, *, now: datetime) -> int:
    """Write the proposals that follow from the released grades; asking again adds none twice."""
    cycle = db.session.get_one(Cycle, cycle_id)
    scheme = scheme_of(cycle)
    numbers = dict(
        db.session.execute(
            select(Review.ranked_in, func.count())
            .filter(Review.cycle_id == cycle_id, Review.rank.is_not(None))
            .group_by(Review.ranked_in)
        ).tuples().all()
    )
    proposed = db.session.execute(
        select(Action.review_id, Action.kind).join(Review).filter(Review.cycle_id == cycle_id)
    ).tuples()
    there = set(proposed)
    ranked = select(Review).filter(
        Review.cycle_id == cycle_id, Review.rank.is_not(None), Review.released_at.is_not(None)
    )
    count = 0
    for review in db.session.scalars(ranked):
        for kind in _kinds(review, numbers[review.ranked_in], scheme):
            if (review.id, kind) not in there:
                _propose(review, kind, scheme, now=now)
                count += 1
    return count


def _kinds(review: Review, number: int, scheme: Scheme) -> list[str]:
    total = None if review.total is None else Fraction(review.total)
    return list(proposals(review.final_band, review.rank, number, total, review.flags, scheme))


def _propose(review: Review, kind: str, scheme: Scheme, *, now: datetime) -> None:
    spec = scheme.action(kind)
    days = spec.days if spec else 0
    action = Action(
        review=review,
        kind=kind,
        owner_id=_owner(review, spec.owner if spec else "hr"),
        created_at=now,
        due_on=day_of(now) + timedelta(days=days) if days else None,
    )
    db.session.add(action)
    db.session.flush()
    record_event(
        "action", action.id, "action_proposed", actor=SYSTEM, now=now, data={"kind": kind, "review": review.id}
    )


def _owner(review: Review, role: str) -> int | None:
    """The employee who carries an action out; None is HR's desk, or where not exactly one person holds the role."""
    if role == "manager":
        return review.superior_id
    if role != "general_manager":
        return None
    holds = cast(Account.roles, String).contains(f'"{role}"')
    query = select(Account.employee_id).where(Account.active, Account.employee_id.is_not(None), holds)
    holders = set(db.session.scalars(query)) - {review.employee_id}
    return holders.pop() if len(holders) == 1 else None


def revise_actions(review: Review, *, actor: Actor, now: datetime) -> None:
    """After a grade changed: what follows now is proposed, what no longer follows and has not begun is declined."""
    scheme = scheme_of(review.cycle)
    number = db.session.scalar(
        select(func.count()).select_from(Review).where(
            Review.cycle_id == review.cycle_id, Review.ranked_in == review.ranked_in, Review.rank.is_not(None)
        )
    )
    kinds = _kinds(review, number or 0, scheme)
    there = {action.kind: action for action in db.session.scalars(select(Action).filter_by(review_id=review.id))}
    for kind in kinds:
        if kind not in there:
            _propose(review, kind, scheme, now=now)
    for kind, action in there.items():
        if kind not in kinds and action.state in ("proposed", "approved"):
            before = action.state
            action.state = fire("action", "decline", before)
            action.decided_by_id, action.decided_at = actor.account_id, now
            data = {"from": before, "to": action.state, "because": "band_after_appeal"}
            record_event("action", action.id, "action_declined", actor=actor, now=now, data=data)


def decide_action(
    action: Action, decision: str, *, reason: str, actor: Actor, now: datetime, version: int | None = None
) -> None:
    """Approve, start, finish or decline a proposal (`approve`, `start`, `finish`, `decline`), with a reason.

    Nothing starts before the appeal window of the review has passed (scheme §6).
    """
    require(actor, "decide_action", review_facts(action.review))
    if version is not None and version != action.version:
        raise Refusal(Message("Somebody else decided this meanwhile. Look at what is there now."), kind="conflict")
    _guard_papers(action, decision, reason)
    if decision == "start" and now < appeal_ends(action.review):
        raise Refusal(
            Message(
                "This takes effect only after the appeal window, on %(day)s.", day=appeal_ends(action.review).date()
            ),
            kind="conflict",
        )
    if decision == "start" and action.review.state == APPEALED:
        raise Refusal(
            Message("The person has appealed. This waits until the appeal is answered."), kind="conflict"
        )
    before = action.state
    action.state = fire("action", decision, before, None)
    action.decided_by_id, action.decided_at = actor.account_id, now
    action.decision_reason = reason.strip() or action.decision_reason
    record_event(
        "action",
        action.id,
        f"action_{action.state}",
        actor=actor,
        now=now,
        data={"from": before, "to": action.state},
        detail={"reason": reason.strip()},
    )


def _guard_papers(action: Action, decision: str, reason: str) -> None:
    """Everything that the decision still lacks, at once."""
    spec = scheme_of(action.review.cycle).action(action.kind)
    if len(reason) > REASON_LENGTH:
        raise Refusal(Message("The reason is too long: at most %(most)s characters.", most=REASON_LENGTH))
    needs = spec.needs if spec else ()
    faults = [LACKING[need] for need in lacking(needs, decision, papers_of(action, reason))]
    if faults:
        raise Refusal(faults)


def appeal_ends(review: Review) -> datetime:
    """When the appeal window of a released review closes: so many working days after its release."""
    if review.released_at is None:
        raise Refusal(Message("This result is not released yet."), kind="conflict")
    scheme = scheme_of(review.cycle)
    return due_after(review.released_at, scheme.calendar.appeal_days, scheme)
