"""The fast path gives what the exact one gives: every option of a scheme, every gap, every rounding."""

from dataclasses import fields, replace
from datetime import date, timedelta
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.bulk import MISSING, Cohort, Grid, Listed, bulk_grade, means, pack, packing, tallies
from states.bulk.composing import compose_everybody
from states.bulk.records import HELD_OUT
from states.bulk.tallies import LIMIT
from states.errors import Refusal
from states.explain import explain_total
from states.grading import PersonYear, RecordValue, grade
from states.scheme.composition import Composition, CompositionPart, Coverage, Pool, Rounding
from states.scheme.results import ActionWhen, Band, Distribution
from tests.states.bulk_schemes import BASE, YEAR, actions, beside, distributions, merges, part, people, schemes, simple


def shown(figure):
    return None if figure == MISSING else Fraction(int(figure), 100)


def as_arrays(found, person):
    """Everything that the arrays say of one person."""
    rank = int(found.rank[person])
    return {
        "parts": {code: shown(figures[person]) for code, figures in found.parts.items()},
        "total": shown(found.total[person]),
        "months": int(found.months_counted[person]),
        "rank": rank or None,
        "band": found.band_of(person),
        "flags": found.flags_of(person),
        "actions": found.actions_of(person),
        "ranked_of": int(found.ranked_of[person]),
        "ranked_in": found.ranked_populations[int(found.ranked_in[person])],
    }


def as_graded(one):
    return {
        "parts": {code: one.part_display(code) for code in one.parts},
        "total": one.total_display,
        "months": one.months_counted,
        "rank": one.rank,
        "band": one.band,
        "flags": one.flags,
        "actions": one.actions,
        "ranked_of": one.ranked_of,
        "ranked_in": one.ranked_in,
    }


def assert_same(cohort, listed, scheme, merged=None):
    expected = grade(listed, year=YEAR, scheme=scheme, merges=merged or {})

    found = bulk_grade(cohort, year=YEAR, scheme=scheme, merges=merged or {})

    assert [as_arrays(found, place) for place in range(len(listed))] == [as_graded(one) for one in expected]
    return found, expected


@given(
    listed=people(), scheme=schemes(), merged=merges,
    thin=st.sampled_from([0, 4, 1000]), limit=st.sampled_from([LIMIT, LIMIT, 10**6, 1]),
    doubt=st.sampled_from([means.DOUBT, 1.0]),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_the_arrays_say_what_the_exact_grading_says(listed, scheme, merged, thin, limit, doubt):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packing, "THIN", thin)  # as lists of records only, as usual, as grids only
        patch.setattr(tallies, "LIMIT", limit)  # in 64 bits, or partly or wholly beyond
        patch.setattr(means, "DOUBT", doubt)  # there by floats where they are sure, or by Python's integers
        found, expected = assert_same(pack(listed), listed, scheme, merged)

    assert [found.graded(place) for place in range(len(listed))] == expected


@given(
    standings=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from([59, 60, 70, 80, 80, 90, 101]), st.booleans()),
        min_size=1, max_size=40,
    ),
    distribution=distributions(), proposed=st.lists(actions(0), max_size=3), over=beside,
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_bands_lines_ties_and_proposals(standings, distribution, proposed, over):
    listed = [
        PersonYear(str(place), population, None, None, (RecordValue("x", "2025", Fraction(score)),), "", barred)
        for place, (population, score, barred) in enumerate(standings)
    ]
    named = tuple(one.model_copy(update={"kind": f"action_{place}"}) for place, one in enumerate(proposed))
    shape = simple(part("only", 100, "x"), over=over)
    scheme = shape.model_copy(update={"distribution": distribution, "actions": named})

    assert_same(pack(listed), listed, scheme)


