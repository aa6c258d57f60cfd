"""What an approver reads before signing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from states.distribution import seats
from states.errors import Message
from states.permissions import Actor, may
from workflow_app.db import db
from workflow_app.models import Approval, Cycle, Review
from workflow_app.queries.facts import review_facts_of
from workflow_app.schemes import scheme_of


@dataclass(frozen=True)
class PopulationSummary:
    """One population: (band, actual, target) best first, and how many have no band."""

    title: object
    code: str
    bands: tuple[tuple[str, int, int], ...]
    people: int
    unranked: int


@dataclass(frozen=True)
class Signing:
    """Whose grades this approver may sign, and who is left to another with the reason."""

    mine: list[Review]
    others: list[tuple[Review, Message]]
    signed: int


def summary(cycle: Cycle) -> list[PopulationSummary]:
    """Actual against target, per population."""
    spec = scheme_of(cycle).distribution
    rows = db.session.execute(
        select(Review.population, Review.ranked_in, Review.calibrated_band, Review.computed_band).filter(
            Review.cycle_id == cycle.id, Review.state != "excluded"
        )
    ).all()
    held = Counter((row.ranked_in or row.population, row.calibrated_band or row.computed_band) for row in rows)
    found = []
    for population in scheme_of(cycle).populations:
        ranked = sum(held[population.code, band.code] for band in spec.bands)
        targets = seats(ranked, spec.bands)
        bands = tuple((band.code, held[population.code, band.code], targets[band.code]) for band in spec.bands)
        found.append(PopulationSummary(population.title, population.code, bands, ranked, held[population.code, None]))
    return found


def signing(cycle: Cycle, actor: Actor) -> Signing:
    """Who waits for this approver, who for another, how many are signed."""
    waiting = list(
        db.session.scalars(
            select(Review)
            .filter(Review.cycle_id == cycle.id, Review.state == "approval")
            .options(joinedload(Review.employee))
            .order_by(Review.id)
        )
    )
    # The signature stays on a review long after the approval: a closed cycle still counts its own.
    signed = select(func.count()).where(Review.cycle_id == cycle.id, Review.approved_by_id.is_not(None))
    facts = review_facts_of(waiting)
    verdicts = [(review, may(actor, "approve", facts[review.id])) for review in waiting]
    mine = [review for review, verdict in verdicts if verdict.allowed]
    others = [(review, verdict.reason) for review, verdict in verdicts if verdict.reason is not None]
    return Signing(mine, others, db.session.scalar(signed) or 0)


def decisions(cycle: Cycle) -> list[Approval]:
    """Signatures and returns so far, newest first."""
    return list(db.session.scalars(select(Approval).filter_by(cycle_id=cycle.id).order_by(Approval.id.desc())))
