"""What forbids a running cycle to move to a newer version of its scheme."""

import re

import pytest

from states.scheme import builtin_scheme_text, load_scheme
from states.scheme.moving import Standing, Versions, obstacles, same_answers

TEXT = builtin_scheme_text()
OLD = load_scheme(TEXT)
KIND = OLD.cycle_kinds["year_end"]
STEPS = tuple(stage.code for stage in KIND.stages if stage.form_for(population="front_line", post="客服专员") or not stage.forms)


def changed(*replacements):
    text = TEXT
    for found, instead in replacements:
        assert re.search(found, text), found
        text = re.sub(found, instead, text, count=1)
    return load_scheme(text)


def with_kind(**changes):
    """The built-in scheme with another year-end; `stages` is a function of its stages."""
    stages = changes.pop("stages", lambda same: same)(KIND.stages)
    kind = KIND.model_copy(update={**changes, "stages": tuple(stages)})
    return OLD.model_copy(update={"cycle_kinds": {**OLD.cycle_kinds, "year_end": kind}})


def standing(*done, planned=None, **values):
    defaults = {"population": "front_line", "ranked_as": "front_line", "post": "客服专员", "stages": STEPS}
    return Standing(**(defaults | {"done": frozenset(done), "planned": planned or STEPS} | values))


def said(new, *reviews, filled=(), state="open"):
    found = obstacles(Versions(OLD, new, "year_end", frozenset(filled)), reviews, state=state)
    return [one.key % {name: getattr(value, "en", value) for name, value in one.data.items()} for one in found]


def edited(code, **changes):
    return lambda stages: [stage.model_copy(update=changes) if stage.code == code else stage for stage in stages]


def test_nothing_forbids_what_does_not_differ():
    assert said(OLD, standing("self_review"), standing(*STEPS[:3]), filled=OLD.forms) == []


@pytest.mark.parametrize("state", ["approving", "released", "closed", "cancelled"])
def test_a_cycle_past_calibration_does_not_move(state):
    assert said(OLD, state=state) == ["This cycle is past calibration: its grades stand by the version that they were made with."]


@pytest.mark.parametrize("state", ["draft", "open", "calibrating"])
def test_one_before_may(state):
    assert said(OLD, standing(*STEPS[: STEPS.index("calibration")]), state=state) == []


def test_a_kind_that_is_gone_or_another_kind_of_thing_is_refused():
    without = OLD.model_copy(update={"cycle_kinds": {k: v for k, v in OLD.cycle_kinds.items() if k != "year_end"}})

    assert said(without) == ["The new version has no such kind of cycle any more."]
    assert len(said(with_kind(period="month", record_kind="other", ranked=False))) == 3


def test_a_finished_step_stays():
    new = with_kind(stages=lambda stages: [one for one in stages if one.code != "self_review"])
    later = tuple(code for code in STEPS if code != "self_review")

    assert said(new, standing(planned=later)) == []
    assert said(new, *[standing("self_review", planned=later)] * 3) == [
        "Done already in 3 of the reviews: “Self review”. The new version leaves it out."
    ]


def test_a_finished_step_keeps_its_form():
    card = next(use.form for use in KIND.stage("vp_feedback").forms)
    new = with_kind(stages=edited("manager_scoring", forms=KIND.stage("vp_feedback").forms))

    assert card in OLD.forms
    assert said(new, standing("self_review")) == []
    assert said(new, standing("self_review", "manager_scoring")) == [
        "Done already in 1 of the reviews: “Manager scoring”. The new version asks another form there."
    ]


def test_a_form_that_changes_for_others_only_is_no_obstacle():
    uses = KIND.stage("manager_scoring").forms
    others = [use.model_copy(update={"form": "scorecard_staff"}) if use.populations else use for use in uses]
    new = with_kind(stages=edited("manager_scoring", forms=tuple(others)))

    boss = standing("self_review", "manager_scoring", population="management", post="客服主管")

    assert said(new, standing("self_review", "manager_scoring")) == []
    assert "another form" in said(new, boss)[0]


def test_a_finished_step_keeps_who_acts():
    new = with_kind(stages=edited("manager_scoring", actor="department_head"))

    assert "somebody else acts there" in said(new, standing("self_review", "manager_scoring"))[0]
    assert said(new, standing("self_review")) == []


def test_a_finished_step_keeps_its_weight():
    weights = {"manager_scoring": 60, "vp_feedback": 20}
    new = with_kind(parts=tuple(part.model_copy(update={"weight": weights.get(part.code, part.weight)}) for part in KIND.parts))

    assert said(new, standing("self_review")) == []
    assert said(new, standing("self_review", "manager_scoring")) == [
        "Done already in 1 of the reviews: “Manager scoring”. In the new version it weighs otherwise."
    ]


def test_a_finished_survey_keeps_how_many_answers_count():
    new = with_kind(stages=edited("internal_survey", least_to_count=9))
    boss = {"population": "management", "post": "客户服务经理", "stages": ("self_review", "internal_survey", "calibration")}
    planned = boss["stages"]
    shown = with_kind(stages=edited("internal_survey", least_to_show=9))

    assert said(new, standing("self_review", planned=planned, **boss)) == []
    assert "counts from another number" in said(new, standing("self_review", "internal_survey", planned=planned, **boss))[0]
    assert said(shown, standing("self_review", "internal_survey", planned=planned, **boss)) == []


