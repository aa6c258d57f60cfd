"""Faults in the questions of forms: each with its line, what was found, what is allowed."""

from copy import deepcopy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms.builder import answers_from, build_form
from states.scheme import SchemeErrors, load_scheme
from states.scheme.difference import difference
from states.scheme.inputs import apply_changes, pointer
from states.scheme.loader import read_values
from states.scheme.options import options
from states.scheme.outline import field_at
from states.scheme.reading import read_document
from states.scheme.steps import Step, take
from states.scheme.values import at
from states.scoring import score_form
from tests.question_texts import EVERY_KIND, TEXT
from tests.states.mutations import ODD, paths_of
from workflow_app.cli._saying import Teller

QUESTIONS = ("forms", "every_kind", "questions")
KINDS = [
    "rating", "matrix", "recommendation", "single_choice", "multiple_choice", "yes_no", "number", "date", "short_text",
    "long_text", "file",
]  # fmt: skip


def faults_of(text):
    with pytest.raises(SchemeErrors) as refused:
        load_scheme(text)
    return refused.value.faults


def line_of(words, text):
    return next(number for number, line in enumerate(text.splitlines(), 1) if words in line)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # A condition refers to what stands before it.
        ("when: {question: overall, at_most: 1}", "when: {question: overal, at_most: 1}",
         "“overal” is no question before this one whose answer can be compared. Allowed: overall, waited, recommend, again, polite"),
        ("when: {question: overall, at_most: 1}", "when: {question: channel, is: [visit]}", "“channel” is no question before"),
        ("when: {question: overall, at_most: 1}", "when: {question: clear, at_most: 1}", "“clear” is no question before"),
        ("when: {question: overall, at_most: 1}", "when: {question: phone, at_most: 1}", "“phone” is no question before"),
        ("when: {question: reasons, is: [speed]}", "when: {question: product, is: [speed]}", "“product” is no question before"),
        ("when: {question: reasons, is: [speed]}", "when: {question: comment, is: [speed]}", "“comment” is no question before"),
        # It names answers that can be given.
        ("is: [visit, na]", "is: [visits]", "“visits” is no answer that the question offers; allowed: phone_call, visit, na."),
        ("is: [yes]", "is: [na]", "“na” is no answer that the question offers; allowed: yes, no."),
        ("is: [yes]", "is: [true]", "is True; allowed: text."),
        ("when: {question: overall, at_most: 1}", "when: {question: overall, is: [2]}", "offers; allowed: 3, 1, na."),
        ("when: {question: overall, at_most: 1}", "when: {question: waited, is: [na]}", "offers; allowed: 3, 1."),
        ("when: {question: overall, at_most: 1}", "when: {question: recommend, is: [11]}", "“11” is no answer that the question offers"),
        ("when: {question: overall, at_most: 1}", "when: {question: overall, at_least: 4}", "No answer to “overall” lies within"),
        ("when: {question: calls, at_least: 2}", "when: {question: calls, at_least: 41}", "No answer to “calls” lies within"),
        ("when: {question: calls, at_least: 2}", "when: {question: calls, at_least: 5, at_most: 4}", "No answer to “calls” lies within"),
        ("when: {question: calls, at_least: 2}", "when: {question: calls, is: [2]}", "“calls” asks for a figure; allowed:"),
        ("is: [visit, na]", "at_least: 2", "“channel” is answered by a choice; allowed: “is”."),
        ("is: [visit, na]", "is: [visit], at_least: 2", "A condition needs “is”, or else"),
        ("when: {question: calls, at_least: 2}", "when: {question: calls}", "A condition needs “is”, or else"),
        # Codes are the form's own.
        ("code: polite,", "code: overall,", "The code “overall” is taken in this form."),
        ("code: polite,", "code: clear,", "The code “clear” is"),
        ("code: nps,", "code: recommend,", "The code “recommend” is taken in this form."),
        ("code: story,", "code: channel,", "The code “channel” is"),
        ("code: visit,", "code: phone_call,", "The code “phone_call” is used twice here."),
        ("code: visit,", "code: na,", "“na” stands for “not applicable”; choose another code."),
        # Bounds let something through.
        ("lowest: 0\n", "lowest: 41\n", "“lowest” is 41 and “highest” 40; no answer lies between."),
        ("lowest: 1, highest: 5", "lowest: 5, highest: 5", "“lowest” is 5 and “highest” 5"),
        ("earliest: 2025-01-01", "earliest: 2026-01-01", "“earliest” is 2026-01-01 and “latest” 2025-12-31"),
        ("earliest: 2025-01-01", "earliest: 2025-02-30", "earliest"),
        ("longest: 20", "longest: 0", "allowed: at least 1"),
        # Ratings have a scale.
        ("title: {zh: 心情, en: Mood}, scale: three", "title: {zh: 心情, en: Mood}", "This form has no scale of its own"),
        ("title: {zh: 心情, en: Mood}, scale: three", "title: {zh: 心情, en: Mood}, scale: four", "“four” is not known"),
        ("{kind: rating, code: again,", "{kind: stars, code: again,", "is stars; allowed: 'rating', 'matrix'"),
        ("scored: false}", "scoored: false}", "is not known here; allowed:"),
        ("longest: 20}", "rows: []}", "is not known here; allowed: code, help, kind, longest, required, title, when."),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line(old, new, said):
    assert old in TEXT
    text = TEXT.replace(old, new, 1)

    found = [(line, str(message)) for line, _, message in faults_of(text)]

    assert any(said in message for _, message in found), found
    assert {line for line, message in found if said in message} & set(
        range(line_of("every_kind:", text), line_of("cycle_kinds:", text))
    )


