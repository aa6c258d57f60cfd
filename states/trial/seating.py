"""One ranked population under a draft: its seats, the ties on its cuts, who stands close to one (scheme §5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from states.explaining.place import BandPath, BandSeats, Place, band_path, seat_table

if TYPE_CHECKING:
    from states.scheme.results import Distribution


@dataclass(frozen=True)
class Seated:
    """A ranked person with the total as it is shown, and how the place became a band."""

    employee_no: str
    total: Decimal
    place: Place
    path: BandPath

    @classmethod
    def of(cls, employee_no: str, total: Decimal, place: Place, spec: Distribution) -> Seated:
        """The person at a place of a population."""
        return cls(employee_no, total, place, band_path(place, total, spec))


@dataclass(frozen=True)
class Tie:
    """A group of equal totals that reaches over a cut: the bands, the one that all of them get, who they are."""

    total: Decimal
    bands: tuple[str, ...]
    given: str
    people: tuple[str, ...]


@dataclass(frozen=True)
class Near:
    """Somebody close to a cut or a line: `distance` in points, and the band on the other side.

    `line` is the scheme's own line, None for a cut between the places of two bands.
    """

    employee_no: str
    total: Decimal
    band: str
    other: str
    distance: Decimal
    line: Decimal | None = None


@dataclass(frozen=True)
class BandCount:
    """The seats of a band and how many people it holds in the end."""

    seats: BandSeats
    held: int


def band_counts(people: Sequence[Seated], spec: Distribution) -> tuple[BandCount, ...]:
    """The seats of each band with their rounding, and how many people are in it after ties, lines and bars."""
    held = [one.path.band for one in people]
    return tuple(BandCount(one, held.count(one.band.code)) for one in seat_table(len(people), spec))


def ties_on_cuts(people: Sequence[Seated]) -> tuple[Tie, ...]:
    """Every tied group that spans a cut, best first."""
    groups: dict[int, list[Seated]] = defaultdict(list)
    for one in people:
        if len(one.path.spans) > 1:
            groups[one.place.place].append(one)
    return tuple(
        Tie(group[0].total, group[0].path.spans, group[0].path.seat_band, tuple(one.employee_no for one in group))
        for _, group in sorted(groups.items())
    )


def near_cuts(people: Sequence[Seated], spec: Distribution, within: Decimal) -> tuple[Near, ...]:
    """Who stands within so many points of a cut between two bands, or of a line of the scheme, closest first."""
    found = [*_near_places(people, spec, within), *_near_lines(people, spec, within)]
    return tuple(sorted(found, key=lambda one: (one.distance, one.band, one.employee_no)))


def _near_places(people: Sequence[Seated], spec: Distribution, within: Decimal) -> Iterator[Near]:
    by_band: Mapping[str, list[Seated]] = {band.code: [] for band in spec.bands}
    for one in people:
        by_band[one.path.seat_band].append(one)
    for (better, above), (worse, below) in pairwise([pair for pair in by_band.items() if pair[1]]):
        last, first = min(one.total for one in above), max(one.total for one in below)
        for one in above:
            if one.total - first <= within:
                yield Near(one.employee_no, one.total, better, worse, one.total - first)
        for one in below:
            if last - one.total <= within:
                yield Near(one.employee_no, one.total, worse, better, last - one.total)


def _near_lines(people: Sequence[Seated], spec: Distribution, within: Decimal) -> Iterator[Near]:
    codes = [band.code for band in spec.bands]
    for at, band in enumerate(spec.bands):
        # A line parts its band from the next worse one (at least) or the next better one (below).
        for line, other in ((band.at_least, codes[at + 1 : at + 2]), (band.below, codes[at - 1 : at] if at else [])):
            if line is None or not other:
                continue
            for one in people:
                if abs(one.total - line) <= within:
                    yield Near(one.employee_no, one.total, band.code, other[0], abs(one.total - line), line)
