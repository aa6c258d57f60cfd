"""What many answers make: golden scores worked out by hand, and a second reading over random answers."""

import random
from decimal import Decimal
from fractions import Fraction
from functools import cache

import pytest

from states.errors import Refusal
from states.exact import half_up
from states.questionnaires import count_answer, questionnaire_score
from states.scheme import builtin_scheme, builtin_scheme_text, load_scheme
from states.scoring import score_form
from tests.states.second_survey import survey_score

METHODS = {
    "mean_x20": "{name: mean_x20, least_answered: %s}",
    "mean_minus_1_over_4": "{name: mean_minus_1_over_4, least_answered: %s}",
    "top_two_box": "{name: top_two_box, least_answered: %s}",
    "shrunk": "{name: shrunk, prior: 4.2, weight: 10, least_answered: %s}",
}
QUESTIONS = """
    items:
      - {code: overall, title: {zh: 总体, en: Overall}, weight: 2}
      - {code: waiting, title: {zh: 等得太久, en: I waited too long}, reversed: true}
      - {code: complaint, title: {zh: 投诉处理, en: Complaint handled}, when: {question: overall, is: [1, 2]}}
    questions:
      - kind: matrix
        code: staff
        title: {zh: 人员, en: Staff}
        rows:
          - {code: polite, title: {zh: 礼貌, en: Polite}, weight: 0.5}
          - {code: able, title: {zh: 能干, en: Able}}
"""
ITEMS = [
    {"code": "overall", "weight": 2}, {"code": "waiting", "reversed": True},
    {"code": "complaint", "when": {}}, {"code": "polite", "weight": "0.5"}, {"code": "able"},
]  # fmt: skip


@cache
def form_with(method="mean_x20", least_answered=0):
    """The internal questionnaire of the built-in scheme with other questions."""
    text = builtin_scheme_text()
    start = text.index("  internal_questionnaire:")
    items = text.index("    items:", start)
    end = text.index("  # 理论与实操", items)
    form = text[start:items].replace("{name: mean_x20}", METHODS[method] % least_answered)
    assert "least_answered" in form
    return load_scheme(text[:start] + form + QUESTIONS.lstrip("\n") + text[end:]).forms["internal_questionnaire"]


FORM = form_with()


def value_of(*answers, form=FORM, **options):
    return questionnaire_score(form, answers, minimum=1, **options).value


# --- golden scores -------------------------------------------------------------------------------------------------


def test_weights_weigh_within_an_answer():
    """(2 × 5 + 1 × 3 + 0.5 × 4) ÷ 3.5 = 30/7, of 5."""
    assert value_of({"overall": "5", "able": "3", "polite": "4"}) == Fraction(30, 7) / 5 * 100


def test_a_reversed_item_counts_lowest_plus_highest_less_what_was_given():
    """“I waited too long”: 5, agreed, counts 1; with 3 for overall (2 ×): (6 + 1) ÷ 3."""
    assert value_of({"overall": "3", "waiting": "5"}) == Fraction(7, 3) / 5 * 100
    assert value_of({"waiting": "1"}) == 100
    assert value_of({"waiting": "5"}, item="waiting") == 20


def test_rows_of_a_matrix_are_items_like_others():
    assert value_of({"polite": "5", "able": "2"}) == Fraction(9, 2) / Fraction(3, 2) / 5 * 100


def test_every_customer_weighs_the_same_however_many_questions_applied():
    assert value_of({"able": "5"}, {"overall": "1", "able": "1", "polite": "1", "waiting": "5"}) == 60


def test_all_not_applicable_is_no_answer_and_never_zero():
    score = questionnaire_score(FORM, [dict.fromkeys(("overall", "waiting", "polite", "able"), "na")], minimum=1)

    assert (score.value, score.count, score.answered, score.left_out) == (None, 0, 1, {"not_applicable": 1})


def test_skipped_is_told_apart_from_not_applicable():
    score = questionnaire_score(FORM, [{"overall": "na"}, {}, {"able": ""}, {"able": "4"}], minimum=1)

    assert (score.value, score.count, score.left_out) == (80, 1, {"skipped": 3})


def test_a_rating_of_0_is_a_rating():
    levels = tuple(level.model_copy(update={"value": level.value - 1}) for level in FORM.levels)
    form = FORM.model_copy(update={"levels": levels})

    assert value_of({"able": "0"}, form=form) == 0
    assert value_of({"able": "0"}, {"able": "4"}, form=form) == 50
    assert value_of({"waiting": "0"}, form=form) == 100


def test_a_hidden_answer_is_dropped_whoever_sent_it():
    """The complaint is asked of who is discontented: 1 of a contented customer is not read at all."""
    assert value_of({"overall": "5", "complaint": "1"}) == 100
    assert value_of({"overall": "2", "complaint": "5"}) == Fraction(2 * 2 + 5, 3) / 5 * 100
    assert questionnaire_score(FORM, [{"complaint": "1"}], minimum=1).left_out == {"skipped": 1}


