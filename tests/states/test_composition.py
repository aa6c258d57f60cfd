"""The rulings of scheme §4 with their test values."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from states.adjustments import Bonus, bars_band, bonus_points, offence, on_ladder
from states.composition import RecordValue, compose, part_means, period_weight
from states.errors import Refusal
from states.exact import half_up, rounded, shown
from states.scheme import Text, builtin_scheme
from states.scheme.composition import CompositionPart, Coverage, Rounding
from states.scoring import score_form

SCHEME = builtin_scheme()
RULE = SCHEME.composition
TITLE = Text(zh="部分", en="Part")
ALWAYS = {"joined": date(2010, 1, 1), "left": None}


def records(**kinds):
    return [
        RecordValue(kind, f"2025-{month:02d}", Fraction(str(score)))
        for kind, scores in kinds.items()
        for month, score in enumerate(scores, 1)
    ]


def total_of(rule=RULE, **kinds):
    return compose(records(**kinds), **ALWAYS, rule=rule)


def test_half_up_and_only_once():
    assert [half_up(Fraction(x)) for x in ("86.125", "86.1249", "-0.005", "2.5")] == [
        Decimal("86.13"), Decimal("86.12"), Decimal("-0.01"), Decimal("2.50"),
    ]  # fmt: skip


def test_inspections_are_the_mean_of_two_means():
    found = total_of(weekly_inspection=[92, 93], monthly_inspection=[88], monthly_appraisal=["86.4"], year_end=[84])

    assert found.parts["inspections"] == Fraction("90.25")
    assert shown(found.total) == Decimal("85.97")


def test_pooled_by_count_is_the_other_preset():
    checks = RULE.part("inspections").model_copy(update={"combine": "by_count"})
    by_count = RULE.model_copy(update={"parts": (checks, *RULE.parts[1:])})

    found = total_of(
        by_count,
        weekly_inspection=["92.5"] * 52, monthly_inspection=[88] * 12, monthly_appraisal=["86.4"], year_end=[84],
    )  # fmt: skip

    assert shown(found.total) == Decimal("86.25")


def test_missing_months_are_missing():
    found = total_of(weekly_inspection=[89], monthly_appraisal=[80, 82, 85, 88, 90], year_end=[86])

    assert (found.parts["monthly"], shown(found.total), found.months_counted) == (85, Decimal("86.30"), 5)


def test_part_of_a_month_weighs_by_days():
    listed = [
        RecordValue("monthly_appraisal", f"2025-{m}", Fraction(s)) for m, s in (("06", 70), ("07", 80), ("08", 90))
    ]

    found = compose(listed, joined=date(2025, 6, 16), left=None, rule=RULE)

    assert (found.parts["monthly"], found.months_counted) == (82, 3)


def test_months_follow_the_person():
    found = total_of(monthly_appraisal=[90] * 7 + [84] * 5)

    assert found.parts["monthly"] == Fraction("87.5")


def test_no_inspections_renormalises_and_is_flagged():
    found = total_of(monthly_appraisal=["86.4"], year_end=[84])

    assert shown(found.total) == Decimal("84.90")
    assert found.flags == ("no_inspections",)


def test_a_bonus_is_not_clipped():
    listed = records(monthly_appraisal=[95] * 11, weekly_inspection=[98])
    listed += [
        RecordValue("monthly_appraisal", "2025-12", Fraction(95), Fraction(10)),
        RecordValue("year_end", "2025", Fraction(97), Fraction(5)),
    ]

    found = compose(listed, **ALWAYS, rule=RULE)

    assert half_up(found.parts["monthly"], 4) == Decimal("95.8333")
    assert shown(found.total) == Decimal("99.35")


def test_no_year_end_no_total():
    found = total_of(weekly_inspection=[89], monthly_appraisal=[80])

    assert (found.total, found.flags) == (None, ("no_year_end",))


@pytest.mark.parametrize(
    ("joined", "left", "weight"),
    [
        (date(2024, 5, 1), None, Fraction(1)),
        (date(2025, 2, 28), None, Fraction(1, 28)),
        (date(2025, 1, 1), date(2025, 2, 1), Fraction(1, 28)),
        (date(2025, 2, 10), date(2025, 2, 10), Fraction(1, 28)),
        (date(2025, 3, 1), None, Fraction(0)),
        (date(2020, 1, 1), date(2025, 1, 31), Fraction(0)),
    ],
)
def test_days_employed_include_both_ends(joined, left, weight):
    assert period_weight("2025-02", joined, left) == weight


@pytest.mark.parametrize(
    ("period", "weigh", "weight"),
    [
        ("2025", "by_days", Fraction(46, 365)), ("2025", "by_whole_months", Fraction(2, 12)),
        ("2025-Q4", "by_days", Fraction(46, 92)), ("2025-Q4", "by_whole_months", Fraction(2, 3)),
        ("2025-H2", "by_whole_months", Fraction(2, 6)), ("2025-11", "by_whole_months", Fraction(1)),
        ("2025-W46", "by_days", Fraction(1, 7)), ("2025-W46", "by_whole_months", Fraction(1)),
        ("2025-11-15", "by_days", Fraction(0)), ("2025-11-15", "by_whole_months", Fraction(0)),
        ("2025-11-15", "equally", Fraction(1)), ("2025-Q3", "by_whole_months", Fraction(0)),
    ],
)  # fmt: skip
def test_any_period_weighs_by_days_or_by_months_begun(period, weigh, weight):
    assert period_weight(period, date(2025, 11, 16), None, weigh) == weight


def changed(**more):
    """The built-in rule with other settings."""
    return RULE.model_copy(update=more)


def test_a_scheme_may_refuse_a_total_where_any_part_is_missing():
    found = total_of(changed(missing="no_total"), monthly_appraisal=[80], year_end=[84])

    assert (found.total, found.parts["year_end"], found.flags) == (None, 84, ("no_inspections",))


def test_parts_are_the_schemes_whatever_they_are_called():
    def part(code, weight, *kinds, **more):
        pools = [{"code": kind, "title": TITLE, "kinds": [kind]} for kind in kinds]
        return CompositionPart(code=code, title=TITLE, weight=weight, pools=pools, **more)

    rule = changed(parts=(part("sales", 75, "quarter"), part("praise", 25, "letters", "calls", combine="by_count")))
    listed = [RecordValue("quarter", f"2025-Q{n}", Fraction(score)) for n, score in enumerate((70, 80, 90), 1)]
    listed += [RecordValue("letters", "2025-05-01", Fraction(100))] * 3 + [RecordValue("calls", "2025-05-02", Fraction(60))]

    found = compose(listed, **ALWAYS, rule=rule)

    assert (dict(found.parts), found.total) == ({"sales": 80, "praise": 90}, Fraction("82.5"))
    assert compose(listed[:3], **ALWAYS, rule=rule).flags == ("no_praise",)


def test_coverage_counts_the_kinds_that_the_scheme_names():
    found = total_of(
        changed(coverage=Coverage(kinds=("weekly_inspection", "year_end"), least=3)),
        weekly_inspection=[90, 91], monthly_appraisal=[80], year_end=[84],
    )  # fmt: skip

    assert found.months_counted == 3


@pytest.mark.parametrize(
    ("mode", "places", "figure", "said"),
    [
        ("half_up", 2, "86.125", "86.13"), ("half_even", 2, "86.125", "86.12"), ("half_even", 2, "86.135", "86.14"),
        ("down", 2, "86.129", "86.12"), ("down", 2, "-0.019", "-0.01"), ("half_up", 0, "86.5", "87.00"),
        ("half_even", 0, "86.5", "86.00"), ("half_up", 1, "86.05", "86.10"),
    ],
)  # fmt: skip
def test_rounding_is_the_schemes(mode, places, figure, said):
    found = rounded(Fraction(figure), Rounding(mode=mode, places=places))

    assert (found, str(found)) == (Decimal(said), said)


def test_the_means_so_far_leave_out_the_part_that_is_being_made():
    means = part_means(records(weekly_inspection=[90, 92]), RULE, **ALWAYS, without="year_end")

    assert [(one.part.code, one.value, one.count) for one in means] == [("inspections", 91, 2), ("monthly", None, 0)]


def test_an_offence_takes_all_points_of_the_item():
    form = SCHEME.forms["scorecard_staff"]
    sheet = score_form(form, {"discipline": {"deducted": "1"}, "attendance": {"deducted": "7"}})

    assert sheet.value == 92
    assert offence(sheet, ["discipline"]).value == 88


def test_a_bonus_counts_once_an_event_and_at_most_ten_a_period():
    bonuses = [Bonus("a", 4), Bonus("a", 4), Bonus("b", 3)]

    assert bonus_points(bonuses, RULE.bonus) == 7
    assert bonus_points([*bonuses, Bonus("c", 9)], RULE.bonus) == 10


def test_a_bonus_of_eleven_is_refused():
    with pytest.raises(Refusal):
        bonus_points([Bonus("a", 11)], RULE.bonus)


def test_three_of_a_kind_count_as_one_of_the_next():
    rungs = SCHEME.rulebook.sanctions

    assert on_ladder({"warning": 7, "demerit": 1}, rungs, 3) == {"warning": 1, "demerit": 0, "great_demerit": 1}


def test_three_warnings_bar_the_top_band_and_two_do_not():
    assert bars_band({"warning": 3}, SCHEME.rulebook)
    assert not bars_band({"warning": 2}, SCHEME.rulebook)
