"""Which periods are due: a rule of the scheme, a first period and today."""

from datetime import date, timedelta

import pytest

from states.errors import Refusal
from states.periods import SHAPES, span_of
from states.recurring import MOST_AT_ONCE, check_first, due_periods, opens_on, period_at
from states.scheme.recurring import Recurring


@pytest.mark.parametrize(("rule", "day"), [
    (Recurring(open="first_day"), date(2025, 2, 1)),
    (Recurring(open="first_day", days_after=4), date(2025, 2, 5)),
    (Recurring(open="last_day"), date(2025, 2, 28)),
    (Recurring(open="after_end"), date(2025, 3, 1)),
    (Recurring(open="after_end", days_after=2), date(2025, 3, 3)),
])
def test_a_month_opens_on_its_day_and_not_before(rule, day):
    assert opens_on(span_of("2025-02"), rule) == day
    assert [one.code for one in due_periods("2025-02", "month", rule, day)] == ["2025-02"]
    assert due_periods("2025-02", "month", rule, day - timedelta(days=1)) == []


def test_three_weeks_without_a_clock_are_three_weeks_due():
    rule = Recurring(open="after_end")
    found = due_periods("2025-W51", "week", rule, date(2026, 1, 12))
    assert [one.code for one in found] == ["2025-W51", "2025-W52", "2026-W01", "2026-W02"]


@pytest.mark.parametrize("shape", SHAPES)
def test_periods_of_a_shape_follow_each_other_without_gap(shape):
    day = date(2024, 12, 20)
    for _ in range(40):
        span = period_at(day, shape)
        assert span.start <= day <= span.end
        assert period_at(span.end, shape) == span
        following = period_at(span.end + timedelta(days=1), shape)
        assert following.start == span.end + timedelta(days=1)
        day = following.start


def test_a_week_that_crosses_the_year_belongs_to_its_iso_year():
    assert period_at(date(2025, 12, 30), "week").code == "2026-W01"
    assert period_at(date(2027, 1, 2), "week").code == "2026-W53"


def test_a_first_period_long_ago_is_refused_with_the_count():
    rule = Recurring(open="first_day")
    with pytest.raises(Refusal, match="61 cycles"):
        check_first("2020-01", "month", rule, date(2025, 1, 1))
    assert check_first("2020-02", "month", rule, date(2025, 1, 1)).code == "2020-02"
    assert MOST_AT_ONCE == 60
    assert check_first("2030-01", "month", rule, date(2025, 1, 1)).code == "2030-01"