def test_a_fault_stands_at_the_line_of_the_condition():
    text = TEXT.replace("is: [visit, na]", "is: [visits]")

    [(line, path, _)] = faults_of(text)

    assert line == line_of("is: [visits]", text)
    assert path == (*QUESTIONS, 4, "when", "is", 0)


def test_customers_are_asked_for_no_files():
    asked = TEXT.replace("longest: 20}\n", "longest: 20}\n      - {kind: file, code: photo, title: {zh: 照片, en: Photo}}\n").replace(
        "{code: scoring, title: {zh: 评分, en: Scoring}, actor: manager, forms: [{form: card}], days: 3, overdue: wait}",
        "{code: scoring, title: {zh: 评分, en: Scoring}, actor: customers, forms: [{form: every_kind}], days: 3, overdue: omit}",
    )

    found = [str(message) for _, _, message in faults_of(asked)]

    assert "Customers answer “every_kind”, and they hand in no files; ask for a text instead." in found
    assert load_scheme(TEXT.replace("longest: 20}\n", "longest: 20}\n      - {kind: file, code: photo, title: {zh: 照片, en: Photo}}\n"))


def test_a_rated_form_needs_something_to_score():
    text = TEXT.replace(", items: [{code: all, title: {zh: 总评, en: Overall}}]}", "}")
    of_questions = text.replace(
        "scale: three}\n", "scale: three, questions: [{kind: rating, code: all, title: {zh: 总评, en: Overall}}]}\n", 1
    )

    assert "Nothing in this form is scored" in str(faults_of(text)[0][2])
    assert [one.code for one in load_scheme(of_questions).forms["card"].scored] == ["all"]


def test_a_form_does_not_ask_without_end():
    many = "".join(f"      - {{kind: yes_no, code: q{n}, title: {{zh: 问, en: Q}}}}\n" for n in range(200))

    assert "questions stand here; allowed: 200." in str(faults_of(TEXT.replace(EVERY_KIND, EVERY_KIND + many))[0][2])


