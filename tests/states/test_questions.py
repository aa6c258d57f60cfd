"""Which questions apply: golden cases, and that no hidden answer ever survives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.questions import applicable, unanswered_required, without_hidden
from states.scheme.questions import NOT_APPLICABLE, LongTextSpec, MatrixSpec, MultipleChoiceSpec, RatingSpec
from tests.question_texts import question_scheme

FORM = question_scheme().forms["every_kind"]
ALWAYS = {"overall", "waited", "recommend", "again", "phone", "polite", "nps", "channel", "complained", "product", "comment"}
CODES = sorted({one.code for one, _ in FORM.fields})
WORDS = st.sampled_from(["1", "3", "na", "yes", "no", "visit", "phone_call", "0", "2", "40", "price", "odd", ""])
ODD = st.one_of(WORDS, st.lists(st.one_of(WORDS, st.none(), st.just({})), max_size=3), st.none(), st.integers(), st.just({"a": []}))
ANSWERS = st.dictionaries(st.sampled_from([*CODES, "elsewhere"]), ODD)


@pytest.mark.parametrize(
    ("answers", "more"),
    [
        ({}, set()),
        ({"overall": "3"}, set()),
        ({"overall": "1"}, {"clear"}),
        ({"overall": "na"}, set()),
        ({"channel": "visit"}, {"reasons"}),
        ({"channel": "na"}, {"reasons"}),
        ({"channel": "phone_call"}, set()),
        ({"channel": "visit", "reasons": ["price"]}, {"reasons"}),
        ({"channel": "visit", "reasons": ["price", "speed"]}, {"reasons", "story"}),
        ({"complained": "yes"}, {"calls"}),
        ({"complained": "yes", "calls": "2"}, {"calls", "lately"}),
        ({"complained": "yes", "calls": "1.9"}, {"calls"}),
        ({"complained": "yes", "calls": "many"}, {"calls"}),
        ({"complained": "yes", "calls": "NaN"}, {"calls"}),
        # What hangs on a hidden question is hidden, whatever was sent for it.
        ({"complained": "no", "calls": "9"}, set()),
        ({"channel": "phone_call", "reasons": ["speed"]}, set()),
    ],
)
def test_a_question_applies_where_its_condition_holds(answers, more):
    assert applicable(FORM, answers) == ALWAYS | more


def test_answers_to_hidden_questions_go_and_the_rest_stays():
    said = {"complained": "no", "calls": "9", "lately": "2025-05-01", "product": "lamp", "ledger": {"deducted": "2"}}

    assert without_hidden(FORM, said) == {"complained": "no", "product": "lamp", "ledger": {"deducted": "2"}}


@pytest.mark.parametrize(
    ("answers", "missing"),
    [
        ({}, ("polite", "channel")),
        ({"overall": "1"}, ("polite", "clear", "channel")),
        ({"polite": "na", "channel": "na"}, ()),
        ({"polite": "3", "channel": "visit", "complained": "yes"}, ("calls",)),
        ({"polite": "3", "channel": "visit", "complained": "yes", "calls": "0"}, ()),
        ({"polite": "", "channel": []}, ("polite", "channel")),
    ],
)
def test_only_questions_that_apply_are_missed(answers, missing):
    assert unanswered_required(FORM, answers) == missing


@given(ANSWERS)
def test_no_answer_to_a_hidden_question_survives(answers):
    kept = without_hidden(FORM, answers)

    apply = applicable(FORM, answers)
    assert {code for code in kept if code != "elsewhere"} <= apply
    assert {code: answer for code, answer in answers.items() if code in apply or code == "elsewhere"} == kept
    assert applicable(FORM, kept) == apply
    assert without_hidden(FORM, kept) == kept


@given(ANSWERS)
def test_what_was_hidden_decides_nothing(answers):
    """Whatever stands in hidden fields, the page asks the same."""
    apply = applicable(FORM, answers)
    nonsense = {code: "1" for code in CODES if code not in apply}

    assert applicable(FORM, answers | nonsense) == apply
    assert set(unanswered_required(FORM, answers | nonsense)) <= apply


def test_what_is_asked_says_all_that_it_takes_from_its_form():
    asked = {one.code: one for one in FORM.asked}

    assert [one.code for one in FORM.asked] == [
        "overall", "waited", "recommend", "again", "phone", "nps", "channel", "reasons", "complained", "calls", "lately",
        "product", "story", "comment",
    ]  # fmt: skip
    assert isinstance(asked["overall"], RatingSpec)
    assert asked["overall"].not_applicable is True
    assert asked["waited"].not_applicable is False
    assert [level.value for level in asked["again"].levels] == [3, 1]
    assert isinstance(asked["phone"], MatrixSpec)
    assert [(row.code, row.required, row.not_applicable) for row in asked["phone"].rows] == [
        ("polite", True, True), ("clear", True, True),
    ]  # fmt: skip
    assert isinstance(asked["reasons"], MultipleChoiceSpec)
    assert isinstance(asked["comment"], LongTextSpec)


def test_what_is_scored_are_items_and_rows_on_the_forms_scale():
    assert [(one.code, one.weight, one.reversed) for one in FORM.scored] == [
        ("overall", 1, False), ("waited", 2, True), ("polite", 1, False), ("clear", 1, False),
    ]  # fmt: skip


def test_a_form_without_a_scale_takes_it_from_the_question():
    mood = question_scheme().forms["with_files"].asked[1]

    assert [level.value for level in mood.levels] == [3, 1]
    assert mood.not_applicable is False


def test_a_card_wants_every_scored_rating():
    card = question_scheme().forms["card"]

    assert unanswered_required(card, {}) == ("all",)
    assert unanswered_required(card, {"all": NOT_APPLICABLE}) == ()


def test_a_changed_copy_asks_what_it_says_itself():
    assert len(FORM.asked) == 14
    assert len(FORM.scored) == 4

    shorter = FORM.model_copy(update={"questions": (), "items": FORM.items[:1]})

    assert [one.code for one in shorter.asked] == ["overall", "recommend", "comment"]
    assert [one.code for one in shorter.scored] == ["overall"]
    assert FORM.model_copy() == FORM
