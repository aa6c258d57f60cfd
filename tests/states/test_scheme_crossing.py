"""Faults between the sections: each is named with its line, what was found and what is allowed."""

import pytest

from states.scheme import SchemeErrors, builtin_scheme_text, load_scheme

TEXT = builtin_scheme_text()
SPOT = "    title: {zh: 抽检, en: Spot check}\n"
STAGE = "      - {code: extra, title: {zh: 另加, en: Extra}, days: 3, "


def faults_of(*changes):
    text = TEXT
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    with pytest.raises(SchemeErrors) as refused:
        load_scheme(text)
    return refused.value, text


def stage(rest):
    """A further stage of the spot check."""
    start = TEXT.index("    record_kind: spot_check\n")
    head = TEXT[start : TEXT.index("      - code: inspection\n", start)]
    return head, head + STAGE + rest + "}\n"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        # who acts
        (*stage("actor: 'role:treasurer', forms: [{form: confirmation}]"), "“treasurer” is not known to this scheme"),
        (*stage("actor: peers"), "A stage of “peers” needs a form"),
        (*stage("actor: hr, forms: [{form: confirmation}]"), "“hr” fills no forms"),
        (*stage("actor: customers, forms: [{form: vp_card_staff}]"), "“vp_card_staff” is a rating_card"),
        (*stage("actor: manager, forms: [{form: confirmation}], least_to_count: 2"), "Only a group has “least_to_count”"),
        (*stage("actor: peers, forms: [{form: vp_card_staff}], least_to_count: 4, least_to_show: 3"),
         "shown from 3 on but count from 4 on"),
        (*stage("actor: peers, forms: [{form: vp_card_staff}], least_to_count: 9"), "shown from 5 on but count from 9 on"),
        ("minimum_answers: {to_count: 3, to_show: 5}", "minimum_answers: {to_count: 6, to_show: 5}", "shown from 5 on but count from 6 on"),
        ("        actor: vp\n", "        actor: customers\n", "Customers act in a second stage"),
        (*stage("actor: manager"), "it needs a form for “manager”"),
        (*stage("actor: vp"), "it needs a form for “vp”"),
        (*stage("actor: department_head"), "it needs a form for “department_head”"),
        (*stage("actor: hr"), "“hr” acts in calibration, approval and release"),
        (*stage("actor: general_manager"), "“general_manager” acts in calibration"),
        (*stage("actor: self"), "the person rated only signs, once, at the end"),
        ("      - code: feedback_interview\n", STAGE + "actor: hr}\n      - code: feedback_interview\n",
         "“hr” acts in calibration, approval and release"),
        ("    period: year\n", "    period: half_year\n", "A ranked kind has the period “year”; this one has “half_year”."),
        # what counts
        ("{stage: vp_feedback, weight: 10}", "{weight: 10}", "A part needs one of “stage” and “test”"),
        ("{stage: vp_feedback, weight: 10}", "{stage: vp_feedback, test: theory_test, weight: 10}", "A part needs one of"),
        ("{stage: vp_feedback, weight: 10}", "{stage: approval, weight: 10}", "“approval” has no form that makes a score"),
        ("{stage: vp_feedback, weight: 10}", "{stage: feedback_interview, weight: 10}", "has no form that makes a score"),
        ("{stage: vp_feedback, weight: 10}", "{test: swimming, weight: 10}", "“swimming” is not known"),
        ("tests: [theory_test, practical_test]", "tests: [confirmation]", "“confirmation” is no test"),
        ("    parts: [{stage: inspection, weight: 100}]\n", "", "A kind of cycle needs “parts”"),
        # key figures
        ("source: vp_card_management", "source: confirmation", "“confirmation” is a text"),
        ("source: vp_card_management", "source: kpi_customer_service", "is a kpi_table"),
        ("source: vp_card_management", "source: inspection_spot", "“inspection_spot” is filled in no stage of “year_end”"),
        # closing
        ("      - code: release\n", "      - code: releases\n", "in this order; it has: calibration, approval."),
        ("    ranked: true\n", "", "belong to a ranked kind"),
        # records and days
        ("    record_kind: monthly_inspection\n", "    record_kind: weekly_inspection\n", "whose period is another"),
        ("also_called: [年终]", "also_called: [月检]", "“月检” names two kinds of records"),
        ("time_zone: Asia/Shanghai", "time_zone: Asia/Chungking2", "is no time zone"),
        ("time_zone: Asia/Shanghai", "time_zone: America", "is no time zone"),
        ("holidays: china", "holidays: china\n  extra_holidays: [2026-05-06]\n  extra_workdays: [2026-05-06]", "a working day at once"),
        ("holidays: china", "holidays: china\n  extra_holidays: [20260506]", "a day such as 2026-05-01"),
        ("holidays: china", "holidays: china\n  extra_holidays: [2026-02-30]", "extra_holidays"),
        # rulebook, gates
        ("leads_to: merit", "leads_to: knighthood", "“knighthood” is not known"),
        ("item: relations", "item: haircut", "“haircut” is not known"),
        ("leads_to: demerit, item: ethics", "leads_to: demerit, bonus: 2", "A sanction gives no bonus"),
        ("bonus: 5}", "bonus: 25}", "allowed: at most 10"),
        ("forms: [theory_test]\n", "forms: [confirmation]\n", "“confirmation” is no test"),
        # scales, thresholds, populations
        ("{value: 4, title: {zh: 基本满意", "{value: 5, title: {zh: 基本满意", "The value 5 stands twice"),
        ("at_least: 1.00", "at_least: 1.50", "This line asks 1.50 after one that asks 1.10"),
        ("{zh: 管理人员, en: Management}}", "{zh: 管理人员, en: Management}, upwards: front_line}", "runs in a circle"),
        ("upwards: management", "upwards: office", "runs in a circle"),
        # bands
        ("share: 5, barred", "share: 5, below: 90, barred", "“below” cannot stand here"),
        ("share: 5, round_down", "share: 5, at_least: 60, round_down", "“at_least” cannot stand here"),
        ("share: 20, coefficient: 1.2", "share: 20, at_least: 80, below: 70, coefficient: 1.2", "is empty"),
        ("      D: {zh: 差, en: Very poor}", "      Q: {zh: 差, en: Very poor}", "“Q” is not known"),
        # actions, coverage
        ("when: {bands: [E]}", "when: {bands: []}", "never proposed"),
        ("coverage: {kinds: [monthly_appraisal], least: 6}", "coverage: {least: 6}", "which records are counted"),
        ("bonus: {least: 1, most: 10", "bonus: {least: 11, most: 10", "least bonus is greater"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line(old, new, said):
    refusal, text = faults_of((old, new))

    found = [fault for fault in refusal.faults if said in str(fault[2])]
    assert found, str(refusal)
    line = text.splitlines()[found[0][0] - 1]
    assert line.strip(), found


def test_lines_that_fall_are_sound():
    text = TEXT.replace("share: 5, barred", "share: 5, at_least: 80, barred")
    text = text.replace("share: 5, round_down", "share: 5, below: 60, round_down")

    assert load_scheme(text).distribution.bands[0].at_least == 80


def test_a_better_band_asks_at_least_as_much():
    refusal, _ = faults_of(
        ("share: 5, barred", "share: 5, at_least: 80, barred"), ("share: 20, coefficient: 1.2", "share: 20, at_least: 85, coefficient: 1.2")
    )

    assert "“at_least” is 85; a better band has 80." in str(refusal)


def test_what_moves_up_out_of_a_band_is_fit_for_the_next():
    low, _ = faults_of(
        ("share: 5, barred", "share: 5, at_least: 90, barred"), ("share: 20, coefficient: 1.2", "share: 20, below: 85, coefficient: 1.2")
    )
    bar, _ = faults_of(("share: 20, coefficient: 1.2", "share: 20, barred_by_sanction: true, coefficient: 1.2"),
                       ("share: 5, barred_by_sanction: true", "share: 5"))  # fmt: skip

    assert "“below” is 85, but the next better band asks at least 90" in str(low)
    assert "A sanction that bars this band must bar the better one too." in str(bar)


def test_a_declared_role_is_a_role_that_accounts_have_or_the_schemes():
    role = "roles: [{code: treasurer, title: {zh: 出纳, en: Treasurer}}]\npopulations:"
    for actor in ("role:treasurer", "role:hr"):
        old, new = stage(f"actor: '{actor}', forms: [{{form: confirmation}}]")
        text = TEXT.replace(old, new, 1).replace("populations:", role, 1)

        assert load_scheme(text).cycle_kinds["spot_check"].stages[0].actor == actor


def test_everything_wrong_is_told_at_once():
    refusal, _ = faults_of(
        ("leads_to: merit", "leads_to: knighthood"), ("when: {bands: [E]}", "when: {}"), ("mode: guided", "mode: soft"),
        ("time_zone: Asia/Shanghai", "time_zone: Moon/Base"), ("upwards: management", "upwards: office"),
    )  # fmt: skip

    assert len(refusal.faults) == 5
    assert [fault[0] for fault in refusal.faults] == sorted(fault[0] for fault in refusal.faults)
