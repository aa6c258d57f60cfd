"""Figures on and beside every boundary, and beyond 64 bits, are those of exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from states.bulk import MISSING, Cohort, Grid, bulk_grade, means, pack, ranking
from states.bulk.means import RecordMean, WeightedMean, hundredths, whole_numbers
from states.bulk.tallies import Run, Tally, together, too_much
from states.exact import rounded
from states.grading import PersonYear, RecordValue, grade
from states.scheme.composition import Rounding
from tests.states.bulk_schemes import YEAR, part, people, simple
from tests.states.test_bulk import assert_same

roundings = st.builds(
    Rounding, places=st.integers(0, 2), mode=st.sampled_from(["half_up", "half_even", "down"])
)  # fmt: skip


def mean_of(above, below):
    """Means of Python's integers as the fast path holds them."""
    most = max(above), max(below)
    held = [np.array(numbers, dtype=object) for numbers in (above, below)]
    if not too_much(max(most)):
        held = [numbers.astype(np.int64) for numbers in held]
    return RecordMean(Tally(*held, np.ones(1, np.int64), 1, *most))


@given(
    below=st.integers(1, 10**15), scale=st.sampled_from([1, 3, 100, 10_000]), rounding=roundings,
    boundary=st.integers(0, 20_000), beside=st.integers(-2, 2),
)  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_on_and_beside_a_boundary_the_rounding_is_that_of_the_fraction(below, scale, rounding, boundary, beside):
    # In halves of the last place, then one or two parts of the denominator up or down.
    above = max(boundary * scale * below // (2 * 10**rounding.places) + beside, 0)

    found = hundredths(mean_of([above], [below]), scale, rounding)

    assert Fraction(int(found[0]), 100) == Fraction(rounded(Fraction(above, below * scale), rounding))


@given(st.lists(st.tuples(st.integers(0, 2**70), st.integers(1, 2**70)), min_size=1, max_size=4), roundings)
@settings(max_examples=200, deadline=None)
def test_means_of_any_length_round_like_fractions(pairs, rounding):
    pairs = [(above % (below * 200), below) for above, below in pairs]

    found = hundredths(mean_of(*zip(*pairs, strict=True)), 1, rounding)

    expected = [Fraction(rounded(Fraction(*pair), rounding)) * 100 for pair in pairs]
    assert found.tolist() == expected


whole = st.one_of(st.integers(0, 200), st.integers(2**29, 2**33), st.integers(0, 2**61))


@given(
    st.lists(
        st.tuples(whole, whole.map(lambda number: number + 1), st.booleans(), st.integers(0, 10**8)),
        min_size=1, max_size=5,
    )
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_weighted_mean_never_overflows_its_bounds_hold_and_its_float_is_near(listed):
    means = [mean_of([above if there else 0], [below if there else 0]) for above, below, there, _ in listed]
    present = [(Fraction(above, below), weight) for above, below, there, weight in listed if there]
    weight = sum(weight for _, weight in present)

    found = WeightedMean(means, [weight for _, _, _, weight in listed])

    assert bool(found.there[0]) == (weight > 0)
    above, below = (int(one[0]) for one in found.ratio(np.zeros(1, np.int64)))
    assert above <= found.most_above
    assert below <= found.most_below
    assert Fraction(above, below) == (sum(v * w for v, w in present) / weight if weight else 0)
    assert abs(Fraction(found.about()[0]) - Fraction(above, below)) <= Fraction(above, below) / 2**49
    if not too_much(max(found.most_above, found.most_below)):
        assert [int(one[0]) for one in found.ratio()] == [above, below]


@given(
    others=st.lists(
        st.tuples(st.fractions(0, 100, max_denominator=10**6), st.integers(1, 10**8)), min_size=1, max_size=4
    ),
    halves=st.integers(0, 20_000), beside=st.integers(-1, 1), weight=st.integers(1, 10**8), rounding=roundings,
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_a_total_on_a_half_or_a_hair_beside_is_not_left_to_floats(others, halves, beside, weight, rounding):
    total = Fraction(halves, 2 * 10**rounding.places) + Fraction(beside, 2**80)
    last = (total * (weight + sum(w for _, w in others)) - sum(f * w for f, w in others)) / weight
    assume(last >= 0)
    means = [mean_of([one.numerator], [one.denominator]) for one in (*(f for f, _ in others), last)]

    found = hundredths(WeightedMean(means, [*(w for _, w in others), weight]), 1, rounding)

    assert Fraction(int(found[0]), 100) == Fraction(rounded(total, rounding))


@given(
    st.lists(
        st.tuples(st.integers(0, 2**61), st.integers(0, 2**40), st.sampled_from([1, 13020, 3 * 10**11])),
        min_size=1, max_size=4,
    )
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_pools_of_several_kinds_never_overflow(listed):
    unit = 3 * 10**11 * 13020
    tallies = [
        Tally(np.array([points]), np.array([weight]), np.array([1]), own, points, weight)
        for points, weight, own in listed
    ]

    found = together(tallies, unit)

    assert int(found.points[0]) == sum(points * (unit // own) for points, _, own in listed) <= found.most_points
    assert int(found.weight[0]) == sum(weight * (unit // own) for _, weight, own in listed) <= found.most_weight


def test_weights_become_small_whole_numbers_in_the_same_proportion():
    shares = [part("a", 20, "x").weight, part("b", 30, "x").weight, part("c", "12.5", "x").weight]

    assert whole_numbers(shares) == [8, 12, 5]
    assert whole_numbers([part("a", 0, "x").weight]) == [0]


@pytest.mark.parametrize("mode", ["half_up", "half_even", "down"])
def test_every_total_on_a_half_and_its_neighbours(mode):
    """Means of two, four and eight scores, halved again: every eighth total stands on a half."""
    listed = []
    for number in range(1600):
        count = (2, 4, 8)[number % 3]
        first = Fraction(8000 + number, 100)
        checks = [RecordValue("weekly", f"2025-W{week:02d}", Fraction(80)) for week in range(2, count + 1)]
        checks.append(RecordValue("weekly", "2025-W01", first))
        listed.append(PersonYear(str(number), "office", None, None, (*checks, RecordValue("y", "2025", Fraction(80)))))
    scheme = simple(part("checks", 50, "weekly"), part("year", 50, "y"), rounding=Rounding(mode=mode))

    _, expected = assert_same(pack(listed), listed, scheme)

    assert sum(one.total * 200 % 2 == 1 for one in expected) >= 200


def test_totals_a_ten_billionth_of_a_point_beside_the_half():
    """86.125 in every part, moved up in one and down in another of very nearly the same weight."""
    weights = ("33.333333", "33.333333", "33.333334")
    kinds = ("weekly", "monthly", "yearly")
    scheme = simple(*(part(kind, weight, kind) for kind, weight in zip(kinds, weights, strict=True)))
    listed = []
    for number in range(300):
        moved = {"weekly": number % 3 - 1, "monthly": 0, "yearly": number % 5 - 2}
        records = tuple(
            RecordValue(kind, f"2025-{month:02d}", Fraction(86125 + moved[kind] * 5, 1000))
            for kind in kinds
            for month in range(1, 8)
        )
        listed.append(PersonYear(str(number), "office", None, None, records))

    assert_same(pack(listed), listed, scheme)


def joined_midway(number, score):
    """Months, weeks, quarters and a year by days: denominators of a dozen digits."""
    kinds = {"m": "2025-{:02d}", "w": "2025-W{:02d}", "q": "2025-Q{}", "h": "2025-H{}", "y": "2025"}
    records = tuple(
        RecordValue(kind, shape.format(nth), score(number, nth))
        for kind, shape in kinds.items()
        for nth in range(1, {"q": 4, "h": 2, "y": 1}.get(kind, 9) + 1)
    )
    joined = np.datetime64("2025-01-05") + np.timedelta64(number, "D")
    return PersonYear(str(number), "office", joined.item(), None, records)


@pytest.mark.parametrize("combine", ["mean_of_means", "by_count"])
def test_what_does_not_fit_into_64_bits_is_worked_out_all_the_same(combine, monkeypatch):
    scheme = simple(
        part("a", "33.333333", "m", "w", "q", weigh="by_days", combine=combine),
        part("b", "33.333333", "q", "h", "y", weigh="by_days", combine=combine),
        part("c", "33.333334", "m", "y", weigh="by_whole_months", combine=combine),
    )
    listed = [joined_midway(number, lambda n, k: Fraction(6000 + n * 37 + k * k, 100)) for number in range(60)]

    reached = []
    monkeypatch.setattr(means, "too_much", lambda most: reached.append(most) or too_much(most))

    assert_same(pack(listed), listed, scheme)

    assert max(reached) > 2**63


def test_sums_that_do_not_fit_into_64_bits_before_anything_is_divided():
    periods = ("2025-W07", "2025-Q1", "2025-Q2", "2025-H1", "2025-H2", "2025", "2025-02", "2025-03", "2025-04")
    scores = np.full((len(periods), 4), 1_999_999_999, dtype=np.int32)
    scores[:, 3] = range(len(periods))
    joined = np.array(["2025-02-10", "2025-03-17", "2020-01-01", "2025-02-14"], dtype="datetime64[D]")
    source = Grid("x", periods, scores, np.full_like(scores, 7), scale=10_000_000)
    cohort = Cohort(("office",), np.zeros(4, np.int8), (source,), joined)
    scheme = simple(part("only", 100, "x", weigh="by_days"))

    assert_same(cohort, [cohort.person(place) for place in range(4)], scheme)

    assert Run(cohort, 0, 4).tally(source, "by_days").most_points > 2**63


@given(listed=people(), weigh=st.sampled_from(["equally", "by_days", "by_whole_months"]))
@settings(max_examples=60, deadline=None)
def test_no_sum_exceeds_its_bound(listed, weigh):
    cohort = pack(listed)

    for source in cohort.records:
        found = Run(cohort, 0, len(cohort)).tally(source, weigh)

        assert found.points.max() <= found.most_points
        assert found.weight.max() <= found.most_weight


def test_the_highest_scores_that_an_array_holds():
    most = 2**31 - 1
    scores = np.full((60, 3), most, dtype=np.int32)
    scores[0, 1] = 0
    scores[:, 2] = MISSING
    weeks = Grid("x", tuple(f"2025-W{week:02d}" for week in range(1, 61)), scores, np.full_like(scores, most), 1)
    cohort = Cohort(("office",), np.zeros(3, np.int8), (weeks,))

    found = bulk_grade(cohort, year=YEAR, scheme=simple(part("only", 100, "x")))

    expected = grade([cohort.person(place) for place in range(3)], year=YEAR, scheme=found.scheme)
    assert found.total.tolist()[:2] == [int(one.total_display * 100) for one in expected[:2]] == [
        most * 200, rounded_total(most)
    ]  # fmt: skip
    assert found.total[2] == MISSING


def rounded_total(most):
    return int(rounded(Fraction(most * 59 * 2 + most, 60), Rounding()) * 100)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12)), max_size=30), st.booleans())
@settings(max_examples=100, deadline=None)
def test_places_are_the_same_counted_and_sorted(listed, far):
    total = np.array([total * (10**9 if far else 1) for _, total in listed], dtype=np.int64)
    population = np.array([population for population, _ in listed], dtype=np.int32)

    groups, of_person = ranking.group(total, population, 4)

    for place, (own, _) in enumerate(listed):
        group = of_person[place]
        rivals = total[population == own]
        assert groups.total[group] == total[place]
        assert groups.place[group] == 1 + (rivals > total[place]).sum()
        assert groups.tied[group] == (rivals == total[place]).sum()
        assert groups.size[group] == len(rivals)
