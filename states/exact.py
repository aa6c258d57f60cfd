"""Exact figures: fractions while computing, one rounding half up for display (scheme §4)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from states.scheme.composition import Rounding

HUNDRED = Fraction(100)
TWO, CENT = 2, Decimal("0.01")


def exact(value: Fraction | Decimal | int | str) -> Fraction:
    """The same number as a fraction; a string must be a plain decimal (ValueError otherwise)."""
    return Fraction(value)


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """Round to `places`, halves away from zero: 86.125 becomes 86.13 and -0.005 becomes -0.01."""
    doubled = abs(value) * 10**places * 2 + 1
    units = doubled.numerator // (doubled.denominator * 2)
    return Decimal(units if value >= 0 else -units).scaleb(-places)


def shown(value: Fraction | None) -> Decimal | None:
    """The figure as pages show it: two places, or None where it is missing (never 0)."""
    return None if value is None else half_up(value)


def rounded(value: Fraction, rule: Rounding) -> Decimal:
    """Round as the scheme says, always with two places to show: half up, half to even, or down to nought."""
    if rule.mode == "half_up":
        found = half_up(value, rule.places)
    else:
        units = abs(value) * 10**rule.places
        whole = round(units) if rule.mode == "half_even" else int(units)
        found = Decimal(whole if value >= 0 else -whole).scaleb(-rule.places)
    return found if rule.places == TWO else found.quantize(CENT)


def mean(values: Iterable[Fraction]) -> Fraction | None:
    """The plain mean, or None of nothing."""
    found = list(values)
    return sum(found, Fraction(0)) / len(found) if found else None


def weighted_mean(pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The mean of (value, weight) pairs over the weights present; None where they weigh nothing."""
    found = list(pairs)
    total = sum((weight for _, weight in found), Fraction(0))
    if not total:
        return None
    return sum((value * weight for value, weight in found), Fraction(0)) / total