@pytest.mark.parametrize(("item", "taken"), [("polite", True), ("overall", True), ("again", False), ("channel", False)])
def test_a_key_figure_takes_an_item_that_is_scored(item, taken):
    row = f"{{code: calls, title: {{zh: 通话, en: Calls}}, weight: 100, target: 80, source: 'every_kind:{item}'}}"
    table = f"""  table:
    kind: kpi_table
    title: {{zh: 指标, en: Figures}}
    views: [{{code: all, title: {{zh: 全部, en: All}}, rows: [{row}]}}]
    thresholds: {{lines: [{{points: 5, at_least: 1}}], otherwise: 2}}
"""
    text = TEXT.replace("cycle_kinds:\n", f"{table}cycle_kinds:\n")

    if taken:
        assert load_scheme(text).forms["table"].rows[0].source_item == item
    else:
        assert f"“{item}” is not known to this scheme; allowed: overall, waited, polite, clear." in str(faults_of(text)[0][2])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_begun_in_the_editor(kind):
    text, path = take(TEXT, Step("add", pointer(QUESTIONS), kind=kind))
    begun = read_document(text).values["forms"]["every_kind"]["questions"][-1]

    assert path == (*QUESTIONS, 10)
    assert begun["kind"] == kind
    assert all(set(fault[1]) & {"zh", "en"} for fault in faults_of(text))


def test_the_editor_offers_what_a_condition_may_name():
    values = read_document(TEXT).values
    place = (*QUESTIONS, 4, "when")

    asked = options(field_at(values, (*place, "question")), values, (*place, "question"))
    answers = options(field_at(values, (*place, "is")), values, (*place, "is"))

    assert [code for code, _ in asked] == ["overall", "waited", "recommend", "again", "polite", "clear", "nps", "channel"]
    assert [code for code, _ in answers] == ["phone_call", "visit", "na"]


@pytest.mark.parametrize(("typed", "meant"), [("", None), ("true", True), ("false", False)])
def test_yes_no_or_as_the_form_says(typed, meant):
    name = pointer(("forms", "every_kind", "items", 0, "not_applicable"))

    text = apply_changes(TEXT, TEXT, {name: [typed]})

    assert load_scheme(text).forms["every_kind"].items[0].not_applicable is meant
    assert (text == TEXT) is (meant is None)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("reversed: true, weight: 2", "weight: 2", "Form “Every kind”, Item “Waited too long”: reversed yes → no"),
        ("weight: 2,", "weight: 3,", "Form “Every kind”, Item “Waited too long”: weight 2 → 3"),
        ("is: [visit, na]", "is: [visit]", "Form “Every kind”, Choice “Reasons”, asked when: answer is visit, na → visit"),
        (", when: {question: overall, at_most: 1}", "", "Table “Telephone”, Item “Clear”: asked when overall ≤ 1 → nothing"),
        ("layout: one_by_one", "layout: one_page", "layout one by one → all on one page"),
        ("highest: 40", "highest: 50", "Figure “Calls”: highest 40 → 50"),
    ],
)
def test_a_changed_question_is_told_in_words(old, new, said):
    assert old in TEXT
    [found] = difference(load_scheme(TEXT), load_scheme(TEXT.replace(old, new, 1)))

    assert said in Teller("en").say(found.message)


QUESTION_VALUES = read_document(TEXT)
PLACES = [path for path in paths_of(QUESTION_VALUES.values) if path[:1] == ("forms",) and len(path) > 2]


def read(values):
    try:
        return read_values(values, QUESTION_VALUES), []
    except SchemeErrors as refused:
        return None, refused.faults


@settings(max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLACES), st.sampled_from(ODD), st.sampled_from(PLACES))
def test_odd_questions_are_refused_with_a_line_or_can_be_asked(path, odd, other):
    """Whatever stands in the place of a question, an option or a condition, it is told; what is read, has a page."""
    *above, last = path
    for changed in (odd, at(QUESTION_VALUES.values, *other)):
        values = deepcopy(QUESTION_VALUES.values)
        at(values, *above)[last] = deepcopy(changed)
        scheme, faults = read(values)
        assert (scheme is None) is bool(faults)
        assert all(line >= 1 and "%(" not in str(message) for line, _, message in faults)
        for form in scheme.forms.values() if scheme else ():
            made = build_form(form, "en")()
            made.validate()
            assert score_form(form, answers_from(form, made)) is not None