@pytest.mark.parametrize(("answers", "counts"), [
    ({"overall": "5", "waiting": "1"}, True),
    ({"overall": "5"}, False),
    ({"overall": "5", "waiting": "na", "polite": "na", "able": "na"}, True),
    ({"overall": "5", "waiting": "na", "polite": "na"}, True),
    ({"overall": "1", "waiting": "1"}, False),
])  # fmt: skip
def test_an_answer_needs_half_of_what_applied(answers, counts):
    """2 of 4 · 1 of 4 · 1 of 1 · 1 of 2 · 2 of 5, since the complaint applies too."""
    counted = count_answer(form_with(least_answered=50), answers)

    assert (counted.value is not None, counted.why_not) == (counts, "" if counts else "too_little")


def test_what_does_not_count_counts_for_no_single_item_either_and_says_so():
    full = {"overall": "4", "waiting": "2", "polite": "4", "able": "4"}

    score = questionnaire_score(form_with(least_answered=60), [full, full, {"overall": "1"}], item="overall", minimum=2)

    assert (score.value, score.count, score.left_out) == (80, 2, {"too_little": 1})


def test_the_minimum_is_of_answers_that_count():
    full = {"overall": "4", "waiting": "2", "polite": "4", "able": "4"}

    score = questionnaire_score(form_with(least_answered=60), [full, full, {"overall": "4"}], minimum=3)

    assert (score.value, score.enough, score.count, score.answered, score.least) == (None, False, 2, 3, 3)
    assert score.interval is None


def test_a_rating_off_the_scale_is_refused():
    with pytest.raises(Refusal):
        value_of({"able": "6"})


# --- the split by item, and the interval ---------------------------------------------------------------------------


def test_the_split_by_item_says_whose_answers_are_in_it():
    score = questionnaire_score(FORM, [{"overall": "5", "waiting": "5"}, {}, {"overall": "3"}], minimum=1)

    assert [(one.code, one.value, one.of) for one in score.items] == [("overall", 80, {0, 2}), ("waiting", 20, {0})]
    assert score.counted == {0, 2}


@pytest.mark.parametrize(("method", "interval"), [
    ("mean_x20", (69.01, 94.33)), ("mean_minus_1_over_4", (61.26, 92.91)), ("top_two_box", (46.77, 91.11)),
    ("shrunk", (75.82, 89.63)),
])  # fmt: skip
def test_the_interval_fits_the_method(method, interval):
    """Twelve answers 5×5, 4×4, 3×2, 2×1: mean 49/12, deviation 0.9962, t of 11 degrees 2.2010: ± 0.6330."""
    answers = [{"able": str(value)} for value in [5] * 5 + [4] * 4 + [3] * 2 + [2]]

    low, high = questionnaire_score(form_with(method), answers, minimum=3).interval

    assert (round(low, 2), round(high, 2)) == interval


def test_an_interval_stays_on_the_scale_and_is_none_where_it_says_nothing():
    assert questionnaire_score(FORM, [{"able": "5"}, {"able": "1"}], minimum=1).interval == (0, 100)
    assert questionnaire_score(FORM, [{"able": "5"}] * 4, minimum=1).interval is None
    assert questionnaire_score(FORM, [], minimum=1).interval is None


# --- cards ---------------------------------------------------------------------------------------------------------


def test_a_card_weighs_and_turns_its_items_too():
    card = builtin_scheme().forms["vp_card_staff"]
    kept, quality, cooperation = card.items
    items = (kept.model_copy(update={"weight": Decimal(3)}), quality.model_copy(update={"reversed": True}), cooperation)

    score = score_form(card.model_copy(update={"items": items}), {"standards_kept": "5", "work_quality": "5", "cooperation": "3"})

    assert [(row.value, row.weight, row.given) for row in score.rows] == [(5, 3, None), (1, 1, 5), (3, 1, None)]
    assert score.value == Fraction(5 * 3 + 1 + 3, 5) / 5 * 100


# --- read a second time --------------------------------------------------------------------------------------------


def plain(method, least_answered):
    rules = {"name": method, "least_answered": least_answered}
    rules |= {"prior": "4.2", "weight": "10"} if method == "shrunk" else {}
    return {"levels": [5, 4, 3, 2, 1], "items": ITEMS, "method": rules}


@pytest.mark.parametrize("least_answered", [0, 40, 100])
@pytest.mark.parametrize("method", METHODS)
def test_a_second_reading_agrees_over_random_answers(method, least_answered):
    """In the second reading the complaint is put to who gave 1 or 2, by dropping it from the others beforehand."""
    dice = random.Random(f"{method} {least_answered}")
    form, other = form_with(method, least_answered), plain(method, least_answered)
    for _ in range(60):
        answers = [
            {item["code"]: dice.choice(["1", "2", "3", "4", "5", "5", "na", ""]) for item in ITEMS if dice.random() < 0.9}
            for _ in range(dice.randrange(9))
        ]
        put = [one if one.get("overall") in {"1", "2"} else one | {"complaint": "na"} for one in answers]
        least = dice.randrange(1, 5)

        score = questionnaire_score(form, answers, minimum=least)

        value, count, why = survey_score(other, put, least)
        assert score.value == (None if value is None else Fraction(*value))
        assert (score.count, dict(score.left_out)) == (count, why)
        assert score.value is None or 0 <= half_up(score.value) <= 100
