"""Totals → places, bands, flags and proposals: worked out once for each distinct total (scheme §5, §6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from states.distribution import seats, top_places

if TYPE_CHECKING:
    from decimal import Decimal

    from states.bulk.records import Bools, Ints
    from states.scheme.model import Scheme
    from states.scheme.results import Band

UNTHINNED = 65_536
"""So many possible totals are counted in any case; more, if they are no more than some for each person."""


@dataclass(frozen=True)
class Groups:
    """People of one population with one total, from the lowest total up, one population after another."""

    population: Ints
    total: Ints
    tied: Ints
    place: Ints
    size: Ints
    """How many are ranked in the population."""


@dataclass(frozen=True)
class Outcome:
    """What a group comes to: the place of its band, its flags and its proposals as bits."""

    band: Ints
    flags: Ints
    actions: NDArray[np.uint64]


def hundredths_from(line: Decimal) -> int:
    """The first total in hundredths that is not below a line."""
    return ceil(line * 100)


def hundredths_over(line: Decimal) -> int:
    """The last total in hundredths that is not over a line."""
    return floor(line * 100)


def group(total: Ints, population: NDArray[np.integer[Any]], populations: int) -> tuple[Groups, Ints]:
    """The groups of the ranked, and everybody's place among the groups.

    Totals are counted where their range is not much longer than the list of people, else sorted.
    """
    lowest = int(total.min()) if len(total) else 0
    width = int(total.max()) - lowest + 1 if len(total) else 1
    if populations * width <= max(UNTHINNED, 4 * len(total)):
        key = population.astype(np.int64) * width + (total - lowest)
        counts = np.bincount(key, minlength=populations * width)
        found = np.flatnonzero(counts)
        tied = counts[found]
        where = np.zeros(len(counts), dtype=np.int64)
        where[found] = np.arange(len(found))
        return _placed(found // width, found % width + lowest, tied, populations), where[key]
    values, which = np.unique(total, return_inverse=True)
    key = population.astype(np.int64) * len(values) + which
    found, of_person, tied = np.unique(key, return_inverse=True, return_counts=True)
    return _placed(found // len(values), values[found % len(values)], tied, populations), of_person


def _placed(population: Ints, total: Ints, tied: Ints, populations: int) -> Groups:
    sizes = np.zeros(populations, dtype=np.int64)
    np.add.at(sizes, population, tied)
    ends = np.cumsum(sizes)
    # The running sum over all populations, up to the group: those behind it in its own one are the better ones.
    place = ends[population] - np.cumsum(tied) + 1
    return Groups(population, total, tied, place, sizes[population])


def outcome(groups: Groups, scheme: Scheme, flags: Sequence[str], *, barred: bool) -> Outcome:
    """Band, flags and proposals of each group, for those barred by a sanction or for the others."""
    spec = scheme.distribution
    first, last = _seats(groups, spec.bands)
    seat = first if spec.ties == "better_band" else last
    band, marks = _after_lines(seat, groups.total, spec.bands, flags, barred=barred)
    marks |= np.where(first != last, _bit(flags, "tied_on_cut"), 0)
    marks |= np.where(groups.size < spec.small_under, _bit(flags, "small_population"), 0)
    if spec.mode == "off":
        band = np.full_like(band, -1)
    return Outcome(band, marks, _actions(groups, band, scheme))


def _bit(names: Sequence[str], name: str) -> int:
    return 1 << names.index(name)


def _seats(groups: Groups, bands: Sequence[Band]) -> tuple[Ints, Ints]:
    """The bands in which the first and the last place of each group lie."""
    first, last = np.zeros_like(groups.place), np.zeros_like(groups.place)
    for population in np.unique(groups.population):
        own = groups.population == population
        size = int(groups.size[own][0])
        ends = np.array(list(accumulate(seats(size, bands).values())))
        first[own] = np.searchsorted(ends, groups.place[own])
        last[own] = np.searchsorted(ends, groups.place[own] + groups.tied[own] - 1)
    return first, last


def _after_lines(
    seat: Ints, total: Ints, bands: Sequence[Band], flags: Sequence[str], *, barred: bool
) -> tuple[Ints, Ints]:
    """Up a band whoever is too good for it; from there down whoever is short of a line or barred."""
    band = seat.copy()
    for place in range(len(bands) - 1, 0, -1):
        below = bands[place].below
        if below is not None:
            band[(band == place) & (total >= hundredths_from(below))] = place - 1
    marks = np.where(band < seat, _bit(flags, "above_line"), 0)
    for place, one in enumerate(bands[:-1]):
        here = band == place
        short = np.zeros_like(here) if one.at_least is None else here & (total < hundredths_from(one.at_least))
        held = here & ~short & (barred and one.barred_by_sanction)
        marks[short] |= _bit(flags, "below_line")
        marks[held] |= _bit(flags, "barred")
        band[short | held] = place + 1
    return band, marks


def _actions(groups: Groups, band: Ints, scheme: Scheme) -> NDArray[np.uint64]:
    found = np.zeros(len(band), dtype=np.uint64)
    over = groups.total > hundredths_over(scheme.composition.outstanding_over)
    codes = [one.code for one in scheme.distribution.bands]
    for place, spec in enumerate(scheme.actions):
        when = spec.when
        follows: Bools = np.isin(band, [codes.index(code) for code in when.bands if code in codes])
        if when.over_total:
            follows |= over
        if when.top_percent is not None:
            follows |= groups.place <= _top(groups.size, when.top_percent)
        if when.last_percent is not None:
            follows |= groups.place > groups.size - _top(groups.size, when.last_percent)
        found |= follows.astype(np.uint64) << np.uint64(place)
    return found


def _top(sizes: Ints, percent: Decimal) -> Ints:
    """How many places such a share of a population has, for each group's own."""
    each, of_group = np.unique(sizes, return_inverse=True)
    return np.array([top_places(int(size), percent) for size in each], dtype=np.int64)[of_group]
