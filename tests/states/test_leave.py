"""Leave and periods: wholly away is out, more than half of the months is long (scheme §4, §5)."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest

from states.composition import RecordValue, part_score
from states.leave import Away, Employment, is_long, months_away, months_of, wholly_away, without_lowering
from states.periods import span_of
from states.scheme import builtin_scheme

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


RULE = builtin_scheme().composition
COUNTED = RULE.model_copy(update={"parts": tuple(one.model_copy(update={"combine": "by_count"}) for one in RULE.parts)})


def left_of(records, gone, rule=RULE, employed=HERE):
    """The scores that are left of `kind: (period, score)`, where the periods in `gone` were wholly leave."""
    listed = [RecordValue(kind, period, Fraction(score)) for kind, period, score in records]
    return [one.score for one in without_lowering(listed, gone.__contains__, rule, employed)]


def monthly(*scores):
    return [("monthly_appraisal", f"2025-{number:02}", score) for number, score in enumerate(scores, start=1)]


@pytest.mark.parametrize(("scores", "gone", "left"), [
    ((80, 80, 95), ["2025-03"], [80, 80, 95]),  # a good month is not taken away: 85, not 80
    ((80, 80, 0), ["2025-03"], [80, 80]),
    ((80, 80, 80), ["2025-03"], [80, 80, 80]),  # no lower than the others: it counts as a month
    ((80, 95, 85), ["2025-02", "2025-03"], [80, 95]),  # beside the 95 that stands, 85 lowers
    ((80, 0, 70), ["2025-02", "2025-03"], [80]),
    ((0, 90, 80), [], [0, 90, 80]),
    ((75,), ["2025-01"], [75]),  # nothing to compare it with
])
def test_a_record_of_leave_is_left_out_only_where_it_lowers_the_mean(scores, gone, left):
    assert left_of(monthly(*scores), gone) == left


def test_a_record_is_compared_with_those_it_is_averaged_with():
    records = [("weekly_inspection", "2025-W10", 70), ("spot_check", "2025-05-06", 90), ("spot_check", "2025-03-12", 85),
               ("monthly_inspection", "2025-03", 84), ("monthly_inspection", "2025-04", 100)]

    # 85 is below the other spot check, yet above the mean of the pool that both are in.
    assert left_of(records, ["2025-03-12", "2025-03"]) == [70, 90, 85, 100]
    # By count all inspections are one mean: 86.67 with what stands, so 84 and 85 both lower it.
    assert left_of(records, ["2025-03-12", "2025-03"], COUNTED) == [70, 90, 100]


def test_part_of_a_month_weighs_in_the_mean_by_its_days():
    employed = Employment(date(2025, 1, 29))  # three days of January
    records = monthly(0, 90, 80)

    # (3 × 0 ÷ 31 + 90) ÷ (3 ÷ 31 + 1) is 82.06; unweighted it would be 45.
    assert left_of(records, ["2025-03"], employed=employed) == [0, 90]


@pytest.mark.parametrize("gone", [["2025-01"], ["2025-02", "2025-04"], ["2025-01", "2025-02", "2025-03"]])
def test_leave_never_lowers_a_part(gone):
    part = next(one for one in RULE.parts if one.code == "monthly")
    for scores in [(80, 95, 85, 60), (60, 60, 100, 61), (100, 0, 50, 75)]:
        whole = [RecordValue(kind, period, Fraction(score)) for kind, period, score in monthly(*scores)]
        kept = without_lowering(whole, gone.__contains__, RULE, HERE)
        means = [part_score(some, part, joined=None, left=None) for some in (kept, whole)]
        assert means[0] >= means[1]
