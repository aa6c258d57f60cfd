"""The scheme file: what is in the built-in one, and what is said of a faulty one."""

import re
from decimal import Decimal

import pytest

from states.errors import Message
from states.scheme import (
    SchemeErrors,
    builtin_scheme,
    builtin_scheme_codes,
    builtin_scheme_text,
    json_schema,
    load_scheme,
)

TEXT = builtin_scheme_text()
SCHEME = builtin_scheme()


def faults_of(source):
    with pytest.raises(SchemeErrors) as refused:
        load_scheme(source)
    return refused.value


def line_of(words, text=TEXT, nth=1):
    lines = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return lines[nth - 1]


def test_every_shipped_scheme_is_sound():
    assert builtin_scheme_codes()
    for code in builtin_scheme_codes():
        assert builtin_scheme(code).code == code


def test_an_unknown_shipped_scheme_is_a_key_error():
    with pytest.raises(KeyError):
        builtin_scheme_text("../customer_service")


@pytest.mark.parametrize(
    "form", ["scorecard_staff", "scorecard_management", "self_review_staff", "inspection_weekly", "inspection_spot"]
)
def test_sheets_have_100_points(form):
    assert SCHEME.forms[form].points == 100


def test_scorecards_have_the_documents_areas():
    areas = {area.code: area.points for area in SCHEME.forms["scorecard_staff"].areas}
    ability = {area.code: area for area in SCHEME.forms["scorecard_management"].areas}["ability"]

    assert areas == {"conduct": 20, "diligence": 20, "ability": 30, "results": 30}
    assert [item.points for item in ability.items] == [8, 8, 10, 4]


def test_the_self_review_borrows_the_scorecards_items():
    assert SCHEME.forms["self_review_management"].areas == SCHEME.forms["scorecard_management"].areas


def test_titles_are_bilingual():
    title = SCHEME.cycle_kinds["year_end"].title

    assert (title.in_("zh_CN"), title.in_("en"), title.in_("fr")) == (
        "年终考核",
        "Year-end appraisal",
        "Year-end appraisal",
    )


def test_who_is_rated_on_which_form():
    kind = SCHEME.cycle_kinds["year_end"]
    scoring = kind.stage("manager_scoring")

    assert scoring.form_for(population="management", post="客户服务经理") == "kpi_customer_service"
    assert scoring.form_for(population="management", post="财务经理") == "scorecard_management"
    assert scoring.form_for(population="office", post="会计") == "scorecard_staff"
    assert [p.weight for p in kind.parts_for(population="office", post="会计")] == [70, 10, 20]
    assert [p.weight for p in kind.parts_for(population="management", post="客户服务经理")] == [100]


def test_a_scheme_is_immutable():
    with pytest.raises(Exception, match="frozen"):
        SCHEME.version = 2


def test_figures_are_exact():
    assert SCHEME.forms["kpi_customer_service"].thresholds.lines[0].at_least == Decimal("1.10")


def test_shares_that_make_80_are_refused_with_the_sum_and_the_line():
    fault = faults_of(TEXT.replace("share: rest", "share: 30")).messages[0]

    assert f"Line {line_of('  bands:')}:" in str(fault)
    assert "80" in str(fault)


def test_all_faults_come_at_once_each_with_line_found_and_allowed():
    text = (
        TEXT.replace("mode: guided", "mode: soft")
        .replace("days: 7", "dayz: 7", 1)
        .replace("kind: rating_card", "kind: ratingcard", 1)
        .replace("form: scorecard_staff", "form: scorecard_stuff", 1)
        .replace("share: rest", "share: 30")
        .replace("scale: satisfaction", "scale: happiness", 1)
    )

    said = [str(message) for message in faults_of(text).messages]

    expected = [
        ("mode: soft", "soft", "'guided'"), ("dayz", "dayz", "days"), ("ratingcard", "ratingcard", "'rating_card'"),
        ("scorecard_stuff", "scorecard_stuff", "scorecard_staff"), ("happiness", "happiness", "satisfaction"),
    ]  # fmt: skip
    for words, found, allowed in expected:
        line = f"Line {line_of(words, text)}:"
        assert any(s.startswith(line) and found in s and allowed in s for s in said), (words, said)
    assert any("must make 100; this makes 80" in s for s in said)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("weight: 70}", "weight: 60}", "this makes 90"),
        ("weight: 20\n      combine", "weight: 30\n      combine", "this makes 110"),
        ("kinds: [monthly_inspection]", "kinds: [daily_inspection]", "“daily_inspection” is not known"),
        ("kinds: [monthly_inspection]", "kinds: [spot_check]", "“spot_check” counts twice"),
        ("coverage: {kinds: [monthly_appraisal]", "coverage: {kinds: [meals]", "“meals” is not known"),
        ("round_down: true", "round_down: maybe", "maybe"),
        ("bands: [A]", "bands: [Z]", "“Z” is not known"),
        ("source: customer_questionnaire:complaint_handled", "source: customer_questionnaire:nothing", "“nothing”"),
        ("code: service_attitude", "code: ethics", "“ethics”"),
        ("items_of: scorecard_staff", "items_of: vp_card_staff", "“vp_card_staff”"),
        ("upwards: office", "upwards: nowhere", "“nowhere” is not known"),
        ("method: {name: mean_x20}", "method: {name: shrunk}", "prior, weight"),
        ("at_least: 1.10", "weight: 1.10", "weight"),
        ("title: {zh: 德, en: Conduct}", "title: {zh: 德}", "title.en” is missing"),
        ("points: 12", "points: -1", "more than 0"),
        ("points: 12", "points: 1.23456789", "at most 6 digits after the point"),
        ("version: 1\n", "version: 1\nversion: 2\n", "written twice"),
        ("version: 1\n", "version: true\n", "“version” is True; allowed: a number"),
        ("points: 12", "points: null", "is nothing; allowed: a number"),
        ("forms: [{form: inspection_spot}]", "forms: [{form: inspection_spot, populations: [aliens]}]", "“aliens”"),
        ("parts: [{stage: inspection, weight: 100}]", "parts: [{stage: nothing, weight: 100}]", "“nothing” is not known"),
    ],
)  # fmt: skip
def test_a_fault_is_named(old, new, said):
    assert old in TEXT

    assert said in str(faults_of(TEXT.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"code: \xff\xfe", "UTF-8"),
        ("a: &a [x]\nb: [*a, *a]\n", "Aliases"),
        ("a: " + "[" * 100 + "]" * 100, "levels deep"),
        ("# " + "x" * 1_000_001, "bytes"),
        ("- a\n- b\n", "key: value"),
        ("", "key: value"),
        ("a: [1, 2", "not valid YAML"),
        ("a: !!python/object/apply:os.system [ls]", "Tags"),
        ("a: !secret x", "Tags"),
        ("a: 1\n---\nb: 2\n", "second"),
        ("? [a, b]\n: c\n", "plain word"),
        ("a: \x00", "YAML"),
    ],
)
def test_hostile_files_are_refused(source, said):
    assert said in str(faults_of(source))


