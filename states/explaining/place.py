"""Where a person stands and how the place became a band, without anybody else's total (scheme §5)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.distribution import band_of_place, seats, shares
from states.grading import NO_MERGES, merged_into

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from states.grading import Graded, PersonYear
    from states.scheme.results import Band, Distribution


@dataclass(frozen=True)
class Place:
    """How many were ranked together, how many of them are above, how many have this very total.

    `together` are the populations ranked as one; `tied` counts the person too.
    """

    population: str
    ranked_in: str
    together: tuple[str, ...]
    n: int
    above: int
    tied: int = 1
    barred: bool = False

    @property
    def place(self) -> int:
        """The place in competition rank: a tied group has that of its first member."""
        return self.above + 1

    @property
    def last_of_tie(self) -> int:
        """The last place that the tied group takes up."""
        return self.above + self.tied


def places_of(
    people: Sequence[PersonYear], graded: Sequence[Graded], merges: Mapping[str, str] = NO_MERGES
) -> list[Place | None]:
    """Everybody's place, in the order given; None for who is not ranked."""
    ties = Counter((one.ranked_in, one.rank) for one in graded)
    met: dict[str, dict[str, None]] = {}
    for one in graded:
        met.setdefault(merged_into(one.population, merges), {})[one.population] = None
    return [
        None
        if one.rank is None
        else Place(
            one.population, one.ranked_in, tuple(met[one.ranked_in]), one.ranked_of, one.rank - 1,
            ties[one.ranked_in, one.rank], person.barred,
        )
        for person, one in zip(people, graded, strict=True)
    ]  # fmt: skip


@dataclass(frozen=True)
class BandSeats:
    """The seats of one band: its share of 1, the ideal number, what is left over, what it was given.

    `first` and `last` are the places that its seats are; None where it has none.
    """

    band: Band
    share: Fraction
    ideal: Fraction
    given: int
    first: int | None
    last: int | None

    @property
    def floor(self) -> int:
        """The whole seats of the ideal number."""
        return int(self.ideal)

    @property
    def remainder(self) -> Fraction:
        """What the ideal number has beyond whole seats: the largest get the odd seats."""
        return self.ideal - self.floor


def seat_table(n: int, spec: Distribution) -> tuple[BandSeats, ...]:
    """How `n` people's seats were made, best band first (§5)."""
    counts = seats(n, spec.bands)
    found = []
    before = 0
    for band, share in zip(spec.bands, shares(spec.bands), strict=True):
        given = counts[band.code]
        first, last = (before + 1, before + given) if given else (None, None)
        found.append(BandSeats(band, share, share * n, given, first, last))
        before += given
    return tuple(found)


@dataclass(frozen=True)
class Step:
    """A step from one band to the next, and why: `above_line`, `below_line` or `barred`."""

    came_from: str
    to: str
    why: str
    line: Decimal | None = None


@dataclass(frozen=True)
class BandPath:
    """From the place to the band: the bands that the tied group spans, the steps after it, the flags."""

    seat_band: str
    spans: tuple[str, ...]
    steps: tuple[Step, ...]
    band: str
    flags: tuple[str, ...]


def band_path(place: Place, total: Decimal, spec: Distribution) -> BandPath:
    """How this place and this total (as it is shown) make the band. Agrees with `distribute`, step by step."""
    counts = seats(place.n, spec.bands)
    first, last = band_of_place(place.place, counts), band_of_place(place.last_of_tie, counts)
    codes = [band.code for band in spec.bands]
    spans = tuple(code for code in codes[codes.index(first) : codes.index(last) + 1] if counts[code])
    seat = first if spec.ties == "better_band" else last
    up = _up(codes.index(seat), total, spec.bands)
    steps = up + _down(codes.index(seat) - len(up), total, spec.bands, place)
    flags = {step.why for step in steps}
    flags |= {"tied_on_cut"} if first != last else set()
    flags |= {"small_population"} if place.n < spec.small_under else set()
    return BandPath(seat, spans, steps, steps[-1].to if steps else seat, tuple(sorted(flags)))


def _up(at: int, total: Decimal, bands: Sequence[Band]) -> tuple[Step, ...]:
    steps = []
    while at > 0 and (line := bands[at].below) is not None and total >= line:
        steps.append(Step(bands[at].code, bands[at - 1].code, "above_line", line))
        at -= 1
    return tuple(steps)


def _down(at: int, total: Decimal, bands: Sequence[Band], place: Place) -> tuple[Step, ...]:
    steps = []
    while at < len(bands) - 1:
        here, following = bands[at], bands[at + 1].code
        if here.at_least is not None and total < here.at_least:
            steps.append(Step(here.code, following, "below_line", here.at_least))
        elif place.barred and here.barred_by_sanction:
            steps.append(Step(here.code, following, "barred"))
        else:
            break
        at += 1
    return tuple(steps)
