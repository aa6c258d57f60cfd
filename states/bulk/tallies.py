"""Sums over records: value × weight, weight and number, for a run of people at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import lcm
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from states.bulk.records import Cohort, Grid, Listed
from states.periods import span_of

if TYPE_CHECKING:
    from states.bulk.records import Bools, Days, Ints
    from states.scheme.composition import Weigh

LIMIT = 2**62
"""Nothing that could reach it is worked out in 64 bits."""
LONG = 10_000_000
"""Days: before and after every date that there is."""


@dataclass(frozen=True)
class Tally:
    """Each person's Σ value × weight, Σ weight and number of records of a kind or a pool.

    A record that counts in full weighs `unit`. Arrays of length 1 say the same of everybody.
    No entry exceeds `most_points` and `most_weight`; with entries beyond 64 bits they hold
    Python's integers.
    """

    points: NDArray[Any]
    weight: NDArray[Any]
    count: Ints
    unit: int
    most_points: int
    most_weight: int


def too_much(most: int) -> bool:
    """Whether a result that may reach `most` is too much for 64 bits."""
    return most >= LIMIT


def wide(most: int, *arrays: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """The arrays, of Python's integers where a result may reach `most` and that is too much for 64 bits."""
    return tuple(one.astype(object) for one in arrays) if too_much(most) else arrays


@dataclass(frozen=True)
class Run:
    """The people from `first` up to, but without, `after`: as many as a processor's cache holds."""

    cohort: Cohort
    first: int
    after: int

    @cached_property
    def joined(self) -> Ints:
        """Days since 1970; long ago for those who have been there always."""
        return self._days(self.cohort.joined, -LONG)

    @cached_property
    def left(self) -> Ints:
        """Days since 1970; far off for those who stay."""
        return self._days(self.cohort.left, LONG)

    def _days(self, days: Days | None, otherwise: int) -> Ints:
        if days is None:
            return np.full(self.after - self.first, otherwise)
        own = days[self.first : self.after].astype("datetime64[D]")
        return np.where(np.isnat(own), otherwise, own.astype(np.int64))

    def tally(self, source: Grid | Listed, weigh: Weigh) -> Tally:
        """What these people's records of one source come to. ValueError for a score below 0."""
        return _of_grid(self, source, weigh) if isinstance(source, Grid) else _of_list(self, source, weigh)


