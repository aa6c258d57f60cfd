"""How far a result depends on the weights of the total's parts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.distribution import Standing, distribute
from states.exact import HUNDRED
from states.scoring import year_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from states.grading import Graded, PersonYear
    from states.scheme.composition import CompositionPart
    from states.scheme.model import Scheme

SHIFTS = (-10, -5, -1, 1, 5, 10)


@dataclass(frozen=True)
class Moved:
    """Somebody whose band changes."""

    employee_no: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Shift:
    """A part's weight moved by so many points of 100, the others scaled to make 100: who changes band."""

    by: int
    weights: Mapping[str, Fraction]
    moved: tuple[Moved, ...]


@dataclass(frozen=True)
class WeightEffect:
    """What moving one part's weight does; `first` is the smallest shift that moves anybody."""

    part: CompositionPart
    shifts: tuple[Shift, ...]

    @property
    def first(self) -> Shift | None:
        """The smallest shift in either direction that changes a band, or None."""
        moving = [one for one in self.shifts if one.moved]
        return min(moving, key=lambda one: (abs(one.by), -one.by), default=None)


def weight_effects(
    people: Sequence[PersonYear], graded: Sequence[Graded], scheme: Scheme
) -> tuple[WeightEffect, ...]:
    """Every part's weight moved by each of `SHIFTS`, where that leaves it between 0 and 100.

    The parts' own scores do not depend on the weights, so only totals, ranks and bands are worked out again.
    """
    ranked = [(person, one) for person, one in zip(people, graded, strict=True) if one.rank is not None]
    return tuple(
        WeightEffect(part, tuple(_shift(by, weights, ranked, scheme) for by, weights in _shifted(part, scheme)))
        for part in scheme.composition.parts
    )


def _shifted(part: CompositionPart, scheme: Scheme) -> Iterator[tuple[int, dict[str, Fraction]]]:
    """The weights after each shift that is possible."""
    weight = Fraction(part.weight)
    others = {one.code: Fraction(one.weight) for one in scheme.composition.parts if one.code != part.code}
    rest = sum(others.values(), Fraction(0))
    for by in SHIFTS:
        new = weight + by
        if rest and 0 <= new <= HUNDRED:
            scaled = {code: each * (HUNDRED - new) / rest for code, each in others.items()}
            yield by, {one.code: scaled.get(one.code, new) for one in scheme.composition.parts}


def _shift(
    by: int, weights: Mapping[str, Fraction], ranked: Sequence[tuple[PersonYear, Graded]], scheme: Scheme
) -> Shift:
    totals = [(person, one, _total(one, weights)) for person, one in ranked]
    bands: dict[str, str] = {}
    for population in dict.fromkeys(one.ranked_in for _, one in ranked):
        standings = [
            Standing(one.employee_no, total, person.barred)
            for person, one, total in totals
            if one.ranked_in == population
        ]
        placed = distribute(standings, scheme.distribution, rounding=scheme.composition.rounding)
        bands |= {number: place.band for number, place in placed.items()}
    moved = [
        Moved(one.employee_no, one.band, bands[one.employee_no])
        for _, one in ranked
        if one.band is not None and bands[one.employee_no] != one.band
    ]
    return Shift(by, weights, tuple(moved))


def _total(one: Graded, weights: Mapping[str, Fraction]) -> Fraction:
    """The total by these weights; the one there was where none of the parts weighs anything by them."""
    made = year_end((code, value, weights[code]) for code, value in one.parts.items()).value
    return made if made is not None else one.total or Fraction(0)
