"""Leave and periods: wholly away is out, more than half of the months is long (scheme §4, §5)."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from states.leave import Away, Employment, is_long, months_away, months_of, wholly_away
from states.periods import span_of

HERE = Employment(date(2020, 1, 1))


def worked(day):
    return day.weekday() < 5


def away(first, last):
    return Away(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(("leaves", "expected"), [
    ([], False),
    ([("2025-03-01", "2025-03-31")], True),
    ([("2025-02-10", "2025-05-01")], True),
    ([("2025-03-03", "2025-03-31")], True),  # the 1st and 2nd are a weekend
    ([("2025-03-04", "2025-03-31")], False),
    ([("2025-03-01", "2025-03-14"), ("2025-03-17", "2025-03-31")], True),  # a weekend between two leaves
    ([("2025-03-01", "2025-03-13"), ("2025-03-17", "2025-03-31")], False),
])
def test_a_month_without_a_working_day_left_is_wholly_away(leaves, expected):
    assert wholly_away(span_of("2025-03"), [away(*one) for one in leaves], HERE, worked) is expected


def test_a_week_from_monday_to_friday_is_wholly_away_and_a_single_day_counts_too():
    assert wholly_away(span_of("2025-W11"), [away("2025-03-10", "2025-03-14")], HERE, worked)
    assert wholly_away(span_of("2025-03-15"), [away("2025-03-15", "2025-03-15")], HERE, worked)
    assert not wholly_away(span_of("2025-03-15"), [away("2025-03-14", "2025-03-14")], HERE, worked)


def test_only_the_days_employed_are_asked_and_not_employed_is_not_away():
    joiner = Employment(date(2025, 3, 17))
    assert wholly_away(span_of("2025-03"), [away("2025-03-17", "2025-04-30")], joiner, worked)
    assert not wholly_away(span_of("2025-02"), [away("2025-01-01", "2025-12-31")], joiner, worked)


def test_a_week_off_for_everybody_is_nobodys_leave():
    assert not wholly_away(span_of("2025-W11"), [away("2025-03-15", "2025-03-15")], HERE, lambda _day: False)


@pytest.mark.parametrize(("last", "months", "long"), [
    ("2025-06-30", 6, False), ("2025-07-30", 6, False), ("2025-07-31", 7, True), ("2025-12-31", 12, True),
])
def test_long_leave_is_more_than_half_of_the_months(last, months, long):
    leaves = [away("2025-01-01", last)]
    assert months_away(span_of("2025"), leaves, HERE, worked) == months
    assert is_long(span_of("2025"), leaves, HERE, worked) is long


def test_the_half_is_of_the_months_employed_in():
    joiner = Employment(date(2025, 10, 1))
    assert is_long(span_of("2025"), [away("2025-11-01", "2025-12-31")], joiner, worked)
    assert not is_long(span_of("2025"), [away("2025-12-01", "2025-12-31")], joiner, worked)
    assert not is_long(span_of("2024"), [away("2024-01-01", "2024-12-31")], joiner, worked)


def test_the_months_of_a_period_make_the_period():
    for code in ("2024", "2025-Q1", "2025-H2", "2025-02", "2026-W01"):
        span = span_of(code)
        months = months_of(span)
        assert (months[0].start, months[-1].end) == (span.start, span.end)
        assert all(a.end + timedelta(days=1) == b.start for a, b in pairwise(months))
