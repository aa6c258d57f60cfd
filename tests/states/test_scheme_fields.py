"""The editor's fields in plain values: the model as an outline, what is typed, what a button does, what a new entry holds."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.errors import Refusal
from states.scheme import SchemeErrors, builtin_scheme_text, load_scheme
from states.scheme.alone import form_alone
from states.scheme.checks import at
from states.scheme.editing import set_value, values_of
from states.scheme.forms import DeductionForm, Questionnaire
from states.scheme.inputs import GONE, apply_changes, changes, meant, path_from, pointer, shown
from states.scheme.model import Scheme
from states.scheme.options import REFERENCES, options
from states.scheme.outline import Field, Shape, field_at, fields_of, kinds_of, shape_of
from states.scheme.starters import free_key, starter
from states.scheme.steps import Step, step_from, take

TEXT = builtin_scheme_text()
VALUES = values_of(TEXT)
FORMS = shape_of(Scheme.model_fields["forms"].annotation).inner


def models(shape, seen=None):
    """Every model that an outline of the scheme leads to."""
    seen = set() if seen is None else seen
    for model in shape.models:
        if model not in seen:
            seen.add(model)
            for field in fields_of(model):
                models(field.shape, seen)
    if shape.inner:
        models(shape.inner, seen)
    return seen


EVERY_MODEL = models(Shape("model", models=(Scheme,)))


def test_every_field_of_the_model_is_a_field_of_the_editor_or_filled_in_by_the_product():
    hidden = {(model.__name__, name) for model in EVERY_MODEL for name in model.model_fields} - {
        (model.__name__, field.name) for model in EVERY_MODEL for field in fields_of(model)
    }

    assert {one for one in hidden if one[1] != "kind"} == {
        ("Scheme", "version"), ("When", "values"),  # as `is`
        *((owner, "levels") for owner in ("RatingCard", "Questionnaire", "RatingSpec", "MatrixSpec")),
    }  # fmt: skip
    assert len(EVERY_MODEL) > 30


def test_every_reference_belongs_to_a_field_that_is_there():
    known = {(model.__name__, field.name) for model in EVERY_MODEL for field in fields_of(model)}

    assert set(REFERENCES) <= known


def test_every_place_of_the_built_in_scheme_has_a_field_and_shows_what_it_means():
    def places(value, path=()):
        yield path
        for step, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
            yield from places(one, (*path, step))

    unknown = [path for path in places(VALUES) if path and field_at(VALUES, path) is None and path != ("version",) and path[-1] != "kind"]
    assert unknown == []
    typed = {pointer(path): shown(field_at(VALUES, path), at(VALUES, *path)) for path in places(VALUES) if path and field_at(VALUES, path)}
    assert changes(VALUES, typed) == {}


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        ("number", "10", 10), ("number", " 2.50 ", Decimal("2.50")), ("number", "１０", 10), ("number", "10 %", 10),
        ("number", "ten", "ten"), ("number_or", "其余", "rest"), ("number_or", "Rest", "rest"), ("words", " a\x00b ", "ab"),
        ("words", "", GONE), ("truth", "true", True), ("truth", "false", False), ("number", "1e5", "1e5"),
    ],
)  # fmt: skip
def test_what_is_typed_becomes_what_is_meant(kind, typed, value):
    assert meant(Field("x", "X", Shape(kind), required=False), [typed]) == value


def test_words_of_a_list_are_told_apart_by_commas_of_either_kind():
    field = Field("posts", "FormUse", Shape("list", inner=Shape("words")), required=False, default=())

    assert meant(field, ["客户服务经理，财务经理, 主管、专员"]) == ["客户服务经理", "财务经理", "主管", "专员"]
    assert meant(field, [""]) is GONE


def test_a_list_that_means_something_when_it_is_left_out_is_written_empty():
    edited = apply_changes(TEXT, TEXT, {"f/actions/0/needs": [""], "f/cycle_kinds/year_end/tests": [""]})

    values = values_of(edited)
    assert values["actions"][0]["needs"] == []
    assert "tests" not in values["cycle_kinds"]["year_end"]


def test_a_field_left_as_it_was_shown_changes_nothing():
    typed = {"f/actions/0/days": ["30"], "f/actions/0/owner": ["hr"], "f/distribution/bands/0/round_down": ["false"]}

    assert apply_changes(TEXT, TEXT, typed) == TEXT


def test_a_title_emptied_in_both_languages_goes_and_a_needed_one_stays_to_be_mended():
    typed = {f"f/forms/scorecard_staff/{name}/{code}": [""] for name in ("instructions", "title") for code in ("zh", "en")}

    form = values_of(apply_changes(TEXT, TEXT, typed))["forms"]["scorecard_staff"]

    assert "instructions" not in form
    assert form["title"] == {"zh": "", "en": ""}


def test_text_and_fields_changed_at_once_are_both_kept_where_they_fit():
    typed_text = set_value(TEXT, ("distribution", "bands", 1, "share"), 15)

    both = values_of(apply_changes(typed_text, TEXT, {"f/distribution/bands/0/share": ["10"], "f/distribution/bands/1/share": ["20"]}))

    assert [band["share"] for band in both["distribution"]["bands"]][:2] == [10, 15]


def test_fields_whose_entry_is_another_by_now_are_refused():
    gone = take(TEXT, Step("remove", "f/distribution/bands/0"))[0]

    with pytest.raises(Refusal, match="at the same time"):
        apply_changes(gone, TEXT, {"f/distribution/bands/1/share": ["10"]})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.text(min_size=1, max_size=8), st.integers(0, 9)), min_size=1, max_size=5))
def test_the_name_of_a_field_leads_back_to_its_path(path):
    values = nested(path)

    assert path_from(pointer(tuple(path)), values) == tuple(path)


def nested(path):
    value = "x"
    for step in reversed(path):
        value = {step: value} if isinstance(step, str) else [value] * 10
    return value


@pytest.mark.parametrize("name", ["", "f", "f/nothing", "csrf_token", "f/distribution/bands/99/share", "f/distribution/bands/x", "f//"])
def test_names_that_lead_nowhere_change_nothing(name):
    assert changes(VALUES, {name: ["1"]}) == {} or list(changes(VALUES, {name: ["1"]})) == [("distribution", "bands", 99, "share")]
    with pytest.raises(Refusal):
        apply_changes(TEXT, TEXT, {"f/distribution/bands/99/share": ["1"]})


# --- buttons -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pressed", ["save", "check", "add", "add ", "drop f/actions/0", ""])
def test_other_buttons_are_no_steps(pressed):
    assert step_from(pressed) is None


def test_a_step_adds_moves_and_removes():
    added, place = take(TEXT, Step("add", "f/cycle_kinds/year_end/stages"))
    moved, there = take(added, Step("up", pointer(place)))
    removed, _parent = take(moved, Step("remove", pointer(there)))

    assert (place[-1], there[-1]) == (10, 9)
    assert values_of(moved)["cycle_kinds"]["year_end"]["stages"][9]["code"] == "stage_1"
    assert removed == TEXT


def test_an_entry_at_the_end_stays_there():
    assert take(TEXT, Step("up", "f/actions/0"))[0] == TEXT
    assert take(TEXT, Step("down", "f/actions/5")) == (TEXT, ("actions", 5))


def test_a_copy_stands_behind_the_original_with_a_code_of_its_own():
    text, place = take(TEXT, Step("copy", "f/forms/vp_card_staff"))

    keys = list(values_of(text)["forms"])
    assert place == ("forms", "vp_card_staff_copy")
    assert keys.index("vp_card_staff_copy") == keys.index("vp_card_staff") + 1
    assert load_scheme(text).forms["vp_card_staff_copy"].title == load_scheme(TEXT).forms["vp_card_staff"].title


def test_an_optional_group_begins_and_ends():
    text, _place = take(TEXT, Step("begin", "f/cycle_kinds/spot_check/recurring"))
    assert "recurring" in values_of(text)["cycle_kinds"]["spot_check"]
    assert take(text, Step("remove", "f/cycle_kinds/spot_check/recurring"))[0] == TEXT


def test_a_code_that_is_taken_is_refused_and_odd_ones_are_tidied():
    with pytest.raises(Refusal, match="is there already"):
        take(TEXT, Step("add", "f/forms", key="confirmation", kind="text"))
    assert free_key(VALUES, ("forms",), "Mein Bogen!") == "mein_bogen"
    assert free_key(VALUES, ("forms",), "表单") == "form_1"


@pytest.mark.parametrize("name", ["f/nothing", "f/distribution/bands/0/share/x", "x", "f"])
@pytest.mark.parametrize("verb", ["add", "remove", "up", "copy", "begin"])
def test_steps_that_lead_nowhere_are_refused(verb, name):
    with pytest.raises(Refusal):
        take(TEXT, Step(verb, name))


# --- new entries ---------------------------------------------------------------------------------------------------


def lists(value, path=()):
    field = field_at(VALUES, path) if path else None
    if field is not None and field.shape.inner and (field.shape.inner.is_group or field.shape.inner.kind == "text"):
        yield path
    for step, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from lists(one, (*path, step))


EVERY_LIST = {(field_at(VALUES, path).model, field_at(VALUES, path).name, len(path)): path for path in lists(VALUES)}


@pytest.mark.parametrize("path", EVERY_LIST.values(), ids=map(str, EVERY_LIST))
def test_a_new_entry_lacks_nothing_but_its_titles(path):
    known = options(field_at(VALUES, path), VALUES, path) if isinstance(at(VALUES, *path), dict) else None
    key = known[0][0] if known and path[-1] not in {"forms", "cycle_kinds"} else ""
    text, place = take(TEXT, Step("add", pointer(path), kind="deduction" if path == ("forms",) else "", key=key))

    assert at(values_of(text), *place) is not None
    faults = [fault for fault in faults_of(text) if not set(fault[1]) & {"zh", "en"}]
    assert all("must make 100" in str(said) or "counts twice" in str(said) for _line, _path, said in faults)


@pytest.mark.parametrize("kind", [kind for model in FORMS.models for kind in kinds_of(model)])
def test_every_kind_of_form_can_be_begun(kind):
    text, _place = take(TEXT, Step("add", "f/forms", key="mine", kind=kind))

    assert values_of(text)["forms"]["mine"]["kind"] == kind
    assert all(set(fault[1]) & {"zh", "en"} for fault in faults_of(text))


def faults_of(text):
    try:
        load_scheme(text)
    except SchemeErrors as errors:
        return errors.faults
    return []


def test_letters_of_bands_and_values_of_levels_go_on():
    assert starter(VALUES, ("distribution", "bands"))["code"] == "F"
    assert starter(VALUES, ("scales", "satisfaction", "levels"))["value"] == 6


# --- references and previews ---------------------------------------------------------------------------------------


def codes(path):
    return [code for code, _title in options(field_at(VALUES, path), VALUES, path)]


def test_references_offer_what_the_file_has():
    assert codes(("cycle_kinds", "year_end", "parts", 0, "stage"))[:2] == ["self_review", "manager_scoring"]
    assert "customer_questionnaire:complaint_handled" in codes(("forms", "kpi_customer_service", "views", 0, "rows", 0, "source"))
    assert codes(("composition", "parts", 0, "pools", 0, "kinds")) == list(VALUES["cycle_kinds"])
    assert codes(("rulebook", "rules", 0, "leads_to")) == ["commendation", "merit", "great_merit", "warning", "demerit", "great_demerit"]
    assert options(field_at(VALUES, ("title",)), VALUES, ("title",)) is None


def test_a_form_is_read_alone_with_its_scale_and_what_it_borrows():
    broken = values_of(TEXT.replace("share: rest", "share: 30").replace("kind: kpi_table", "kind: nonsense", 1))

    assert isinstance(form_alone(broken, "self_review_staff"), DeductionForm)
    assert form_alone(broken, "self_review_staff").points == 100
    assert isinstance(form_alone(broken, "customer_questionnaire"), Questionnaire)
    assert len(form_alone(broken, "customer_questionnaire").levels) == 5
    assert form_alone(broken, "kpi_customer_service") is None
    assert form_alone(broken, "nothing") is None


def test_a_form_that_borrows_from_itself_is_none():
    assert form_alone({"forms": {"a": {"kind": "deduction", "title": {"zh": "一", "en": "a"}, "items_of": "a"}}}, "a") is None
