"""A whole company's year: records → totals → bands → proposals. The product and
`kaoping grade` both come through here (scheme §4-§6).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from states.actions import proposals
from states.composition import Composed, RecordValue, compose
from states.distribution import TWO_PLACES, Placement, Standing, distribute
from states.errors import Message, Refusal
from states.exact import rounded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal
    from fractions import Fraction

    from states.scheme.composition import Rounding
    from states.scheme.model import Scheme
    from states.scoring import Contribution

NO_MERGES: Mapping[str, str] = MappingProxyType({})

__all__ = ["Graded", "PersonYear", "RecordValue", "grade", "merged_into"]


@dataclass(frozen=True)
class PersonYear:
    """One person and the year's records. `left` is the last day employed.

    `excluded` is why HR keeps the person out of the ranking; `barred` that a standing sanction
    bars the top band.
    """

    employee_no: str
    population: str
    joined: date | None
    left: date | None
    records: tuple[RecordValue, ...]
    excluded: str = ""
    barred: bool = False


@dataclass(frozen=True)
class Graded:
    """One person's year as worked out; figures exact, None where missing."""

    employee_no: str
    population: str
    parts: Mapping[str, Fraction | None]
    total: Fraction | None
    rank: int | None
    band: str | None
    months_counted: int
    flags: tuple[str, ...]
    actions: tuple[str, ...]
    ranked_of: int
    contributions: tuple[Contribution, ...] = ()
    ranked_in: str = ""
    """The population that the person was ranked in: another one where small ones were merged."""
    rounding: Rounding = TWO_PLACES

    def part_display(self, code: str) -> Decimal | None:
        """A part's score as it is shown, None where it is missing or the scheme has no such part."""
        return self._shown(self.parts.get(code))

    @property
    def total_display(self) -> Decimal | None:
        """The total as it is shown and as ranks compare it."""
        return self._shown(self.total)

    def _shown(self, figure: Fraction | None) -> Decimal | None:
        return None if figure is None else rounded(figure, self.rounding)


@dataclass(frozen=True)
class _Worked:
    person: PersonYear
    composed: Composed
    flags: tuple[str, ...]
    ranked: bool
    ranked_in: str


def grade(
    people: Iterable[PersonYear], *, year: int, scheme: Scheme, merges: Mapping[str, str] = NO_MERGES
) -> list[Graded]:
    """Grade everyone, in the order given; each population is ranked apart.

    `merges` says which population is ranked within which: small ones, merged upwards (§5). Raises
    `Refusal` where they run in a circle.
    """
    worked = [_work_out(person, year, scheme, merges) for person in people]
    placed: dict[str, Placement] = {}
    sizes: dict[str, int] = {}
    for population in dict.fromkeys(one.ranked_in for one in worked):
        standings = _standings(worked, population)
        sizes[population] = len(standings)
        placed |= distribute(standings, scheme.distribution, rounding=scheme.composition.rounding)
    return [_graded(one, placed.get(one.person.employee_no), sizes[one.ranked_in], scheme) for one in worked]


def merged_into(population: str, merges: Mapping[str, str]) -> str:
    """The population that this one is ranked in; `Refusal` for merges that run in a circle."""
    here, passed = population, {population}
    while here in merges:
        here = merges[here]
        if here in passed:
            raise Refusal(Message("The merged populations run in a circle at “%(population)s”.", population=here))
        passed.add(here)
    return here


def _standings(worked: Sequence[_Worked], population: str) -> list[Standing[str]]:
    return [
        Standing(one.person.employee_no, one.composed.total, one.person.barred)
        for one in worked
        if one.ranked and one.ranked_in == population and one.composed.total is not None
    ]


def _work_out(person: PersonYear, year: int, scheme: Scheme, merges: Mapping[str, str]) -> _Worked:
    rule = scheme.composition
    composed = compose(person.records, joined=person.joined, left=person.left, rule=rule)
    out = _out_of_ranking(person, composed.months_counted, year, scheme)
    honour = composed.total is not None and rounded(composed.total, rule.rounding) > rule.outstanding_over
    flags = (*composed.flags, *out, *(("over_100",) if honour else ()))
    ranked = not out and composed.total is not None
    return _Worked(person, composed, flags, ranked, merged_into(person.population, merges))


def _out_of_ranking(person: PersonYear, months: int, year: int, scheme: Scheme) -> tuple[str, ...]:
    """Why a person is not ranked: left first, else too new; an exclusion stands beside them."""
    found = ("excluded",) if person.excluded else ()
    if person.left is not None and person.left <= date(year, 12, 31):
        return (*found, "left")
    return (*found, "too_new") if months < scheme.composition.coverage.least else found


def _graded(one: _Worked, place: Placement | None, size: int, scheme: Scheme) -> Graded:
    rank = place.rank if place else None
    band = place.band if place and scheme.distribution.mode != "off" else None
    flags = tuple(sorted({*one.flags, *(place.flags if place else ())}))
    composed = one.composed
    follows = proposals(band, rank, size, composed.total, flags, scheme)
    return Graded(
        one.person.employee_no, one.person.population, composed.parts, composed.total,
        rank, band, composed.months_counted, flags, tuple(follows),
        size if place else 0, composed.contributions, one.ranked_in, scheme.composition.rounding,
    )  # fmt: skip
