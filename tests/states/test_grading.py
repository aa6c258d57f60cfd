"""A company's year, and the tree behind a figure."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from states.errors import Refusal
from states.explain import explain_form, explain_total
from states.explaining.tree import review_tree
from states.grading import PersonYear, RecordValue, grade, merged_into
from states.scheme import builtin_scheme
from states.scheme.composition import Rounding
from states.scoring import score_form, year_end
from states.year_end import StageScore, YearEnd

SCHEME = builtin_scheme()


def person(number, *, score=80, months=12, joined=date(2010, 1, 1), left=None, population="office", **more):
    records = [RecordValue("weekly_inspection", "2025-W07", Fraction(score))]
    records += [RecordValue("monthly_appraisal", f"2025-{m:02d}", Fraction(score)) for m in range(1, months + 1)]
    records += [RecordValue("year_end", "2025", Fraction(score))]
    return PersonYear(number, population, joined, left, tuple(records), **more)


def graded(*people):
    return {one.employee_no: one for one in grade(people, year=2025, scheme=SCHEME)}


def test_leavers_and_newcomers_keep_their_total_but_have_no_rank():
    found = graded(
        person("a"), person("b", left=date(2025, 12, 31)), person("c", months=5), person("d", left=date(2026, 1, 1))
    )

    assert found["b"].flags == ("left",)
    assert found["c"].flags == ("too_new",)
    assert [found[x].rank for x in "abcd"] == [1, None, None, 1]
    assert found["b"].total == 80
    assert found["b"].actions == ()


def test_left_goes_before_too_new():
    assert graded(person("a", months=2, left=date(2025, 3, 1)))["a"].flags == ("left",)


def test_populations_are_ranked_apart():
    found = graded(person("a", score=90), person("b", score=80, population="front_line"))

    assert (found["a"].rank, found["b"].rank) == (1, 1)


def test_over_100_is_flagged_for_everyone_and_honours_the_ranked():
    found = graded(person("a", score=100), person("b", score=100, left=date(2025, 6, 1)))
    listed = [*person("c", score=100).records, RecordValue("spot_check", "2025-01-01", Fraction(100), Fraction(10))]
    found |= graded(PersonYear("c", "office", None, None, tuple(listed)))

    assert found["a"].flags == ("small_population",)
    assert found["c"].flags == ("over_100", "small_population")
    assert "honour" in found["c"].actions


def test_an_excluded_person_is_out_of_the_ranking():
    found = graded(person("a"), person("b", excluded="long_leave"))

    assert (found["b"].rank, found["b"].flags) == (None, ("excluded",))
    assert found["a"].ranked_of == 1


def test_mode_off_ranks_without_bands():
    off = SCHEME.model_copy(update={"distribution": SCHEME.distribution.model_copy(update={"mode": "off"})})

    (found,) = grade([person("a")], year=2025, scheme=off)

    assert (found.rank, found.band) == (1, None)


def test_the_tree_adds_up_to_the_total():
    someone = person("a", score=83, joined=date(2025, 3, 17))
    (found,) = grade([someone], year=2025, scheme=SCHEME)

    tree = explain_total(found, someone, SCHEME)

    assert tree.value == found.total
    assert sum(part.contribution for part in tree.children) == found.total
    for part in tree.children:
        if part.children:
            assert sum(below.contribution for below in part.children) == part.value


def test_a_review_is_explained_down_to_the_clause():
    form = SCHEME.forms["scorecard_staff"]
    score = score_form(form, {"attendance": {"deducted": "2", "clause": "late", "note": "9 May"}})
    parts = year_end([("manager_scoring", score.value, 70), ("customer_survey", None, 20)])

    stages = {"manager_scoring": StageScore("manager_scoring", form.code, score.value, 1, (score,))}
    tree = review_tree(YearEnd(parts.value, (), parts, stages), SCHEME, SCHEME.cycle_kinds["year_end"])

    scoring = tree.children[0]
    line = next(line for area in scoring.children for line in area.children if line.code == "attendance")
    assert (line.full, line.value, line.note) == (8, 6, "9 May")
    assert line.clause.zh == "迟到或早退超过5分钟"
    assert sum(area.contribution for area in scoring.children) == score.value
    assert tree.children[1].value is None


def test_a_kpi_table_is_explained_by_points_times_weight():
    form = SCHEME.forms["kpi_customer_service"]
    score = score_form(form, {row.code: {"actual": "100", "target": "100"} for row in form.rows})

    views = explain_form(form, score)

    assert sum(view.contribution for view in views) / 5 == Decimal(80)
    assert sum(view.full for view in views) == 500


def test_merged_populations_are_ranked_together_and_keep_their_name():
    people = [person("a", score=90), person("b", score=80, population="front_line")]

    found = {one.employee_no: one for one in grade(people, year=2025, scheme=SCHEME, merges={"front_line": "office"})}

    assert (found["b"].rank, found["b"].ranked_of) == (2, 2)
    assert (found["b"].population, found["b"].ranked_in, found["a"].ranked_in) == ("front_line", "office", "office")


def test_merges_follow_one_another_and_never_run_in_a_circle():
    steps = {"front_line": "office", "office": "management"}

    assert merged_into("front_line", steps) == "management"
    with pytest.raises(Refusal, match="circle"):
        merged_into("front_line", steps | {"management": "front_line"})


def test_ranks_compare_the_total_as_the_scheme_rounds_it():
    whole = SCHEME.composition.model_copy(update={"rounding": Rounding(places=0, mode="down")})
    people = [person("a", score=Fraction("80.9")), person("b", score=Fraction("80.1"))]

    found = grade(people, year=2025, scheme=SCHEME.model_copy(update={"composition": whole}))

    assert [(one.rank, one.total_display, one.part_display("monthly")) for one in found] == [(1, 80, 80)] * 2
    assert found[0].part_display("nothing") is None
