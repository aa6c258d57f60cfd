"""What the calibration board shows: one population of one cycle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from states.distribution import advice_for, seats
from states.grading import merged_into
from states.scheme import Scheme
from states.scheme.composition import CompositionPart
from states.scheme.results import Band
from workflow_app.db import db
from workflow_app.models import CalibrationMove, Cycle, Review
from workflow_app.queries.merges import merges_of
from workflow_app.schemes import scheme_of
from workflow_app.services.calibrating import current_band

HISTOGRAM_BARS = 18


@dataclass(frozen=True)
class Card:
    """One person on the board; `gap` is the distance to the next better band's lowest total."""

    review: Review
    band: str
    moved: bool
    on_cut: bool
    gap: Decimal | None


@dataclass(frozen=True)
class Column:
    """One band: who stands in it against how many seats the scheme gives."""

    band: str
    title: object
    cards: Sequence[Card]
    target: int

    @property
    def held(self) -> int:
        """How many people stand in the band now."""
        return len(self.cards)

    @property
    def off(self) -> int:
        """Actual less target."""
        return self.held - self.target


@dataclass(frozen=True)
class RaterRow:
    """How one rater's people stand against the population: shown, never corrected."""

    name: str
    people: int
    mean: Decimal
    off: Decimal


@dataclass(frozen=True)
class Bar:
    """One bar of the histogram, `height` in per cent of the tallest."""

    low: Decimal
    high: Decimal
    count: int
    height: int


def populations(cycle: Cycle) -> dict[str, int]:
    """How many people are ranked in each population, those merged into it among them."""
    rows = db.session.execute(
        select(Review.ranked_in, func.count())
        .filter(Review.cycle_id == cycle.id, Review.computed_band.is_not(None))
        .group_by(Review.ranked_in)
    )
    return {population: count for population, count in rows.tuples() if population is not None}


def ranked(cycle: Cycle, population: str) -> list[Review]:
    """The ranked people of a population, best first."""
    return list(
        db.session.scalars(
            select(Review)
            .filter(Review.cycle_id == cycle.id, Review.ranked_in == population, Review.computed_band.is_not(None))
            .options(joinedload(Review.employee), joinedload(Review.superior))
            .order_by(Review.rank, Review.id)
        )
    )


def unranked(cycle: Cycle, population: str) -> list[Review]:
    """Who has no band, with the flags or the exclusion that say why."""
    merges = merges_of(cycle)
    here = [one.code for one in scheme_of(cycle).populations if merged_into(one.code, merges) == population]
    return list(
        db.session.scalars(
            select(Review)
            .filter(Review.cycle_id == cycle.id, Review.population.in_(here), Review.computed_band.is_(None))
            .options(joinedload(Review.employee))
            .order_by(Review.id)
        )
    )


def columns(reviews: Sequence[Review], scheme: Scheme) -> list[Column]:
    """The board, best band first."""
    spec = scheme.distribution
    targets = seats(len(reviews), spec.bands)
    by_band: dict[str, list[Review]] = {band.code: [] for band in spec.bands}
    for review in reviews:
        by_band[current_band(review) or spec.bands[-1].code].append(review)
    lines = _lines(reviews, spec.bands)
    return [
        Column(
            band.code,
            spec.title_of(band),
            [_card(review, band.code, lines[band.code]) for review in by_band[band.code]],
            targets[band.code],
        )
        for band in spec.bands
    ]


def advice_on(reviews: Sequence[Review], scheme: Scheme) -> tuple[str, ...]:
    """Why these bands are advice only: `small_population`, `crowded_top` (scheme §5)."""
    best = scheme.distribution.bands[0].code
    held = sum(review.computed_band == best for review in reviews)
    return advice_for(len(reviews), held, scheme.distribution)