@given(listed=people(), scheme=schemes(), size=st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_it_does_not_matter_how_many_are_looked_at_at_a_time(listed, scheme, size):
    cohort = pack(listed)

    found = compose_everybody(cohort, scheme.composition, at_a_time=size)

    whole = compose_everybody(cohort, scheme.composition)
    assert np.array_equal(found.total, whole.total)
    assert np.array_equal(found.months, whole.months)
    assert all(np.array_equal(found.parts[code], whole.parts[code]) for code in whole.parts)


@given(listed=people())
@settings(max_examples=25, deadline=None)
def test_people_come_back_from_the_arrays_as_they_went_in(listed):
    cohort = pack(listed)

    for place, person in enumerate(listed):
        back = cohort.person(place)

        assert sorted(back.records, key=repr) == sorted(person.records, key=repr)
        held = HELD_OUT if person.excluded and place not in cohort.exact else person.excluded
        assert replace(back, records=()) == replace(person, records=(), excluded=held)


THOUGHT_OF = {
    Composition: "title parts missing coverage rounding bonus outstanding_over",
    CompositionPart: "code title weight pools combine required flagged",
    Pool: "code title kinds weigh",
    Coverage: "kinds least",
    Rounding: "places mode",
    Distribution: "mode bands ties small_under crowded_times titles title_presets",
    Band: "code title share round_down at_least below barred_by_sanction coefficient",
    ActionWhen: "bands top_percent last_percent over_total",
}


@pytest.mark.parametrize("model", THOUGHT_OF)
def test_every_option_of_a_scheme_is_one_that_the_fast_path_was_written_for(model):
    """A new one goes into states/bulk and the random schemes, then here."""
    assert set(model.model_fields) == set(THOUGHT_OF[model].split())


def test_everything_about_a_person_is_in_the_arrays():
    about = {"employee_no", "population", "joined", "left", "records", "excluded", "barred"}

    assert {one.name for one in fields(PersonYear)} == about
    assert {one.name for one in fields(RecordValue)} == {"kind", "period", "score", "bonus"}


def year_of(rng, number, weeks):
    """A year with gaps, joiners, leavers, bonuses and many ties."""
    score = rng.choice([lambda: rng.randint(60, 100) * 100, lambda: rng.randint(6000, 10000)])
    kept = rng.choice([0.95] * 9 + [0.5])
    joined = date(2025, 1, 1) + timedelta(rng.randint(-400, 200))
    left = date(2025, 6, 1) + timedelta(rng.randint(0, 400)) if rng.random() < 0.1 else None
    listed = [("weekly_inspection", f"2025-W{week:02d}") for week in range(1, weeks + 1)]
    listed += [("monthly_inspection", f"2025-{month:02d}") for month in range(1, 13, 4)]
    listed += [("monthly_appraisal", f"2025-{month:02d}") for month in range(1, 13)] + [("year_end", "2025")]
    records = [
        RecordValue(kind, period, Fraction(score(), 100), Fraction(5 if rng.random() < 0.02 else 0))
        for kind, period in listed
        if rng.random() < kept
    ]
    records += [RecordValue("spot_check", "2025-07-09", Fraction(score(), 100)) for _ in range(rng.randint(0, 2))]
    excluded = "long_leave" if rng.random() < 0.02 else ""
    population = rng.choice(["front_line"] * 8 + ["office", "management"])
    return PersonYear(f"{number:05d}", population, joined, left, tuple(records), excluded, rng.random() < 0.05)


def test_five_thousand_people_of_the_shipped_scheme():
    rng = Random(20251231)
    listed = [year_of(rng, number, weeks=4) for number in range(5000)]

    _, expected = assert_same(pack(listed), listed, BASE)

    halves = sum(one.total is not None and one.total * 200 % 2 == 1 for one in expected)
    assert halves > 5  # figures that stand exactly between two hundredths
    assert {flag for one in expected for flag in one.flags} >= {"left", "too_new", "tied_on_cut", "barred", "excluded"}


def test_a_tree_on_demand_is_the_exact_tree():
    listed = [year_of(Random(number), number, weeks=3) for number in range(30)]
    expected = grade(listed, year=YEAR, scheme=BASE)

    found = bulk_grade(pack(listed), year=YEAR, scheme=BASE)

    for place in (0, 7, 29):
        tree = found.explain(place)
        assert tree.value == expected[place].total
        again = explain_total(expected[place], listed[place], BASE)
        assert [(part.code, part.value, part.contribution) for part in tree.children] == [
            (part.code, part.value, part.contribution) for part in again.children
        ]


def grid(kind, rows, **more):
    periods = {"weekly_inspection": "2025-W{:02d}", "monthly_appraisal": "2025-{:02d}", "year_end": "2025"}[kind]
    named = tuple(periods.format(nth) for nth in range(1, len(rows) + 1))
    return Grid(kind, named, np.array(rows, dtype=np.int32), **more)


def cohort_of(*sources, people=1, **more):
    return Cohort(("office",), np.zeros(people, dtype=np.int8), sources, **more)


def test_arrays_that_no_person_was_packed_from():
    """The ruling of §4: 92.5 and 88 → 90.25; months 86.4; year-end 84 → 85.97."""
    inspections = grid("weekly_inspection", [[9200, MISSING], [9300, MISSING]])
    spot = Listed("monthly_inspection", ("2025-03",), np.array([0]), np.array([0]), np.array([88], np.int32), scale=1)
    months = grid("monthly_appraisal", [[8640, 8640]] * 6)

    found = bulk_grade(
        cohort_of(inspections, spot, months, grid("year_end", [[84, 84]], scale=1), people=2), year=2025, scheme=BASE
    )

    assert found.parts["inspections"].tolist() == [9025, MISSING]
    assert found.total.tolist() == [8597, 8490]
    assert found.flags_of(1) == ("no_inspections", "small_population")
    assert (found.rank.tolist(), found.graded(1).employee_no) == ([1, 2], "1")


def test_part_of_a_month_weighs_by_days():
    months = grid("monthly_appraisal", [[MISSING]] * 5 + [[7000], [8000], [9000]])
    joined = np.array(["2025-06-16"], dtype="datetime64[D]")

    found = bulk_grade(cohort_of(months, joined=joined), year=2025, scheme=BASE)

    assert (found.parts["monthly"][0], found.months_counted[0]) == (8200, 3)
    assert found.total[0] == MISSING


def test_nobody_at_all():
    found = bulk_grade(pack([]), year=2025, scheme=BASE)

    assert len(found.total) == len(found.rank) == 0


def test_merges_that_run_in_a_circle_are_refused():
    with pytest.raises(Refusal):
        bulk_grade(cohort_of(), year=2025, scheme=BASE, merges={"office": "office"})


def test_more_kinds_of_action_than_bits_are_refused():
    many = BASE.model_copy(update={"actions": BASE.actions * 11})

    with pytest.raises(ValueError, match="66 kinds of action"):
        bulk_grade(cohort_of(), year=2025, scheme=many)


ONE = np.zeros(1, dtype=np.int64)
WRONG = {
    "of another type": lambda: Grid("year_end", ("2025",), np.array([[80.0]])),
    "of another shape": lambda: Grid("year_end", ("2025",), np.zeros(1, np.int32)),
    "a bonus of another shape": lambda: grid("year_end", [[80]], bonus=np.zeros((2, 1), np.int32)),
    "a period too few": lambda: Grid("year_end", (), np.zeros((1, 1), np.int32)),
    "no scale": lambda: grid("year_end", [[80]], scale=0),
    "a person too many": lambda: cohort_of(grid("year_end", [[80, 90]])),
    "a listed person too many": lambda: cohort_of(Listed("x", ("2025",), ONE + 1, ONE, np.zeros(1, np.int32))),
    "out of order": lambda: Listed("x", ("2025",), ONE - 1, ONE, np.zeros(1, np.int32)),
    "no such period": lambda: Listed("x", ("2025",), ONE, ONE + 1, np.zeros(1, np.int32)),
    "not of one length": lambda: Listed("x", ("2025",), ONE, ONE, np.zeros(2, np.int32)),
    "no such population": lambda: Cohort((), np.zeros(1, np.int8), ()),
    "flags that are numbers": lambda: cohort_of(excluded=np.zeros(1, np.int8)),
    "moments instead of days": lambda: cohort_of(left=np.zeros(1, "datetime64[s]")),
    "dates of others": lambda: cohort_of(joined=np.zeros(2, "datetime64[D]")),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_arrays_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError):
        WRONG[wrong]()


@pytest.mark.parametrize(
    "source",
    [
        grid("year_end", [[-1]]),
        grid("year_end", [[80]], bonus=np.array([[MISSING]], np.int32)),
        Listed("year_end", ("2025",), ONE, ONE, np.array([MISSING], np.int32)),
    ],
)
def test_a_score_below_0_is_refused_and_never_counted(source):
    with pytest.raises(ValueError):
        bulk_grade(cohort_of(source), year=2025, scheme=BASE)


