import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from forms.builder import answers_from, build_form, has_foreign_fields, prefill, sound_answers
from forms.kinds import KINDS
from forms.validators import decimal_of, plain_number, unsafe, written
from states.errors import Message
from states.scheme import builtin_scheme
from states.scoring import score_form

SCHEME = builtin_scheme()
STAFF = SCHEME.forms["scorecard_staff"]
KPI = SCHEME.forms["kpi_customer_service"]
CARD = SCHEME.forms["vp_card_management"]
CUSTOMERS = SCHEME.forms["customer_questionnaire"]


def filled(spec, typed=(), locale="en"):
    return build_form(spec, locale)(MultiDict(typed))


def said(form):
    return {name: [str(fault) for fault in faults] for name, faults in form.errors.items()}


@pytest.mark.parametrize("code", SCHEME.forms)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_form_of_the_scheme_has_a_page_in_both_languages(code, locale):
    spec = SCHEME.forms[code]

    form = build_form(spec, locale)()

    assert spec.kind in KINDS
    assert len(form._fields) > 0
    assert all(name.split("_")[0] in {"q", "clause", "times", "on", "note", "target"} for name in form._fields)


def test_a_form_is_built_once_for_a_language():
    assert build_form(STAFF, "zh") is build_form(STAFF, "zh_CN")
    assert build_form(STAFF, "zh") is not build_form(STAFF, "en")


def test_fields_stand_in_the_order_of_the_questions():
    names = [name for name in build_form(STAFF, "en")()._fields if name.startswith("q_")]

    assert names == [f"q_{one.code}" for one in (*STAFF.items, *STAFF.texts)]


def test_labels_speak_the_language():
    assert build_form(CARD, "zh")()["q_flexibility"].label.text == "制度灵活性"
    assert build_form(CARD, "en")()["q_flexibility"].label.text == "Flexibility of the rules"


def test_codes_that_shadow_the_library_are_harmless():
    for code in ("data", "errors", "validate", "meta", "process"):
        item = STAFF.items[0].model_copy(update={"code": code})
        area = STAFF.areas[0].model_copy(update={"items": (item,)})
        spec = STAFF.model_copy(update={"areas": (area,)})

        form = filled(spec, {f"q_{code}": "1", f"note_{code}": "why"})

        assert form.validate()
        assert answers_from(spec, form) == {code: {"deducted": "1", "clause": "", "note": "why"}}


def test_an_item_left_alone_is_deducted_nothing():
    form = filled(STAFF)

    assert form.validate()
    assert answers_from(STAFF, form)["ethics"] == {"deducted": "0", "clause": "", "note": ""}
    assert score_form(STAFF, answers_from(STAFF, form)).value == 100


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"q_ethics": "1"}, "Say why"),
        ({"q_ethics": "5.01", "note_ethics": "x"}, "At most 5"),
        ({"q_ethics": "NaN", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "Infinity", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "1e1", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "1/2", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "0x1", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "1_0", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "٣", "note_ethics": "x"}, "Enter a number"),
        ({"q_ethics": "-0.5", "note_ethics": "x"}, "minus"),
    ],
)
def test_a_submission_names_what_is_wrong_at_the_field(typed, fault):
    form = filled(STAFF, typed)

    assert not form.validate()
    assert fault in said(form)["q_ethics"][0]


def test_a_draft_may_be_wrong_but_not_unsafe():
    assert filled(STAFF, {"q_ethics": "lots", "clause_attendance": ""}).validate_draft()
    assert not filled(STAFF, {"note_ethics": "a\x00b"}).validate_draft()
    assert not filled(STAFF, {"note_ethics": "x" * 1001}).validate_draft()
    assert not filled(STAFF, {"clause_attendance": "invented"}).validate_draft()
    assert not filled(STAFF, [("q_ethics", "1"), ("q_ethics", "2")]).validate_draft()


def test_errors_are_messages_for_the_edge_to_translate():
    form = filled(STAFF, {"q_ethics": "9", "note_ethics": "x"})
    form.validate()

    assert all(isinstance(fault, Message) for faults in form.errors.values() for fault in faults)


def test_a_faulty_draft_is_scored_as_far_as_it_goes():
    answers = {"ethics": {"deducted": "lots"}, "attendance": {"deducted": "99", "note": "x"}, "relations": "odd"}

    assert score_form(STAFF, sound_answers(STAFF, answers)).value == 92


@pytest.mark.parametrize("code", SCHEME.forms)
@pytest.mark.parametrize("junk", [None, 1, "odd", [], ["5"], {}, {"deducted": [1]}, {"actual": 5, "target": {}}])
def test_answers_of_another_shape_break_nothing(code, junk):
    spec = SCHEME.forms[code]
    names = [name.partition("_")[2] for name in build_form(spec, "en")()._fields]

    answers = dict.fromkeys(names, junk)

    score_form(spec, sound_answers(spec, answers))
    prefill(spec, answers)


def test_what_was_answered_is_shown_again():
    typed = {"q_attendance": "4", "clause_attendance": "late", "note_attendance": "twice\r\nin May"}
    answers = answers_from(STAFF, filled(STAFF, typed))

    again = filled(STAFF, prefill(STAFF, answers))

    assert answers["attendance"] == {"deducted": "4", "clause": "late", "note": "twice\nin May"}
    assert answers_from(STAFF, again) == answers


