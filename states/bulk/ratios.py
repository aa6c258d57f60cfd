"""Means and weighted means as ratios of integers, and the one rounding at the end (scheme §4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from states.bulk.records import MISSING
from states.bulk.tallies import Tally, wide

if TYPE_CHECKING:
    from states.bulk.records import Bools, Ints
    from states.scheme.composition import Rounding

FINEST = 6
"""Decimal places that a weight of a scheme can have."""
PLACES = 2
"""Decimal places in which rounded figures are kept."""


@dataclass(frozen=True)
class Ratio:
    """`above` ÷ `below` for each person, 0 ÷ 1 where not `there`; no entry exceeds the `most` of its kind."""

    above: NDArray[Any]
    below: NDArray[Any]
    there: Bools
    most_above: int
    most_below: int


def mean(tally: Tally) -> Ratio:
    """The weighted mean of somebody's records; none where they weigh nothing."""
    there = tally.weight > 0
    return Ratio(
        tally.points, np.where(there, tally.weight, 1), there.astype(bool), tally.most_points, max(tally.most_weight, 1)
    )


def whole_numbers(weights: Sequence[Decimal]) -> list[int]:
    """Weights in the same proportions, as small whole numbers."""
    units = [int(one.scaleb(FINEST)) for one in weights]
    return [one // (gcd(*units) or 1) for one in units]


def weighted(ratios: Sequence[Ratio], weights: Sequence[int]) -> Ratio:
    """The weighted mean over those that are there; none where these weigh nothing."""
    shares = [np.where(one.there, weight, 0) for one, weight in zip(ratios, weights, strict=True)]
    weight = np.asarray(sum(shares))
    most_above, most_below = _most(ratios, weights)
    above, below = wide(max(most_above, most_below), np.zeros(1, np.int64), np.ones(1, np.int64))
    for one, share in zip(ratios, shares, strict=True):
        # What may be of Python's integers comes first, so that nothing is multiplied in 64 bits before it.
        above = above * one.below + below * one.above * share
        below = below * one.below
    there = weight > 0
    return Ratio(
        np.where(there, above, 0), np.where(there, below * weight, 1), there, most_above, max(most_below, 1)
    )  # fmt: skip


def _most(ratios: Sequence[Ratio], weights: Sequence[int]) -> tuple[int, int]:
    """What `weighted` cannot exceed: every step of it is at most the last one."""
    above, below = 0, 1
    for one, weight in zip(ratios, weights, strict=True):
        above = above * one.most_below + max(weight, 1) * max(one.most_above, 1) * below
        below *= one.most_below
    return above, below * max(sum(weights), 1)


def hundredths(ratio: Ratio, scale: int, rounding: Rounding) -> Ints:
    """Rounded as the scheme says, in hundredths of a point; MISSING where there is none.

    The ratio is in 1 ÷ `scale` points.
    """
    units = 10**rounding.places
    most = 2 * units * ratio.most_above + 2 * scale * ratio.most_below
    above, below = wide(most, ratio.above, ratio.below)
    found = _rounded(above * units, below * scale, rounding) * 10 ** (PLACES - rounding.places)
    return np.where(ratio.there, found, MISSING).astype(np.int64)


def _rounded(above: NDArray[Any], below: NDArray[Any], rounding: Rounding) -> NDArray[Any]:
    if rounding.mode == "half_up":
        return np.asarray((2 * above + below) // (2 * below))
    whole = above // below
    if rounding.mode == "down":
        return np.asarray(whole)
    rest = 2 * (above - whole * below)
    return np.asarray(whole + ((rest > below) | ((rest == below) & (whole % 2 == 1))))
