"""Periods of every shape: reading them, their days, their usual titles, how many somebody was employed in."""

from datetime import date

import pytest

from states.errors import Refusal
from states.periods import SHAPES, Span, months_employed, periods_employed, read_period, span_of, title_for
from states.scheme import Text

YEAR = read_period("2025", "year")


@pytest.mark.parametrize(
    ("code", "shape", "start", "end"),
    [
        ("2025", "year", date(2025, 1, 1), date(2025, 12, 31)), ("2025-H1", "half_year", date(2025, 1, 1), date(2025, 6, 30)),
        ("2025-H2", "half_year", date(2025, 7, 1), date(2025, 12, 31)), ("2024-Q1", "quarter", date(2024, 1, 1), date(2024, 3, 31)),
        ("2025-Q4", "quarter", date(2025, 10, 1), date(2025, 12, 31)), ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-W01", "week", date(2024, 12, 30), date(2025, 1, 5)), ("2025-07-09", "day", date(2025, 7, 9), date(2025, 7, 9)),
    ],
)  # fmt: skip
def test_a_period_names_its_days(code, shape, start, end):
    assert read_period(code, shape) == span_of(code) == Span(code, start, end)


def test_full_width_digits_are_understood():
    assert read_period(" ２０２５-Ｑ３ ", "quarter").code == "2025-Q3"


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("code", ["", "2025-Q5", "2025-Q0", "2025-H3", "1899", "2025-13", "2025-W54", "2025-02-30", "Q1", "x"])
def test_what_is_no_period_is_refused_with_an_example(code, shape):
    with pytest.raises(Refusal, match="like this"):
        read_period(code, shape)


def test_a_stray_code_is_no_period_of_any_shape():
    with pytest.raises(Refusal, match="no period"):
        span_of("2025-Q9")


@pytest.mark.parametrize(
    ("code", "shape", "zh", "en"),
    [
        ("2025", "year", "2025 考核", "Review 2025"), ("2025-H1", "half_year", "2025 年上半年考核", "Review, first half of 2025"),
        ("2025-H2", "half_year", "2025 年下半年考核", "Review, second half of 2025"),
        ("2025-Q3", "quarter", "2025 年第 3 季度考核", "Review, quarter 3 of 2025"),
        ("2025-07", "month", "2025 年 7 月份考核", "Review, July 2025"),
    ],
)  # fmt: skip
def test_a_cycles_usual_title_names_its_period(code, shape, zh, en):
    assert title_for(Text(zh="考核", en="Review"), read_period(code, shape), shape) == Text(zh=zh, en=en)


@pytest.mark.parametrize(
    ("joined", "left", "shape", "count"),
    [
        (date(2020, 1, 1), None, "month", 12), (date(2025, 6, 30), None, "quarter", 3), (date(2025, 7, 1), None, "quarter", 2),
        (date(2025, 6, 30), date(2025, 7, 1), "half_year", 2), (date(2025, 3, 1), date(2025, 3, 1), "year", 1),
        (date(2026, 1, 1), None, "quarter", 0), (date(2020, 1, 1), date(2024, 12, 31), "month", 0), (date(2025, 1, 1), None, "week", None),
    ],
)  # fmt: skip
def test_periods_with_a_day_employed(joined, left, shape, count):
    assert periods_employed(YEAR, joined, left, shape) == count
    if shape == "month":
        assert months_employed(YEAR, joined, left) == count