def _lines(reviews: Sequence[Review], bands: Sequence[Band]) -> dict[str, Decimal | None]:
    """What the last person of the next better band has, as the totals gave it: moves do not shift a line."""
    lines: dict[str, Decimal | None] = {}
    better: Decimal | None = None
    for band in bands:
        lines[band.code] = better
        totals = [review.total for review in reviews if review.computed_band == band.code and review.total is not None]
        better = min(totals, default=better)
    return lines


def _card(review: Review, band: str, better: Decimal | None) -> Card:
    gap = None
    if better is not None and review.total is not None and better > review.total:
        gap = better - review.total
    return Card(review, band, review.calibrated_band is not None, "tied_on_cut" in review.flags, gap)


def histogram(reviews: Sequence[Review]) -> list[Bar]:
    """The totals in bars of equal width."""
    totals = [review.total for review in reviews if review.total is not None]
    if not totals:
        return []
    low, high = int(min(totals)), int(max(totals)) + 1
    width = max(Decimal(high - low) / HISTOGRAM_BARS, Decimal("0.5"))
    counts = Counter(min(int((total - low) / width), HISTOGRAM_BARS - 1) for total in totals)
    tallest = max(counts.values())
    bars = min(HISTOGRAM_BARS, max(counts) + 1)
    return [
        Bar(low + width * place, low + width * (place + 1), counts[place], round(100 * counts[place] / tallest))
        for place in range(bars)
    ]


def raters(reviews: Sequence[Review], scheme: Scheme) -> list[RaterRow]:
    """Each rater's mean score of this cycle's own part against the population's mean, furthest first."""
    part = own_part(reviews[0].cycle, scheme) if reviews else None
    code = part.code if part else ""
    scored = [review for review in reviews if review.part(code) is not None]
    if not scored:
        return []
    overall = _mean([review.part(code) for review in scored])
    groups: dict[str, list[Decimal | None]] = {}
    for review in scored:
        if review.superior:
            groups.setdefault(review.superior.name, []).append(review.part(code))
    rows = [RaterRow(name, len(scores), _mean(scores), _mean(scores) - overall) for name, scores in groups.items()]
    return sorted(rows, key=lambda row: (-abs(row.off), row.name))


def own_part(cycle: Cycle, scheme: Scheme) -> CompositionPart | None:
    """The part of the total that this cycle's reviews make, or None where they make none."""
    return scheme.composition.part_of(scheme.cycle_kinds[cycle.kind].record_kind)


def _mean(scores: Sequence[Decimal | None]) -> Decimal:
    known = [score for score in scores if score is not None]
    return (sum(known, Decimal(0)) / len(known)).quantize(Decimal("0.01"))


def moves(review: Review) -> list[CalibrationMove]:
    """The moves of one review, newest first."""
    return list(
        db.session.scalars(select(CalibrationMove).filter_by(review_id=review.id).order_by(CalibrationMove.id.desc()))
    )


def moves_of_cycle(cycle: Cycle) -> list[CalibrationMove]:
    """Every departure that stands, for the approver."""
    newest = (
        select(func.max(CalibrationMove.id))
        .join(Review)
        .filter(Review.cycle_id == cycle.id, Review.calibrated_band.is_not(None))
        .group_by(CalibrationMove.review_id)
    )
    return list(
        db.session.scalars(
            select(CalibrationMove)
            .filter(CalibrationMove.id.in_(newest))
            .options(
                joinedload(CalibrationMove.review).joinedload(Review.employee), joinedload(CalibrationMove.moved_by)
            )
            .order_by(CalibrationMove.id)
        )
    )


def last_year_band(review: Review) -> str | None:
    """The final band of the person's review of the same kind one period before."""
    previous = str(int(review.cycle.period[:4]) - 1) + review.cycle.period[4:]
    return db.session.scalar(
        select(Review.final_band)
        .join(Cycle)
        .filter(
            Review.employee_id == review.employee_id,
            Cycle.kind == review.cycle.kind,
            Cycle.period == previous,
            Review.released_at.is_not(None),
        )
        .limit(1)
    )
