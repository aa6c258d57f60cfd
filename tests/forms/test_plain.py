"""A form of plain questions read by its table: exactly what the form itself takes, and nothing else."""

from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.builder import answers_from, build_form, sent_twice
from forms.plain import plain_answers
from states.scheme import builtin_scheme
from states.scheme.forms import Questionnaire
from tests.question_texts import question_scheme

OTHERS = 3
EVERY = question_scheme().forms["every_kind"]
BUILTIN = [one for one in builtin_scheme().forms.values() if isinstance(one, Questionnaire)]
PLAIN = {"rating", "single_choice", "yes_no", "short_text", "long_text"}
UNCONDITIONAL = EVERY.model_copy(update={"questions": tuple(
    one.model_copy(update={"rows": tuple(row for row in one.rows if not row.when)}) if one.kind == "matrix" else one
    for one in EVERY.questions if one.kind in {*PLAIN, "matrix"} and not one.when
)})  # fmt: skip
FORMS = [*BUILTIN, UNCONDITIONAL]
WORDS = st.one_of(
    st.sampled_from(["", "1", "5", "6", "01", " 1", "na", "NA", "yes", "no", "visit", "0", "10", "11", "a\x00", "\u202e", "x" * 4001]),
    st.text(max_size=12),
)  # fmt: skip


def by_the_form(spec, sent):
    form = build_form(spec, "en")(sent)
    if len(sent) > len(form._fields) + OTHERS or sent_twice(form, sent) or not form.validate():
        return None
    return answers_from(spec, form)


@st.composite
def sendings(draw):
    spec = draw(st.sampled_from(FORMS))
    form = build_form(spec, "en")()
    pairs = []
    for field in form:
        offered = [str(value) for value, *_ in getattr(field, "choices", [])] or ["fine", "two\r\nlines ", ""]
        pairs.append((field.name, draw(st.one_of(st.sampled_from(offered), st.sampled_from(offered), WORDS))))
    pairs = [pair for pair in pairs if draw(st.integers(0, 9))]
    names = st.sampled_from([*form._fields, "nonce", "shown", "more", "yet_more", "q_", "q_nobody"])
    if draw(st.booleans()):
        pairs += draw(st.lists(st.tuples(names, WORDS), max_size=6))
    return spec, MultiDict(pairs)


@settings(max_examples=400, deadline=None)
@given(sendings())
def test_the_table_takes_exactly_what_the_form_takes(sending):
    spec, sent = sending

    expected = by_the_form(spec, sent)
    found = plain_answers(spec, sent, others=OTHERS)

    assert found == expected
    assert found is None or list(found) == list(expected)


def test_a_whole_answer_is_read_by_the_table():
    for spec in FORMS:
        fields = build_form(spec, "en")()
        whole = MultiDict((one.name, next(iter([value for value, *_ in getattr(one, "choices", [])]), " fine\r\n")) for one in fields)

        found = plain_answers(spec, whole, others=OTHERS)

        assert found is not None
        assert found == by_the_form(spec, whole)
        assert len(found) == len(whole)


def test_a_form_with_other_questions_or_conditions_is_left_to_itself():
    assert plain_answers(EVERY, MultiDict([("q_overall", "1")]), others=OTHERS) is None
