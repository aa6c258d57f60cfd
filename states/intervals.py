"""How far a figure of a few answers may be from what all would say: for display only, never for a score.

Floats on purpose: an interval is an estimate, shown rounded, and nothing is worked out from it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


CONFIDENCE = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for 95 % intervals."""
STUDENT = (
    12.706204736, 4.302652730, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135,
    2.262157163, 2.228138852,
)  # fmt: skip
"""The 97.5 % quantile of Student's t with 1 to 10 degrees of freedom."""
FEWEST = 2


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in points of 100; (0, 100) without answers."""
    if not count:
        return (0.0, 100.0)
    share, square = hits / count, CONFIDENCE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half *= CONFIDENCE / (1 + square / count)
    return (max(0.0, middle - half) * 100, min(1.0, middle + half) * 100)


def of_mean(values: Sequence[Fraction]) -> tuple[float, float] | None:
    """Student's 95 % interval of the mean of `values`, in their own unit.

    None of fewer than two values, and where all are the same: their spread says nothing then.
    """
    count = len(values)
    if count < FEWEST or len(set(values)) == 1:
        return None
    middle = sum(values, Fraction(0)) / count
    variance = sum(((value - middle) ** 2 for value in values), Fraction(0)) / (count - 1)
    half = student(count - 1) * math.sqrt(variance / count)
    return float(middle) - half, float(middle) + half


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t; from 11 degrees of freedom on by expansion around the normal one's."""
    if freedom <= len(STUDENT):
        return STUDENT[freedom - 1]
    z = CONFIDENCE
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + sum((term / float(freedom) ** power for power, term in enumerate(terms, 1)), 0.0)
