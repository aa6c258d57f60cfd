"""The rulings of scheme §4 with their test values."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from states.adjustments import Bonus, bars_band, bonus_points, offence, on_ladder
from states.composition import RecordValue, compose, month_weight
from states.errors import Refusal
from states.exact import half_up, shown
from states.scheme import builtin_scheme
from states.scoring import score_form

SCHEME = builtin_scheme()
RULE = SCHEME.composition
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

    assert found.inspections == Fraction("90.25")
    assert shown(found.total) == Decimal("85.97")


def test_pooled_by_count_is_the_other_preset():
    by_count = RULE.model_copy(update={"inspections": RULE.inspections.model_copy(update={"combine": "by_count"})})

    found = total_of(
        by_count,
        weekly_inspection=["92.5"] * 52, monthly_inspection=[88] * 12, monthly_appraisal=["86.4"], year_end=[84],
    )  # fmt: skip

    assert shown(found.total) == Decimal("86.25")


def test_missing_months_are_missing():
    found = total_of(weekly_inspection=[89], monthly_appraisal=[80, 82, 85, 88, 90], year_end=[86])

    assert (found.monthly, shown(found.total), found.months_counted) == (85, Decimal("86.30"), 5)


def test_part_of_a_month_weighs_by_days():
    listed = [
        RecordValue("monthly_appraisal", f"2025-{m}", Fraction(s)) for m, s in (("06", 70), ("07", 80), ("08", 90))
    ]

    found = compose(listed, joined=date(2025, 6, 16), left=None, rule=RULE)

    assert (found.monthly, found.months_counted) == (82, 3)


def test_months_follow_the_person():
    found = total_of(monthly_appraisal=[90] * 7 + [84] * 5)

    assert found.monthly == Fraction("87.5")


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

    assert half_up(found.monthly, 4) == Decimal("95.8333")
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
    assert month_weight("2025-02", joined, left) == weight


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
