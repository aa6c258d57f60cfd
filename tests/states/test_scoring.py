"""Every test value of scheme §2 and §3, to the digit."""

from decimal import Decimal
from fractions import Fraction

import pytest

from states.errors import Refusal
from states.exact import half_up, shown
from states.intervals import wilson
from states.questionnaires import questionnaire_score
from states.scheme import builtin_scheme, builtin_scheme_text, load_scheme
from states.scheme.forms import ScoreMethod
from states.scoring import kpi_points, score_form, year_end

SCHEME = builtin_scheme()
KPI = SCHEME.forms["kpi_customer_service"]
SURVEY = SCHEME.forms["customer_questionnaire"]
TWELVE = [{"overall": str(value)} for value in [5] * 5 + [4] * 4 + [3] * 2 + [2]]


@pytest.mark.parametrize(("actual", "points"), [("88", 5), ("80", 4), ("79.9", 3), ("64", 3), ("63.9", 2)])
def test_points_of_a_target_of_80(actual, points):
    assert kpi_points(Fraction(actual), Fraction(80), less_is_better=False, thresholds=KPI.thresholds) == points


@pytest.mark.parametrize(("actual", "points"), [("80", 4), ("80.01", 5), ("80.000001", 5), ("79.99", 3), ("160", 5)])
def test_the_literal_reading_gives_5_only_above_the_target(actual, points):
    """Scheme §2.2: the literal preset, 5 where r > 1.00."""
    text = builtin_scheme_text().replace("points: 5, at_least: 1.10,", "points: 5, above: 1.00,")
    form = load_scheme(text).forms["kpi_customer_service"]
    row = next(one for one in form.rows if not one.less_is_better and not one.source_form)

    score = score_form(form, {row.code: {"actual": actual, "target": "80"}})

    assert {one.code: one.value for one in score.rows}[row.code] == points


@pytest.mark.parametrize(("spent", "points"), [("100", 4), ("99.99", 5), ("100.01", 3)])
def test_the_literal_reading_of_a_budget(spent, points):
    text = builtin_scheme_text().replace("points: 5, at_least: 1.10,", "points: 5, above: 1.00,")
    found = load_scheme(text).forms["kpi_customer_service"].thresholds

    assert kpi_points(Fraction(spent), Fraction(100), less_is_better=True, thresholds=found) == points


@pytest.mark.parametrize(("spent", "points"), [(104, 3), (126, 2), (100, 4), (0, 5), (90, 5)])
def test_points_of_a_budget_of_100(spent, points):
    assert kpi_points(Fraction(spent), Fraction(100), less_is_better=True, thresholds=KPI.thresholds) == points


@pytest.mark.parametrize(("actual", "target", "less_is_better", "points"), [
    (0, 0, False, None), (7, 0, False, None), (7, -1, False, None), (0, 0, True, 5), (1, 0, True, 2), (0, 7, True, 5),
])
def test_a_target_of_0_measures_nothing_where_more_is_better(actual, target, less_is_better, points):
    """Scheme §2.2: only where less is better does an actual of 0 bring the best points."""
    assert kpi_points(Fraction(actual), Fraction(target), less_is_better, KPI.thresholds) == points


def test_a_row_with_such_a_target_drops_out_like_one_without_an_actual():
    answers = {row.code: {"actual": "100", "target": "100"} for row in KPI.rows}

    score = score_form(KPI, answers | {"staff_training": {"actual": "0", "target": "0"}})

    assert score.flags == ("no_actual:staff_training",)
    assert score.value == 80


def test_the_documents_kpi_table_makes_76():
    wanted = [4, 4, 4, 4, 5, 4, 4, 3, 2, 4, 3]
    ratio = {5: "110", 4: "100", 3: "80", 2: "79"}
    answers = {}
    for row, points in zip(KPI.rows, wanted, strict=True):
        actual, target = ratio[points], "100"
        if row.less_is_better:
            actual, target = target, actual
        answers[row.code] = {"actual": actual, "target": target, "note": ""}

    score = score_form(KPI, answers)

    assert [row.value for row in score.rows] == wanted
    assert half_up(score.value) == Decimal("76.00")


def test_a_kpi_row_without_an_actual_drops_out_of_both_sums_and_is_flagged():
    answers = {row.code: {"actual": "100", "target": "100"} for row in KPI.rows if row.code != "staff_training"}

    score = score_form(KPI, answers)

    assert score.value == 80
    assert score.flags == ("no_actual:staff_training",)