def test_a_share_of_another_type_is_refused_not_crashed_on():
    for value in ("[1]", "{a: 1}", "null", "true", ".nan", ".inf", "1e400", "9" * 60):
        assert faults_of(TEXT.replace("share: rest", f"share: {value}")).faults


def test_faults_keep_their_lines_and_messages_apart():
    line, path, message = faults_of(TEXT.replace("mode: guided", "mode: soft")).faults[0]

    assert line == line_of("mode: guided")
    assert path == ("distribution", "mode")
    assert isinstance(message, Message)


def test_the_json_schema_knows_the_sections():
    assert {"forms", "cycle_kinds", "distribution"} <= set(json_schema()["properties"])


def test_a_scheme_file_survives_a_byte_order_mark_and_windows_lines():
    assert load_scheme(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()) == SCHEME


OLD_COMPOSITION = """composition:
  title: {zh: 年度总分, en: Total of the year}
  inspections:
    title: {zh: 平时检查, en: Inspections}
    weight: 20
    combine: mean_of_means
    pools:
      - {code: week, title: {zh: 周检与抽检, en: Weekly inspections and spot checks}, kinds: [weekly_inspection, spot_check]}
      - {code: month, title: {zh: 月检, en: Monthly inspections}, kinds: [monthly_inspection]}
  monthly:
    title: {zh: 月考核, en: Monthly appraisals}
    weight: 30
    kinds: [monthly_appraisal]
    part_months: by_days
  year_end:
    title: {zh: 年终考核, en: Year-end appraisal}
    weight: 50
    kinds: [year_end]
    required: true
  bonus: {least: 1, most: 10, most_a_period: 10}
  least_months: 6
  outstanding_over: 100

"""


def with_old_composition(**changes):
    """The built-in file with its composition as version 0.1.0 wrote it."""
    old = OLD_COMPOSITION
    for before, after in changes.values():
        assert before in old
        old = old.replace(before, after)
    return TEXT[: TEXT.index("composition:\n")] + old + TEXT[TEXT.index("distribution:\n") :]


def test_a_text_of_an_earlier_version_reads_as_todays():
    assert load_scheme(with_old_composition()).composition == SCHEME.composition


def test_an_earlier_texts_names_say_what_is_listed():
    text = re.sub(r"\n    on_list: \w+|, training_wishes: true", "", with_old_composition())
    scheme = load_scheme(text)

    assert {one.kind: one.on_list for one in scheme.actions if one.on_list} == {"training": "training", "talent_pool": "talent_pool"}
    assert [one.training_wishes for one in scheme.forms["self_review_staff"].texts].count(True) == 1


def test_an_earlier_texts_choices_are_kept():
    text = with_old_composition(
        whole=("by_days", "whole"), least=("least_months: 6", "least_months: 3"), end=("required: true", "required: false")
    )

    rule = load_scheme(text).composition

    assert rule.part("monthly").pools[0].weigh == "by_whole_months"
    assert (rule.coverage.least, rule.part("year_end").required) == (3, False)


@pytest.mark.parametrize("value", ["7", "[1]", "{}", "null", "{title: {zh: a, en: b}, pools: 5, kinds: 7}"])
def test_a_broken_earlier_composition_is_refused_not_crashed_on(value):
    at = OLD_COMPOSITION.index("  monthly:")
    broken = OLD_COMPOSITION[:at] + f"  monthly: {value}\n" + OLD_COMPOSITION[OLD_COMPOSITION.index("  year_end:") :]

    assert faults_of(TEXT[: TEXT.index("composition:\n")] + broken + TEXT[TEXT.index("distribution:\n") :]).faults
