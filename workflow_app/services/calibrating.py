"""HR departs from a computed band, with a reason, and hands the grades to the approver (scheme §5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from states.errors import N_, Message, Refusal
from states.permissions import Actor
from states.scheme import Scheme
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import CalibrationMove, Cycle, Review
from workflow_app.queries.facts import review_facts
from workflow_app.schemes import scheme_of
from workflow_app.services.advancing import SHORTEST_REASON, complete_stage
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.events import record_review_event

REASON_LENGTH = 1000
REASONS = {
    "rater_strict": N_("The rater is stricter than peers"),
    "rater_lenient": N_("The rater is more lenient than peers"),
    "evidence": N_("Evidence that the scores do not show"),
    "circumstances": N_("Circumstances beyond the person's control"),
    "tie": N_("Tie on a dividing line"),
    "absolute": N_("Being last is not the same as being poor"),
    "other": N_("Another reason"),
}


@dataclass(frozen=True)
class MoveReason:
    """Why a person is moved: a code of REASONS and a sentence."""

    code: str
    text: str


def move_to_band(
    review: Review, band: str, *, reason: MoveReason, actor: Actor, now: datetime, version: int | None = None
) -> CalibrationMove:
    """Move a person to another band, recorded beside the computed one. A reason is required.

    `version` is the one the page showed: if the review moved on since, the move is refused (conflict).
    Moving back to the computed band takes the calibrated one away again. Scheme §5, mode guided.
    """
    require(actor, "calibrate", review_facts(review))
    _guard_move(review, band, reason, version)
    here = current_band(review) or ""
    move = CalibrationMove(
        review=review,
        from_band=here,
        to_band=band,
        reason_code=reason.code,
        reason=reason.text.strip(),
        moved_by_id=actor.account_id,
        moved_at=now,
    )
    db.session.add(move)
    review.calibrated_band = None if band == review.computed_band else band
    record_review_event(
        review,
        "calibrated",
        actor=actor,
        now=now,
        data={"from": here, "to": band, "reason_code": reason.code},
        detail={"reason": move.reason},
    )
    return move


def current_band(review: Review) -> str | None:
    """The band as it stands before approval: calibrated, else computed."""
    return review.calibrated_band or review.computed_band


def _guard_move(review: Review, band: str, reason: MoveReason, version: int | None) -> None:
    if review.cycle.state != "calibrating":
        raise Refusal(Message("This cycle is not being calibrated now, so nobody can be moved."), kind="conflict")
    if review.computed_band is None:
        raise Refusal(Message("This person is outside the distribution and has no band to move from."))
    if version is not None and version != review.version:
        raise Refusal(
            Message("Somebody else changed this review meanwhile. Your reason is kept; look and confirm again."),
            kind="conflict",
        )
    faults = list(_move_faults(scheme_of(review.cycle), review, band, reason))
    if faults:
        raise Refusal(faults)


def _move_faults(scheme: Scheme, review: Review, band: str, reason: MoveReason) -> list[Message]:
    faults = []
    if scheme.distribution.band(band) is None:
        faults.append(Message("Choose one of the bands of the scheme."))
    elif band == current_band(review):
        faults.append(Message("The person is in band %(band)s already. Choose another.", band=band))
    if reason.code not in REASONS:
        faults.append(Message("Choose a kind of reason from the list."))
    if not SHORTEST_REASON <= len(reason.text.strip()) <= REASON_LENGTH:
        faults.append(
            Message(
                "Give the reason in %(least)s to %(most)s characters; the person rated will read it.",
                least=SHORTEST_REASON,
                most=REASON_LENGTH,
            )
        )
    return faults


def submit_for_approval(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Hand every calibrated grade of the cycle to the approver; the submitter may not approve them.

    In mode `hard` each population must meet its seats exactly (scheme §5).
    """
    require(actor, "submit_for_approval")
    if cycle.distributed_at is None:
        raise Refusal(
            Message("The totals are still being distributed into bands. Please wait a moment."), kind="conflict"
        )
    reviews = list(
        db.session.scalars(select(Review).filter(Review.cycle_id == cycle.id, Review.state == "calibration"))
    )
    if scheme_of(cycle).distribution.mode == "hard":
        _guard_hard(cycle, reviews)
    move_cycle(cycle, "submit", actor=actor, now=now)
    cycle.submitted_by_id = actor.account_id
    cycle.submitted_at = now
    cycle.returned_reason = None
    for review in reviews:
        complete_stage(review, "calibration", actor=actor, now=now)


def _guard_hard(cycle: Cycle, reviews: list[Review]) -> None:
    """In mode hard no band may hold more or fewer people than distribution gave it."""
    computed = Counter((review.ranked_in or "", review.computed_band or "") for review in reviews if review.computed_band)
    held = Counter((review.ranked_in or "", current_band(review) or "") for review in reviews if review.computed_band)
    titles = {population.code: population.title for population in scheme_of(cycle).populations}
    faults = [
        Message(
            "%(population)s, band %(band)s holds %(held)s people, but the scheme fixes %(seats)s.",
            population=titles.get(population, population),
            band=band,
            held=held[population, band],
            seats=computed[population, band],
        )
        for population, band in sorted(computed.keys() | held.keys())
        if computed[population, band] != held[population, band]
    ]
    if faults:
        raise Refusal(faults, kind="conflict")
