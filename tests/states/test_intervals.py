"""Intervals for display: Wilson's of a share, Student's of a mean, checked by integrating the density anew."""

import math
from fractions import Fraction

import pytest

from states.intervals import of_mean, student, wilson


def below(limit, freedom, steps=4000):
    """The share of Student's t between -limit and limit, by Simpson's rule over the density."""
    scale = math.exp(math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)) / math.sqrt(freedom * math.pi)
    width = limit / steps
    heights = [scale * (1 + (n * width) ** 2 / freedom) ** (-(freedom + 1) / 2) for n in range(steps + 1)]
    inner = 4 * sum(heights[1:-1:2]) + 2 * sum(heights[2:-1:2])
    return 2 * (heights[0] + inner + heights[-1]) * width / 3


@pytest.mark.parametrize("freedom", [*range(1, 16), 29, 99, 2000])
def test_the_quantile_holds_ninety_five_of_a_hundred(freedom):
    assert below(student(freedom), freedom) == pytest.approx(0.95, abs=2e-6)


def test_the_interval_of_a_mean_by_hand():
    """4, 5, 3: mean 4, deviation 1, t 4.3027, ÷ √3."""
    low, high = of_mean([Fraction(4), Fraction(5), Fraction(3)])

    assert (round(low, 3), round(high, 3)) == (1.516, 6.484)


@pytest.mark.parametrize("values", [[], [4], [5, 5, 5, 5]])
def test_nothing_is_said_where_the_spread_says_nothing(values):
    assert of_mean([Fraction(value) for value in values]) is None


def test_wilson_stays_within_the_scale():
    assert wilson(0, 0) == (0.0, 100.0)
    assert wilson(0, 4)[0] == 0
    assert wilson(4, 4)[1] == 100
