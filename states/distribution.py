"""Totals → bands: seats by largest remainder, ties, ranks (scheme §5)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Generic, TypeVar

from states.exact import HUNDRED, half_up, rounded
from states.scheme.composition import Rounding

if TYPE_CHECKING:
    from decimal import Decimal

    from states.scheme.results import Band, Distribution

Key = TypeVar("Key", bound=Hashable)
TWO_PLACES = Rounding()


@dataclass(frozen=True)
class Placement:
    """Where a person stands: competition rank, band by place, whether tied over a cut.

    `seat_band` is what the place alone gives; `band` is after score lines and bars.
    """

    rank: int
    band: str
    seat_band: str
    flags: tuple[str, ...]
    tied: int


@dataclass(frozen=True)
class Standing(Generic[Key]):
    """A person with a total, and whether a standing sanction bars the top."""

    key: Key
    total: Fraction | Decimal
    barred: bool = False


def shares(bands: Sequence[Band]) -> list[Fraction]:
    """The bands' shares of 1, `rest` worked out."""
    given = [Fraction(0) if b.share == "rest" else Fraction(b.share) / HUNDRED for b in bands]
    rest = 1 - sum(given, Fraction(0))
    return [rest if b.share == "rest" else s for b, s in zip(bands, given, strict=True)]


def seats(n: int, bands: Sequence[Band]) -> dict[str, int]:
    """How many of `n` people each band has: largest remainder, always making `n` (§5).

    Equal fractions go to the better band; a band that rounds down never gets an odd seat.
    """
    ideal = [share * n for share in shares(bands)]
    held = [int(one) for one in ideal]
    open_to = [place for place, band in enumerate(bands) if not band.round_down]
    order = sorted(open_to, key=lambda place: (held[place] - ideal[place], place))
    for odd in range(n - sum(held)):
        held[order[odd % len(order)]] += 1
    return {band.code: count for band, count in zip(bands, held, strict=True)}


def band_of_place(place: int, counts: dict[str, int]) -> str:
    """The band of a place, 1 being the first."""
    for code, last in zip(counts, accumulate(counts.values()), strict=True):
        if place <= last:
            return code
    raise ValueError(place)


def distribute(
    totals: Iterable[tuple[Key, Fraction | Decimal] | Standing[Key]], spec: Distribution,
    *, rounding: Rounding = TWO_PLACES,
) -> dict[Key, Placement]:  # fmt: skip
    """Rank one population and give every member a band (§5).

    Totals are compared as rounded by the scheme. A tied group has the place of its first member, and
    by `ties` the band of its first or of its last; `tied_on_cut` marks every member of a group that spans a cut.
    """
    people = [one if isinstance(one, Standing) else Standing(*one) for one in totals]
    counts = seats(len(people), spec.bands)
    by_total = sorted(((rounded(Fraction(p.total), rounding), p) for p in people), key=lambda pair: -pair[0])
    placed: dict[Key, Placement] = {}
    for total, group in groupby(by_total, key=lambda pair: pair[0]):
        members = [person for _, person in group]
        place = len(placed) + 1
        for person in members:
            placed[person.key] = _placement(person, place, len(members), total, counts, spec)
    return placed


def _placement(
    person: Standing[Key], place: int, tied: int, total: Decimal, counts: dict[str, int],
    spec: Distribution,
) -> Placement:  # fmt: skip
    first, last = band_of_place(place, counts), band_of_place(place + tied - 1, counts)
    seat, spans = (first if spec.ties == "better_band" else last), first != last
    small = sum(counts.values()) < spec.small_under
    band, moved = _after_lines(seat, total, person, spec.bands)
    flags = ("small_population",) * small + ("tied_on_cut",) * spans + moved
    return Placement(place, band, seat, tuple(sorted(flags)), tied)


def _after_lines(
    seat: str, total: Decimal, person: Standing[Key], bands: Sequence[Band]
) -> tuple[str, tuple[str, ...]]:
    """Up a band, flagged, whoever is too good for it; from there down again whoever is short of a band's line or barred.

    So nobody moves up into a band that bars them or whose line they miss: they keep the best one that is fit.
    """
    place = start = [band.code for band in bands].index(seat)
    while place > 0 and _too_good(bands[place], total):
        place -= 1
    flags = {"above_line"} if place < start else set()
    while place < len(bands) - 1 and (found := _unfit(bands[place], total, person)):
        flags.add(found)
        place += 1
    return bands[place].code, tuple(flags)


def _unfit(band: Band, total: Decimal, person: Standing[Key]) -> str:
    if band.at_least is not None and total < band.at_least:
        return "below_line"
    return "barred" if person.barred and band.barred_by_sanction else ""


def _too_good(band: Band, total: Decimal) -> bool:
    return band.below is not None and total >= band.below


def top_places(n: int, percent: Decimal) -> int:
    """How many places the top `percent` of `n` people has, rounded half up (§5)."""
    return int(half_up(n * Fraction(percent) / HUNDRED, 0))


def is_among_last(rank: int, n: int, percent: Decimal) -> bool:
    """Whether a place is among the last `percent` of `n`; a tied group counts by its first member's."""
    return rank > n - top_places(n, percent)


def advice(placed: dict[Key, Placement], spec: Distribution) -> tuple[str, ...]:
    """Why the bands of this population are advice only: too small, or the top too crowded."""
    best = spec.bands[0].code
    return advice_for(len(placed), sum(one.seat_band == best for one in placed.values()), spec)


def advice_for(n: int, in_best: int, spec: Distribution) -> tuple[str, ...]:
    """The same from two numbers: how many are ranked, and how many of them the best band got (§5)."""
    best = seats(n, spec.bands)[spec.bands[0].code]
    small = ("small_population",) if 0 < n < spec.small_under else ()
    crowded = ("crowded_top",) if best and in_best > spec.crowded_times * best else ()
    return small + crowded