class Spans:
    """The days of a row of periods, and how much of each somebody was employed."""

    def __init__(self, periods: Sequence[str], weigh: Weigh) -> None:
        spans = [span_of(period) for period in periods]
        self._months = weigh == "by_whole_months"
        self.starts = np.array([one.start for one in spans], dtype="datetime64[D]").astype(np.int64)
        self.ends = np.array([one.end for one in spans], dtype="datetime64[D]").astype(np.int64)
        wholes = self._employed(self.starts, self.ends)
        self.unit = lcm(*wholes.tolist())
        worth = np.array([self.unit // whole for whole in wholes.tolist()], dtype=object)
        self._worth = worth if self.unit >= LIMIT else worth.astype(np.int64)

    def cut_short(self, joined: Ints, left: Ints) -> Ints:
        """The places of those who were not employed throughout."""
        return np.flatnonzero((joined > self.starts.min()) | (left < self.ends.max()))

    def weights(self, which: Ints, joined: Ints, left: Ints) -> NDArray[Any]:
        """What records of these periods weigh, a whole one being `unit` (scheme §4)."""
        begin, end = np.maximum(self.starts[which], joined), np.minimum(self.ends[which], left)
        return np.asarray(np.where(end < begin, 0, self._employed(begin, end)) * self._worth[which])

    def _employed(self, begin: Ints, end: Ints) -> Ints:
        """Days from begin to end, or the months that they lie in; both ends count."""
        if self._months:
            begin, end = _month(begin), _month(end)
        return end - begin + 1


@lru_cache(maxsize=64)
def _spans(periods: tuple[str, ...], weigh: Weigh) -> Spans:
    return Spans(periods, weigh)


def _month(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _of_grid(run: Run, grid: Grid, weigh: Weigh) -> Tally:
    values, top, gaps = _values(grid, np.s_[:, run.first : run.after])
    plain = _unweighed(values, top, gaps=gaps)
    if weigh == "equally" or not grid.periods:
        return plain
    spans = _spans(grid.periods, weigh)
    short = spans.cut_short(run.joined, run.left)
    return _weighed(plain, values, short, spans, run) if len(short) else plain


def _unweighed(values: NDArray[Any], top: int, *, gaps: bool) -> Tally:
    rows, most = len(values), len(values) * top
    narrow = np.int32 if values.dtype == np.int32 and most < 2**31 else np.int64
    if gaps:
        count = (values >= 0).sum(axis=0, dtype=np.int32).astype(np.int64)  # half the time of int64
        values = np.maximum(values, 0)
    else:
        count = np.array([rows])
    points = values.sum(axis=0, dtype=narrow).astype(np.int64)
    return Tally(points, count, count, 1, most, rows)


def _weighed(plain: Tally, values: NDArray[Any], short: Ints, spans: Spans, run: Run) -> Tally:
    """The same tally, a whole record weighing `unit`, with those put right who were not there throughout."""
    unit = spans.unit
    most = max(plain.most_points, plain.most_weight) * unit
    weights = spans.weights(np.arange(len(values))[:, None], run.joined[short], run.left[short])
    own, weights = wide(most, values[:, short].astype(np.int64), weights)
    weights[own < 0] = 0
    points, weight = wide(most, plain.points, np.broadcast_to(plain.weight, plain.points.shape))
    points, weight = points * unit, weight * unit
    points[short], weight[short] = (own * weights).sum(axis=0), weights.sum(axis=0)
    return Tally(points, weight, plain.count, unit, plain.most_points * unit, plain.most_weight * unit)


def _of_list(run: Run, listed: Listed, weigh: Weigh) -> Tally:
    own = slice(*np.searchsorted(listed.who, [run.first, run.after]))
    values, top, gaps = _values(listed, own)
    if gaps:
        raise ValueError(f"{listed.kind}: a listed record has a score")
    who, size = listed.who[own] - run.first, run.after - run.first
    count = np.bincount(who, minlength=size).astype(np.int64)
    weights, unit = np.ones(len(who), dtype=np.int64), 1
    if weigh != "equally" and listed.periods:
        spans = _spans(listed.periods, weigh)
        weights, unit = spans.weights(listed.when[own], run.joined[who], run.left[who]), spans.unit
    most_weight = int(count.max(initial=0)) * unit
    values, weights = wide(most_weight * max(top, 1), values.astype(np.int64), weights)
    points, weight = _by_person(values * weights, who, size), _by_person(weights, who, size)
    return Tally(points, weight, count, unit, most_weight * top, most_weight)


def _by_person(entries: NDArray[Any], who: Ints, size: int) -> NDArray[Any]:
    found = np.zeros(size, dtype=entries.dtype)
    np.add.at(found, who, entries)
    return found


def _values(source: Grid | Listed, own: Any) -> tuple[NDArray[Any], int, bool]:
    """Score and bonus together, the highest of them, and whether any is missing."""
    scores = source.scores[own]
    top, gaps = _top(scores)
    if source.bonus is None:
        return scores, top, gaps
    more, none = _top(source.bonus[own])
    if none:
        raise ValueError(f"{source.kind}: write 0 where there is no bonus")
    there: Bools = scores >= 0
    return np.where(there, scores.astype(np.int64) + source.bonus[own], -1), top + more, gaps


def _top(block: NDArray[np.int32]) -> tuple[int, bool]:
    """The highest number, and whether MISSING is among them; ValueError for any other below 0."""
    if not block.size:
        return 0, False
    # Read without its sign MISSING is 2**31: the highest unless a number below 0 is there.
    highest = int(block.view(np.uint32).max())
    if highest > 2**31:
        raise ValueError("a score is a whole number from 0 up, or MISSING")
    return (max(int(block.max()), 0), True) if highest == 2**31 else (highest, False)


def together(tallies: Sequence[Tally], unit: int) -> Tally:
    """Several kinds as one pool, a whole record weighing `unit`."""
    factors = [unit // one.unit for one in tallies]
    most = sum(one.most_points * factor for one, factor in zip(tallies, factors, strict=True))
    heaviest = sum(one.most_weight * factor for one, factor in zip(tallies, factors, strict=True))
    found = Tally(np.zeros(1, np.int64), np.zeros(1, np.int64), np.zeros(1, np.int64), unit, 0, 0)
    for one, factor in zip(tallies, factors, strict=True):
        points, weight = wide(max(most, heaviest, factor), one.points, one.weight)
        found = Tally(
            found.points + points * factor,
            found.weight + weight * factor,
            found.count + one.count,
            unit,
            found.most_points + one.most_points * factor,
            found.most_weight + one.most_weight * factor,
        )
    return found


def scaled(tally: Tally, factor: int) -> Tally:
    """The same in a finer scale."""
    if factor == 1:
        return tally
    most = tally.most_points * factor
    (points,) = wide(most, tally.points)
    return replace(tally, points=points * factor, most_points=most)
