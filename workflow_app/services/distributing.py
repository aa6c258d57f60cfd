"""Totals become ranks and bands, one population at a time (scheme §5)."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select

from states.distribution import Standing, distribute
from states.grading import merged_into
from states.permissions import SYSTEM
from states.stages import EXCLUDED
from workflow_app.db import db
from workflow_app.models import Cycle, Review
from workflow_app.queries.merges import merges_of
from workflow_app.queries.rulebook import barred
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_event, record_review_event

OUTSIDE = frozenset({"left", "too_new"})


def distribute_cycle(cycle_id: int, *, now: datetime) -> int:
    """Rank and band every population of a cycle that is being calibrated; returns how many were ranked.

    Populations that HR merged are ranked as one (scheme §5).
    Worked from the totals rounded to 2 places. A calibrated band is kept only where the computed one
    stayed as it was when somebody departed from it.
    """
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.state != "calibrating":
        return 0
    merges = merges_of(cycle)
    populations: dict[str, list[Review]] = defaultdict(list)
    for review in db.session.scalars(select(Review).filter(Review.cycle_id == cycle_id)):
        if review.state != EXCLUDED and review.total is not None and OUTSIDE.isdisjoint(review.flags):
            review.ranked_in = merged_into(review.population, merges)
            populations[review.ranked_in].append(review)
        else:
            review.ranked_in = review.rank = review.computed_band = review.calibrated_band = None
            review.flags = sorted(set(review.flags) - PLACEMENT_FLAGS)
    for reviews in populations.values():
        _distribute_population(cycle, reviews, now=now)
    cycle.distributed_at = now
    ranked = sum(len(reviews) for reviews in populations.values())
    record_event("cycle", cycle.id, "cycle_distributed", actor=SYSTEM, now=now, data={"ranked": ranked})
    return ranked


def _distribute_population(cycle: Cycle, reviews: list[Review], *, now: datetime) -> None:
    scheme = scheme_of(cycle)
    spec = scheme.distribution
    held = barred(cycle, [review.employee_id for review in reviews])
    standings = [Standing(str(one.id), Fraction(one.total or 0), one.employee_id in held) for one in reviews]
    placements = distribute(standings, spec, rounding=scheme.composition.rounding)
    for review in reviews:
        placement = placements[str(review.id)]
        band = None if spec.mode == "off" else placement.band
        changed = review.computed_band != band
        review.rank = placement.rank
        review.computed_band = band
        _keep_barred(review, barred=review.employee_id in held)
        review.flags = sorted((set(review.flags) - PLACEMENT_FLAGS) | set(placement.flags))
        if changed:
            review.calibrated_band = None
            record_review_event(
                review, "distributed", actor=SYSTEM, now=now, data={"band": band, "rank": placement.rank}
            )


def _keep_barred(review: Review, *, barred: bool) -> None:
    """Beside what the total was made of: a bar that moved nobody counts too, where the rules are tried or told again."""
    if inputs := review.explanation.get("inputs"):
        review.explanation = review.explanation | {"inputs": inputs | {"barred": barred}}


PLACEMENT_FLAGS = frozenset({"tied_on_cut", "small_population", "above_line", "below_line", "barred"})
