"""Means and weighted means, and the one rounding at the end: exact, whatever they are made of (scheme §4)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from states.bulk.records import MISSING
from states.bulk.tallies import Tally, too_much

if TYPE_CHECKING:
    from states.bulk.records import Bools, Ints
    from states.scheme.composition import Rounding

    Numbers = NDArray[Any]

FINEST = 6
"""Decimal places that a weight of a scheme can have."""
PLACES = 2
"""Decimal places in which rounded figures are kept."""
DOUBT = 2.0**-40
"""A float of this module is out by some 2**-50 of itself at most; nearer than this to a boundary it decides nothing."""


class Mean(ABC):
    """A mean for each person: above ÷ below, integers, neither ever over its `most`; 0 ÷ 1 where not `there`."""

    there: Bools
    most_above: int
    most_below: int

    @abstractmethod
    def ratio(self, who: Ints | None = None) -> tuple[Numbers, Numbers]:
        """Above and below in 64 bits, or of some people in Python's integers, which know no limit."""

    @abstractmethod
    def about(self) -> NDArray[np.float64]:
        """The mean as a float. All terms are positive, so that the errors stay some units of the last place."""


class RecordMean(Mean):
    """The weighted mean of somebody's records; none where they weigh nothing."""

    def __init__(self, tally: Tally) -> None:
        self.there = (tally.weight > 0).astype(bool)
        self._above, self._below = tally.points, np.where(self.there, tally.weight, 1)
        self.most_above, self.most_below = tally.most_points, max(tally.most_weight, 1)

    def ratio(self, who: Ints | None = None) -> tuple[Numbers, Numbers]:
        if who is None:
            return self._above, self._below
        return _of_some(self._above, who).astype(object), _of_some(self._below, who).astype(object)

    def about(self) -> NDArray[np.float64]:
        return np.asarray(self._above.astype(float) / self._below.astype(float))


class WeightedMean(Mean):
    """The weighted mean of those means that are there; none where these weigh nothing."""

    def __init__(self, means: Sequence[Mean], weights: Sequence[int]) -> None:
        self._means = means
        self._shares = [np.where(one.there, weight, 0) for one, weight in zip(means, weights, strict=True)]
        weight = np.asarray(sum(self._shares))
        self.there = weight > 0
        self._weight = np.where(self.there, weight, 1)
        self.most_above, self.most_below = 0, 1
        for one, share in zip(means, weights, strict=True):
            self.most_above = self.most_above * one.most_below + self.most_below * one.most_above * max(share, 1)
            self.most_below *= one.most_below
        self.most_below *= max(sum(weights), 1)

    def ratio(self, who: Ints | None = None) -> tuple[Numbers, Numbers]:
        return self._everybody if who is None else self._ratio(who)

    @cached_property
    def _everybody(self) -> tuple[Numbers, Numbers]:
        return self._ratio(None)

    def _ratio(self, who: Ints | None) -> tuple[Numbers, Numbers]:
        """Every step of the sum is at most the last one, so that the bound of the last one is enough."""
        above: Numbers = np.zeros(1, np.int64 if who is None else object)
        below: Numbers = np.ones_like(above)
        for one, share in zip(self._means, self._shares, strict=True):
            own = one.ratio(who)
            above = above * own[1] + below * own[0] * _of_some(share, who)
            below = below * own[1]
        return above, below * _of_some(self._weight, who)

    def about(self) -> NDArray[np.float64]:
        terms = (one.about() * share for one, share in zip(self._means, self._shares, strict=True))
        return np.asarray(sum(terms) / self._weight)


def _of_some(array: Numbers, who: Ints | None) -> Numbers:
    """The entries of some people; an array of length 1 says the same of everybody."""
    return array if who is None or len(array) == 1 else array[who]


def whole_numbers(weights: Sequence[Decimal]) -> list[int]:
    """Weights in the same proportions, as small whole numbers."""
    units = [int(one.scaleb(FINEST)) for one in weights]
    return [one // (gcd(*units) or 1) for one in units]


def hundredths(mean: Mean, scale: int, rounding: Rounding) -> Ints:
    """Rounded as the scheme says, in hundredths of a point; MISSING where there is none.

    The mean is in 1 ÷ `scale` points. In 64 bits where that is enough; else floats decide where
    they are sure, and the few others are worked out in Python's integers.
    """
    units = 10**rounding.places
    if too_much(2 * (units * mean.most_above + scale * mean.most_below)):
        found = _nearly(mean, units, scale, rounding)
    else:
        above, below = mean.ratio()
        found = _rounded(above * units, below * scale, rounding)
    return np.where(mean.there, found * 10 ** (PLACES - rounding.places), MISSING)


def _nearly(mean: Mean, units: int, scale: int, rounding: Rounding) -> Ints:
    about = mean.about() * (units / scale)
    raised = about if rounding.mode == "down" else about + 0.5
    found = np.floor(raised).astype(np.int64)
    unsure = np.flatnonzero(np.abs(raised - np.rint(raised)) <= DOUBT * raised)
    if len(unsure):
        above, below = mean.ratio(unsure)
        found[unsure] = _rounded(above * units, below * scale, rounding).astype(np.int64)
    return found


def _rounded(above: Numbers, below: Numbers, rounding: Rounding) -> Numbers:
    if rounding.mode == "half_up":
        return np.asarray((2 * above + below) // (2 * below))
    whole = above // below
    if rounding.mode == "down":
        return np.asarray(whole)
    rest = 2 * (above - whole * below)
    return np.asarray(whole + ((rest > below) | ((rest == below) & (whole % 2 == 1))))