def test_a_finished_step_stays_for_the_same_people():
    new = with_kind(stages=edited("vp_feedback", when="always"))

    assert said(new, standing("self_review")) == []
    assert "asks for it of other people" in said(new, standing("self_review", "manager_scoring", "vp_feedback"))[0]


def test_finished_steps_keep_their_order():
    swapped = ["manager_scoring", "self_review"]
    new = with_kind(stages=lambda stages: sorted(stages, key=lambda one: swapped.index(one.code) if one.code in swapped else 9))
    planned = (*swapped, *(code for code in STEPS if code not in swapped))

    assert any("another place" in one for one in said(new, standing("self_review", "manager_scoring", planned=planned)))
    assert said(new, standing(planned=planned)) == []


def extra(**values):
    return KIND.stage("self_review").model_copy(update={"code": "peer_review", "alongside": False} | values)


def inserted_before(code, stage):
    return lambda stages: [new for one in stages for new in ((stage, one) if one.code == code else (one,))]


def planned_before(code):
    return tuple(new for one in STEPS for new in (("peer_review", one) if one == code else (one,)))


def test_a_new_step_does_not_come_before_a_finished_one():
    new = with_kind(stages=inserted_before("manager_scoring", extra()))
    planned = planned_before("manager_scoring")

    assert said(new, standing("self_review", planned=planned)) == []
    assert said(new, standing("self_review", "manager_scoring", planned=planned)) == [
        "Not done in 1 of the reviews: “Self review”. The new version puts it before a step that is done."
    ]


def test_a_new_step_alongside_has_no_place_in_the_order():
    new = with_kind(stages=inserted_before("manager_scoring", extra(alongside=True)))

    assert said(new, standing("self_review", "manager_scoring", planned=planned_before("manager_scoring"))) == []


def test_nothing_comes_before_calibration_once_it_is_open():
    new = with_kind(stages=inserted_before("calibration", extra()))
    ready = standing(*STEPS[: STEPS.index("calibration")], planned=planned_before("calibration"))

    assert said(new, ready, state="open") == []
    assert len(said(new, ready, state="calibrating")) == 1


def test_a_survey_that_was_answered_early_does_not_hold_the_others_up():
    new = with_kind(stages=inserted_before("manager_scoring", extra()))

    assert said(new, standing("customer_survey", planned=planned_before("manager_scoring"))) == []


def test_a_step_left_out_may_stand_before_a_finished_one():
    ahead = standing("manager_scoring", skipped=frozenset({"self_review"}))

    assert said(OLD, ahead) == []


def test_closed_reviews_stand_by_their_version():
    assert said(OLD, standing(closed=True), standing(closed=True), standing()) == [
        "Closed, or shown to the person: 2 of the reviews. They stand by the version that they were made with."
    ]


def test_no_review_ends_by_a_move():
    assert said(OLD, standing("self_review", planned=("self_review",))) == [
        "No step would be left in 1 of the reviews. Let them finish first, or leave a step that is still to come."
    ]


def test_people_and_moved_grades_must_have_their_place():
    new = OLD.model_copy(update={"populations": OLD.populations[:0]})
    bands = OLD.distribution.model_copy(update={"bands": tuple(one for one in OLD.distribution.bands if one.code != "E")})

    assert "front_line" in said(new, standing())[0]
    assert said(OLD.model_copy(update={"distribution": bands}), standing(moved_to="E")) == [
        "The new version has no band “E”, to which 1 of the grades were moved."
    ]


def scored_on():
    return KIND.stage("manager_scoring").form_for(population="front_line", post="客服专员")


def test_a_form_that_holds_answers_keeps_its_items_and_points():
    form = OLD.forms[scored_on()]
    area = form.areas[0]
    item = area.items[0].model_copy(update={"points": area.items[0].points + 1})
    other = form.model_copy(update={"areas": (area.model_copy(update={"items": (item, *area.items[1:])}), *form.areas[1:])})
    new = OLD.model_copy(update={"forms": {**OLD.forms, form.code: other}})
    without = OLD.model_copy(update={"forms": {code: one for code, one in OLD.forms.items() if code != form.code}})

    assert said(new, standing()) == []
    assert "changes its items or points" in said(new, standing(), filled={form.code})[0]
    assert "has no such form" in said(without, standing(), filled={form.code})[0]


def test_the_wording_of_a_form_may_be_mended():
    form = OLD.forms[scored_on()]
    words = form.title.model_copy(update={"en": "Another title"})
    area = form.areas[0].model_copy(update={"title": words})

    assert same_answers(form, form.model_copy(update={"title": words, "areas": (area, *form.areas[1:])}))


@pytest.mark.parametrize("code", sorted(OLD.forms))
def test_every_form_is_like_itself_and_like_no_other_kind(code):
    form = OLD.forms[code]

    assert same_answers(form, form)
    assert not same_answers(form, None)
    assert not same_answers(form, next(one for one in OLD.forms.values() if one.kind != form.kind))


def test_how_a_scale_counts_is_part_of_the_answers():
    form = next(one for one in OLD.forms.values() if one.kind == "questionnaire")

    assert not same_answers(form, form.model_copy(update={"levels": form.levels[:-1]}))
    assert not same_answers(form, form.model_copy(update={"method": form.method.model_copy(update={"name": "top_two_box"})}))