def test_a_kpi_row_takes_its_actual_from_the_form_it_names():
    score = score_form(KPI, {}, context={"vp_card_management": Fraction(260, 3), "customer_questionnaire": None})

    found = {row.code: row.value for row in score.rows}
    assert found["service_rules"] == 4
    assert found["external_satisfaction"] is None


def test_the_tables_weights_are_the_documents():
    assert {view.code: view.weight for view in KPI.views} == {
        "finance": 15, "customer": 25, "process": 45, "learning": 15,
    }  # fmt: skip


def test_the_vp_card_of_4_4_5():
    score = score_form(SCHEME.forms["vp_card_staff"], {"standards_kept": "4", "work_quality": "4", "cooperation": "5"})

    assert half_up(score.value) == Decimal("86.67")
    assert half_up(score.value / 80, 4) == Decimal("1.0833")
    assert kpi_points(score.value, Fraction(80), less_is_better=False, thresholds=KPI.thresholds) == 4


@pytest.mark.parametrize(
    ("method", "value"),
    [("mean_x20", "81.67"), ("mean_minus_1_over_4", "77.08"), ("top_two_box", "75.00"), ("shrunk", "82.73")],
)
def test_twelve_answers_by_each_method(method, value):
    form = SURVEY.model_copy(update={"method": ScoreMethod(name=method, prior=Decimal("4.2"), weight=Decimal(10))})

    assert half_up(questionnaire_score(form, TWELVE, minimum=3).value) == Decimal(value)


def test_wilson_interval_of_nine_in_twelve():
    low, high = wilson(9, 12)

    assert (round(low, 2), round(high, 2)) == (46.77, 91.11)


def test_too_few_answers_are_missing_and_never_zero():
    score = questionnaire_score(SURVEY, TWELVE[:2], minimum=3)

    assert (score.value, score.count, score.enough) == (None, 2, False)


def test_not_applicable_and_skipped_drop_out_of_the_mean():
    answers = [{"overall": "5", "courtesy": "na"}, {"overall": "5"}, {"overall": "na"}, {}]

    score = questionnaire_score(SURVEY, answers, minimum=1)

    assert (score.value, score.count) == (100, 2)


def test_one_item_is_scored_alone():
    answers = [{"overall": "1", "complaint_handled": "4"}] * 3

    assert questionnaire_score(SURVEY, answers, item="complaint_handled", minimum=3).value == 80


def test_staff_year_end_with_and_without_customers():
    card = score_form(SCHEME.forms["vp_card_staff"], {"standards_kept": "4", "work_quality": "4", "cooperation": "5"})
    customers = questionnaire_score(SURVEY, TWELVE, minimum=3).value
    parts = [("manager_scoring", Fraction(84), 70), ("vp_feedback", card.value, 10)]

    both = year_end([*parts, ("customer_survey", customers, 20)])
    without = year_end([*parts, ("customer_survey", None, 20)])

    assert (shown(both.value), shown(without.value)) == (Decimal("83.80"), Decimal("84.33"))
    assert without.flags == ("missing:customer_survey",)
    assert sum(one.points for one in both.contributions) == both.value


def test_a_deduction_never_takes_an_item_below_zero():
    form = SCHEME.forms["scorecard_staff"]

    score = score_form(form, {"ethics": {"deducted": "9", "clause": "", "note": "x"}})

    assert score.value == 95
    assert {row.code: row.lost for row in score.rows}["ethics"] == 5


def test_thirteen_items_are_scaled_to_100():
    form = SCHEME.forms["inspection_monthly"]

    score = score_form(form, {"attendance": {"deducted": "2", "clause": "late", "note": ""}})

    assert form.points == 130
    assert half_up(score.value) == Decimal("98.46")


def test_a_test_below_its_mark_is_flagged():
    form = SCHEME.forms["theory_test"]

    assert score_form(form, {"company_rules": "20", "product_knowledge": "39.5"}).flags == ("failed",)
    assert score_form(form, {"company_rules": "20"}).flags == ("incomplete",)


@pytest.mark.parametrize("value", ["abc", "1/3", "1e9", "nan", "9" * 400, "-1"])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(Refusal):
        score_form(SCHEME.forms["scorecard_staff"], {"ethics": {"deducted": value}})


def test_a_rating_outside_the_scale_is_refused():
    with pytest.raises(Refusal):
        score_form(SCHEME.forms["vp_card_staff"], {"standards_kept": "6"})
