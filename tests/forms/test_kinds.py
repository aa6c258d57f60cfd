"""Every kind of question: read, shown again, checked, sound; and what no browser sends."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.builder import answers_from, build_form, has_foreign_fields, prefill, sent_twice, sound_answers
from forms.kinds import QUESTIONS
from forms.kinds.base import when_data
from forms.validators import day_of, plain_day
from states.questions import applicable
from states.scheme.questions import When
from states.scoring import score_form
from tests.question_texts import question_scheme

SCHEME = question_scheme()
FORM, PAPERS = SCHEME.forms["every_kind"], SCHEME.forms["with_files"]
WHOLE = [
    ("q_overall", "1"), ("q_waited", "3"), ("q_recommend", "0"), ("q_again", "na"), ("q_polite", "na"), ("q_clear", "3"),
    ("q_nps", "5"), ("q_channel", "visit"), ("q_reasons", "speed"), ("q_reasons", "price"), ("q_complained", "yes"),
    ("q_calls", "２.5"), ("q_lately", "2025年7月9日"), ("q_product", " lamp "), ("q_story", "one\r\ntwo"), ("q_comment", "fine"),
]  # fmt: skip
SAID = {
    "overall": "1", "waited": "3", "recommend": "0", "again": "na", "polite": "na", "clear": "3", "nps": "5", "channel": "visit",
    "reasons": ["price", "speed"], "complained": "yes", "calls": "2.5", "lately": "2025-07-09", "product": "lamp",
    "story": "one\ntwo", "comment": "fine",
}  # fmt: skip
LEAST = [("q_polite", "3"), ("q_channel", "phone_call")]


def filled(spec, typed=(), locale="en"):
    return build_form(spec, locale)(MultiDict(typed))


def faults(form):
    return {name: [str(fault) for fault in found] for name, found in form.errors.items()}


def sent(form):
    """The fields as a browser sends them back."""
    return [
        (field.name, one) for field in form for one in (field.data if isinstance(field.data, list) else [field.data]) if one
    ]  # fmt: skip


def test_the_registry_knows_every_kind_of_the_scheme():
    kinds = {one.kind for spec in (FORM, PAPERS) for one in spec.asked}

    assert kinds == set(QUESTIONS)


def test_what_is_typed_becomes_answers_and_is_shown_again():
    form = filled(FORM, WHOLE)

    assert form.validate(), faults(form)
    assert answers_from(FORM, form) == SAID
    again = build_form(FORM, "zh")(data=prefill(FORM, SAID))
    assert answers_from(FORM, filled(FORM, sent(again))) == SAID
    assert sound_answers(FORM, SAID) == SAID


def test_the_boxes_ticked_are_ticked_when_shown_again():
    field = build_form(FORM, "en")(data=prefill(FORM, SAID))["q_reasons"]

    assert [(choice.value, choice.selected) for choice in field.iter_choices()] == [("price", True), ("speed", True), ("na", False)]


def test_nothing_is_chosen_beforehand_anywhere():
    form = build_form(FORM, "en")()

    assert not any(choice.selected for field in form if hasattr(field, "iter_choices") for choice in field.iter_choices())
    assert answers_from(FORM, form) == {}


def test_fields_stand_in_page_order_and_know_their_question():
    form = build_form(FORM, "zh")()

    assert [name[2:] for name in form._fields] == [one.code for one, _ in FORM.fields]
    assert form["q_overall"].about.help == "最近一年"
    assert (form["q_clear"].about.table, form["q_clear"].about.required) == ("phone", True)
    assert (form["q_calls"].about.unit, form["q_calls"].about.kind) == ("次", "number")
    assert form["q_calls"].about.when == When.model_validate({"question": "complained", "is": ["yes"]})


@pytest.mark.parametrize(
    ("name", "typed", "fault"),
    [
        ("q_calls", ["-1"], "at least 0"), ("q_calls", ["40.1"], "at most 40"), ("q_calls", ["2.55"], "Round this to 1"),
        ("q_calls", ["many"], "Enter a number"), ("q_calls", [], "Enter a figure."),
        ("q_lately", ["2024-12-31"], "on or after 2025-01-01"), ("q_lately", ["2026-01-01"], "on or before 2025-12-31"),
        ("q_lately", ["2025-02-30"], "Write the day"), ("q_lately", ["yesterday"], "Write the day"),
        ("q_product", ["x" * 21], "Shorten this to 20"), ("q_product", ["a\x00b"], "characters that cannot be stored"),
        ("q_story", ["x" * 4001], "Shorten this"), ("q_reasons", ["price", "na"], "not both"),
        ("q_reasons", ["price", "fun"], "answers offered"), ("q_reasons", ["price", "price"], "more than once"),
        ("q_channel", ["letter"], "answers offered"), ("q_channel", ["visit", "phone_call"], "more than once"),
        ("q_complained", ["maybe"], "answers offered"), ("q_nps", ["0"], "answers offered"), ("q_polite", ["2"], "answers offered"),
        ("q_polite", [], "Choose one of the steps."), ("q_waited", ["na"], "answers offered"),
    ],
)  # fmt: skip
def test_a_fault_is_named_at_its_field(name, typed, fault):
    form = filled(FORM, [(key, value) for key, value in WHOLE if key != name] + [(name, one) for one in typed])

    assert not form.validate()
    assert fault in faults(form)[name][0]


@pytest.mark.parametrize(
    "sent_fields",
    [
        [("q_reasons", "price"), ("q_reasons", "price")], [("q_overall", "3"), ("q_overall", "1")], [("q_channel", "letter")],
        [("q_story", "x" * 4001)], [("q_product", "\x00")], [("q_nps", "11")], [("q_reasons", "fun")],
    ],
)  # fmt: skip
def test_what_cannot_be_stored_is_no_draft_either(sent_fields):
    assert not filled(FORM, sent_fields).validate_draft()


def test_a_draft_may_be_half_done():
    assert filled(FORM, [("q_calls", "many"), ("q_lately", "soon"), ("q_reasons", "na"), ("q_reasons", "price")]).validate_draft()


def test_hidden_questions_are_neither_required_nor_wrong_nor_kept():
    form = filled(FORM, [*LEAST, ("q_calls", "many"), ("q_lately", "soon"), ("q_reasons", "speed"), ("q_story", "x" * 9000)])

    assert form.validate(), faults(form)
    assert answers_from(FORM, form) == {"polite": "3", "channel": "phone_call"}
    assert "calls" not in form.applicable()


def test_a_made_up_choice_is_refused_even_where_it_is_hidden():
    form = filled(FORM, [*LEAST, ("q_reasons", "fun")])

    assert not form.validate()


def test_what_a_further_answer_asks_for_is_missed():
    form = filled(FORM, [*LEAST, ("q_complained", "yes"), ("q_overall", "1")])

    assert not form.validate()
    assert faults(form) == {"q_clear": ["Choose one of the steps."], "q_calls": ["Enter a figure."]}


def test_only_groups_of_boxes_come_twice():
    form = filled(FORM)

    assert not sent_twice(form, MultiDict(WHOLE))
    assert sent_twice(form, MultiDict([*WHOLE, ("q_overall", "3")]))
    assert sent_twice(form, MultiDict([("nonce", "a"), ("nonce", "b")]))


def test_thousands_of_fields_or_boxes_are_refused_quickly():
    boxes = [("q_reasons", f"x{number}") for number in range(5000)]
    began = process_time()  # a busy machine takes longer, and computes no more

    assert has_foreign_fields(filled(FORM), [f"f{number}" for number in range(5000)])
    assert not filled(FORM, boxes).validate_draft()
    assert process_time() - began < 5


def test_files_are_known_by_their_numbers():
    form = filled(PAPERS, [("q_papers", "12"), ("q_papers", "7"), ("q_mood", "3")])

    assert form.validate(), faults(form)
    assert answers_from(PAPERS, form) == {"papers": ["12", "7"], "mood": "3"}
    assert faults_after(PAPERS, [("q_papers", "1"), ("q_papers", "2"), ("q_papers", "3")]) == {"q_papers": ["Hand in at most 2 files."]}
    assert faults_after(PAPERS, []) == {"q_papers": ["Hand in a file here."]}


@pytest.mark.parametrize("number", ["../etc/passwd", "-1", "1.5", "٣", "9" * 19, "1\x00", " 1"])
def test_what_is_no_number_of_a_file_is_refused(number):
    assert not filled(PAPERS, [("q_papers", number)]).validate_draft()
    assert sound_answers(PAPERS, {"papers": [number, "4"]})["papers"][-1] == "4"


def faults_after(spec, typed):
    form = filled(spec, typed)
    form.validate()
    return faults(form)


JUNK = [None, 1, "odd", [], ["5"], {}, [{}], [None], {"a": [1]}, "x" * 9000, "\x00", ["price", ["speed"]]]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("spec", [FORM, PAPERS])
def test_answers_of_another_shape_break_nothing(spec, junk):
    answers = {one.code: junk for one, _ in spec.fields}

    sound = sound_answers(spec, answers)

    build_form(spec, "en")(data=prefill(spec, answers))
    score_form(spec, sound)
    assert filled(spec, sent(build_form(spec, "en")(data=prefill(spec, sound)))).validate_draft()


TYPED = st.one_of(
    st.sampled_from(["1", "3", "na", "yes", "no", "visit", "phone_call", "price", "speed", "2.5", "40", "2025-07-09", "0", ""]),
    st.text(max_size=12),
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([f"q_{one.code}" for one, _ in FORM.fields]), TYPED), max_size=25))
def test_whatever_is_sent_nothing_hidden_is_kept_and_what_passes_is_sound(typed):
    form = filled(FORM, typed)

    passes, answers = form.validate(), answers_from(FORM, form)

    assert set(answers) <= applicable(FORM, answers) == form.applicable()
    if passes:
        assert sound_answers(FORM, answers) == answers
        again = filled(FORM, sent(build_form(FORM, "en")(data=prefill(FORM, answers))))
        assert again.validate(), faults(again)
        assert answers_from(FORM, again) == answers


@pytest.mark.parametrize(
    ("typed", "understood"),
    [("2025-07-09", "2025-07-09"), ("2025/7/9", "2025-07-09"), ("２０２５年７月９日", "2025-07-09"), ("2025.12.31", "2025-12-31"),
     ("2025-02-30", "2025-02-30"), ("9.7.2025", "9.7.2025"), ("", ""), ("0000-01-01", "0000-01-01")],
)  # fmt: skip
def test_days_are_read_as_people_type_them(typed, understood):
    assert plain_day(typed) == understood


@given(st.text())
def test_no_text_breaks_a_day(text):
    assert day_of(plain_day(text)) is None or plain_day(plain_day(text)) == plain_day(text)


@given(st.dates())
def test_a_day_is_read_back(day):
    assert day_of(plain_day(f"{day.year:04d}/{day.month}/{day.day}")) == day


def test_the_page_is_told_conditions_as_data():
    assert when_data(When.model_validate({"question": "calls", "at_least": 2})) == {"data-when": "q_calls", "data-at-least": "2"}
    assert when_data(When.model_validate({"question": "channel", "is": ["visit", "na"]})) == {
        "data-when": "q_channel", "data-is": "visit na",
    }  # fmt: skip
    assert when_data(None) == {}
