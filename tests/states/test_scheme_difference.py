"""Two schemes side by side, in sentences."""

import pytest

from states.scheme import builtin_scheme, builtin_scheme_codes, builtin_scheme_text, load_scheme
from states.scheme.difference import difference
from workflow_app.cli._saying import Teller

TEXT = builtin_scheme_text()
SCHEME = builtin_scheme()
ENGLISH, CHINESE = Teller("en"), Teller("zh")


def told(*changes, teller=ENGLISH):
    """The sentences about the built-in scheme after these replacements."""
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return [teller.say(one.message) for one in difference(SCHEME, load_scheme(text))]


def test_a_scheme_does_not_differ_from_itself_nor_by_its_number():
    assert told(("version: 1\n", "version: 7\n")) == []


SHARE = ("share: 5, barred", "share: 10, barred")
ETHICS = ("{code: ethics, title: {zh: 思想道德, en: Ethics}, points: 5}", "{code: ethics, title: {zh: 思想道德, en: Ethics}, points: 6}")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (SHARE, "Band A: share 5 → 10"),
        (ETHICS, "Form “Scorecard for staff”, Area “Conduct”, Item “Ethics”: points 5 → 6"),
        (("overdue: remind", "overdue: omit"),
         "Kind of cycle “Year-end appraisal”, Stage “Calibration by HR”: when overdue remind → go on without, flagged"),
        (("missing: renormalise", "missing: no_total"),
         "total of the year: where a part is missing the rest is scaled up → there is no total"),
        (("target: 24", "target: 30"),
         "View “Internal process”, Key figure “Customer database built and kept up”: target 24 → 30"),
        (("{zh: 优秀, en: Excellent}", "{zh: 卓越, en: Superb}"), "Band A: title “Excellent” → “Superb”"),
        (("  - {zh: 客观评价, en: Judge objectively}\n", ""), "principles: “Judge objectively” was removed."),
        (("  - {code: office,", "  - {code: lab, title: {zh: 实验室, en: Lab}}\n  - {code: office,"),
         "Population “Lab” was added after Population “Front line”."),
        (("  - {code: front_line,", "  - {code: lab, title: {zh: 实验室, en: Lab}}\n  - {code: front_line,"),
         "Population “Lab” was added as the first."),
        (("{form: scorecard_management, populations: [management]}", "{form: scorecard_management, populations: [office]}"),
         "Kind of cycle “Monthly appraisal”, Stage “Manager scoring”, Form “Scorecard for managers”: populations Management → Office"),
        (("{stage: vp_feedback, weight: 10}\n      - {stage: customer_survey, weight: 20}",
          "{stage: vp_feedback, weight: 20}\n      - {stage: customer_survey, weight: 10}"),
         "Kind of cycle “Year-end appraisal”, Weight of “VP feedback”: weight 10 → 20"),
        (("holidays: china", "holidays: china\n  extra_holidays: [2026-05-06, 2026-05-07]"),
         "calendar: further days off nothing → 2026-05-06, 2026-05-07"),
        (("fines: false", "fines: true"), "rulebook: fines no → yes"),
        (("at_least: 1.10", "above: 1.10"), "Threshold > 1.1"),
    ],
)  # fmt: skip
def test_what_changed_is_said_by_its_titles(change, said):
    assert any(said in sentence for sentence in told(change)), told(change)


def test_a_stage_that_came_in_between_says_after_which():
    stage = """      - code: peer_view
        title: {zh: 同事互评, en: Peer view}
        actor: peers
        forms: [{form: vp_card_staff}]
        days: 5
"""
    at = TEXT.index("      - code: vp_feedback\n")
    text = TEXT[:at] + stage + TEXT[at:]

    (one,) = difference(SCHEME, load_scheme(text))

    assert ENGLISH.say(one.message) == (
        "Kind of cycle “Year-end appraisal”: Stage “Peer view” was added after Stage “Manager scoring”."
    )
    assert (one.kind, one.path) == ("added", ("cycle_kinds", "year_end", "stages", "peer_view"))


def test_an_order_that_changed_is_told_by_the_fewest_moves():
    bands = SCHEME.populations
    other = SCHEME.model_copy(update={"populations": (bands[2], bands[0], bands[1])})

    assert [ENGLISH.say(one.message) for one in difference(SCHEME, other)] == ["Population “Management” now stands first."]
    assert [one.kind for one in difference(other, SCHEME)] == ["moved"]


def test_what_went_and_what_came_are_two_sentences():
    said = told(("{code: office,", "{code: desk,"), ("upwards: office", "upwards: desk"))

    assert "Population “Office” was removed." in said
    assert "Population “Office” was added after Population “Front line”." in said


def test_a_borrowed_form_and_a_scale_are_told_once():
    assert len(told(ETHICS)) == 1
    assert told(("{zh: 尚可, en: Acceptable}", "{zh: 尚可, en: Fair}"))[0].startswith("Scale “Satisfaction”, Level “Acceptable”")


def test_the_same_in_chinese():
    assert told(SHARE, ETHICS, teller=CHINESE) == [
        "表单“德勤能绩评分表（员工）”，方面“德”，项目“思想道德”：分值 5 → 6", "等级 A：比例 5 → 10",
    ]  # fmt: skip


def test_any_two_shipped_schemes_can_be_compared():
    for one in builtin_scheme_codes():
        for other in builtin_scheme_codes():
            found = difference(builtin_scheme(one), builtin_scheme(other))
            assert bool(found) == (one != other)
            assert all("%(" not in ENGLISH.say(each.message) for each in found)
