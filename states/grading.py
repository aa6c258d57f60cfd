"""A whole company's year: records → totals → bands → proposals. The product and
`kaoping grade` both come through here (scheme §4-§6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from states.actions import proposals
from states.composition import Composed, RecordValue, compose
from states.distribution import Placement, Standing, distribute
from states.exact import half_up, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal
    from fractions import Fraction

    from states.scheme.model import Scheme
    from states.scoring import Contribution

__all__ = ["Graded", "PersonYear", "RecordValue", "grade"]


@dataclass(frozen=True)
class PersonYear:
    """One person and the year's records. `left` is the last day employed.

    `year_end` is the year-end score where it is not among the records. `excluded` is why HR
    keeps the person out of the ranking; `barred` that a standing sanction bars the top band.
    """

    employee_no: str
    population: str
    joined: date | None
    left: date | None
    records: tuple[RecordValue, ...]
    year_end: Fraction | None = None
    excluded: str = ""
    barred: bool = False


@dataclass(frozen=True)
class Graded:
    """One person's year as worked out; figures exact, None where missing."""

    employee_no: str
    population: str
    inspections: Fraction | None
    monthly: Fraction | None
    year_end: Fraction | None
    total: Fraction | None
    rank: int | None
    band: str | None
    months_counted: int
    flags: tuple[str, ...]
    actions: tuple[str, ...]
    ranked_of: int
    contributions: tuple[Contribution, ...] = ()

    @property
    def inspections_display(self) -> Decimal | None:
        """The inspections' score with two places."""
        return shown(self.inspections)

    @property
    def monthly_display(self) -> Decimal | None:
        """The monthly appraisals' score with two places."""
        return shown(self.monthly)

    @property
    def year_end_display(self) -> Decimal | None:
        """The year-end score with two places."""
        return shown(self.year_end)

    @property
    def total_display(self) -> Decimal | None:
        """The total with two places, as ranks compare it."""
        return shown(self.total)


@dataclass(frozen=True)
class _Worked:
    person: PersonYear
    composed: Composed
    flags: tuple[str, ...]
    ranked: bool


def grade(people: Iterable[PersonYear], *, year: int, scheme: Scheme) -> list[Graded]:
    """Grade everyone, in the order given; each population is ranked apart."""
    worked = [_work_out(person, year, scheme) for person in people]
    placed: dict[str, Placement] = {}
    sizes: dict[str, int] = {}
    for population in dict.fromkeys(one.person.population for one in worked):
        standings = _standings(worked, population)
        sizes[population] = len(standings)
        placed |= distribute(standings, scheme.distribution)
    return [_graded(one, placed.get(one.person.employee_no), sizes[one.person.population], scheme) for one in worked]


def _standings(worked: Sequence[_Worked], population: str) -> list[Standing[str]]:
    return [
        Standing(one.person.employee_no, one.composed.total, one.person.barred)
        for one in worked
        if one.ranked and one.person.population == population and one.composed.total is not None
    ]


def _work_out(person: PersonYear, year: int, scheme: Scheme) -> _Worked:
    composed = compose(
        person.records, joined=person.joined, left=person.left,
        rule=scheme.composition, year_end_score=person.year_end,
    )  # fmt: skip
    out = _out_of_ranking(person, composed.months_counted, year, scheme)
    honour = composed.total is not None and (half_up(composed.total) > scheme.composition.outstanding_over)
    flags = (*composed.flags, *out, *(("over_100",) if honour else ()))
    return _Worked(person, composed, flags, ranked=not out and composed.total is not None)


def _out_of_ranking(person: PersonYear, months: int, year: int, scheme: Scheme) -> tuple[str, ...]:
    """Why a person is not ranked: left first, else too new; an exclusion stands beside them."""
    found = ("excluded",) if person.excluded else ()
    if person.left is not None and person.left <= date(year, 12, 31):
        return (*found, "left")
    return (*found, "too_new") if months < scheme.composition.least_months else found


def _graded(one: _Worked, place: Placement | None, size: int, scheme: Scheme) -> Graded:
    rank = place.rank if place else None
    band = place.band if place and scheme.distribution.mode != "off" else None
    flags = tuple(sorted({*one.flags, *(place.flags if place else ())}))
    composed = one.composed
    follows = proposals(band, rank, size, composed.total, flags, scheme)
    return Graded(
        one.person.employee_no, one.person.population,
        composed.inspections, composed.monthly, composed.year_end, composed.total,
        rank, band, composed.months_counted, flags, tuple(follows),
        size if place else 0, composed.contributions,
    )  # fmt: skip