def test_nothing_is_chosen_beforehand_on_a_card():
    assert not any(choice.selected for field in build_form(CARD, "en")() if hasattr(field, "iter_choices")
                   for choice in field.iter_choices())  # fmt: skip


def test_a_card_wants_every_item_a_questionnaire_does_not():
    assert said(card := filled(CARD, {"q_completeness": "4"})) == {}
    assert not card.validate()
    assert set(card.errors) == {"q_flexibility", "q_enforcement"}
    assert filled(CUSTOMERS).validate()


def test_skipped_and_not_applicable_are_not_the_same():
    answers = answers_from(CUSTOMERS, filled(CUSTOMERS, {"q_overall": "5", "q_return_visit": "na", "q_recommend": "0"}))

    assert answers == {"overall": "5", "return_visit": "na", "recommend": "0"}
    assert score_form(CUSTOMERS, answers).value == 100


@pytest.mark.parametrize("typed", [{"q_overall": "6"}, {"q_overall": "5.0"}, {"q_recommend": "11"}])
def test_an_answer_that_was_not_offered_is_refused(typed):
    assert not filled(CUSTOMERS, typed).validate()


def test_rows_from_elsewhere_have_no_fields():
    form = filled(KPI, {"q_external_satisfaction": "100", "q_customer_database": "24"})

    assert "q_external_satisfaction" not in form._fields
    assert "external_satisfaction" not in answers_from(KPI, form)


def test_a_missing_actual_is_missing_not_nought():
    answers = answers_from(KPI, filled(KPI, {"q_customer_database": "24"}))

    assert answers["analysis_reports"]["actual"] is None
    assert score_form(KPI, answers).value == 80


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"q_department_budget": "104"}, "target_department_budget"),
        ({"q_department_budget": "104", "target_department_budget": "0"}, "target_department_budget"),
        ({"q_staff_training": "-1"}, "q_staff_training"),
        ({"q_staff_training": "1234567890"}, "q_staff_training"),
    ],
)
def test_a_key_figure_needs_a_target_and_a_plain_actual(typed, name):
    form = filled(KPI, typed)

    assert not form.validate()
    assert name in form.errors


@pytest.mark.parametrize(
    ("typed", "understood"),
    [("２．５", "2.5"), (" 2 ", "2"), ("88%", "88"), ("８８％", "88"), ("1,040,000", "1040000"), ("１，０４０", "1040"),
     ("−2", "-2"), ("2,5", "2,5"), ("2.", "2."), ("", ""), ("二", "二")],
)  # fmt: skip
def test_figures_are_read_as_people_type_them(typed, understood):
    assert plain_number(typed) == understood


@given(st.decimals(min_value=0, max_value=999_999_999, places=6))
def test_a_written_figure_is_read_back_exactly(value):
    assert decimal_of(plain_number(written(value))) == value


@given(st.text())
def test_no_text_breaks_a_figure(text):
    decimal_of(plain_number(text))


@pytest.mark.parametrize("text", ["\x00", "a\x07", "\ud800", "a\u202eb", "x" * 11])
def test_what_cannot_be_stored_is_unsafe(text):
    assert unsafe(text, longest=10) is not None


def test_a_request_with_thousands_of_fields_is_no_browser():
    form = filled(STAFF)

    assert has_foreign_fields(form, [f"f{number}" for number in range(5000)])
    assert not has_foreign_fields(form, ["csrf_token", "do", "version", *form._fields])


def test_a_clause_counts_for_every_time_it_was_broken():
    form = filled(STAFF, {"clause_attendance": "late", "times_attendance": "3", "on_attendance": "2025-07-09"})

    assert form.validate()
    assert answers_from(STAFF, form)["attendance"] == {
        "deducted": "6", "clause": "late", "note": "", "times": "3", "on": "2025-07-09",
    }
    assert filled(STAFF, prefill(STAFF, answers_from(STAFF, form))).validate()


@pytest.mark.parametrize(
    ("typed", "place", "fault"),
    [
        ({"clause_attendance": "late", "q_attendance": "1"}, "q_attendance", "takes off 2"),
        ({"clause_attendance": "late", "times_attendance": "0"}, "q_attendance", "how many times"),
        ({"clause_attendance": "late", "times_attendance": "1.5"}, "times_attendance", "Round"),
        ({"clause_attendance": "late", "times_attendance": "-2"}, "q_attendance", ""),
        ({"clause_attendance": "late", "on_attendance": "yesterday"}, "on_attendance", "2025-07-09"),
        ({"clause_attendance": "late", "on_attendance": "2025-02-30"}, "on_attendance", "2025-07-09"),
    ],
)
def test_odd_times_and_days_are_named_at_their_field(typed, place, fault):
    form = filled(STAFF, typed)

    assert not form.validate()
    assert fault in said(form)[place][0]


@pytest.mark.parametrize("held", ["odd", [1], [{"points": "two"}], [{"points": "-2"}], [{"points": "2"}, None]])
def test_what_is_no_entry_counts_for_nothing(held):
    sound = sound_answers(STAFF, {"ethics": {"entries": held}})

    assert score_form(STAFF, sound).value in {100, 98}
