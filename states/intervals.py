"""How far a figure of a few answers may be from what all would say: for display only, never for a score."""

from __future__ import annotations

import math

CONFIDENCE = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for 95 % intervals."""


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in points of 100; (0, 100) without answers."""
    if not count:
        return (0.0, 100.0)
    share, square = hits / count, CONFIDENCE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half *= CONFIDENCE / (1 + square / count)
    return (max(0.0, middle - half) * 100, min(1.0, middle + half) * 100)
