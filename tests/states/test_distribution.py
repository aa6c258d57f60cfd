"""Seats, ties, ranks and what follows (scheme §5, §6)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.actions import proposals
from states.distribution import Standing, advice, band_of_place, distribute, seats, top_places
from states.exact import half_up
from states.explaining.place import Place, band_path
from states.grading import PersonYear, RecordValue, grade
from states.scheme import builtin_scheme, builtin_scheme_text, load_scheme
from states.scheme.results import Band
from tests.states.bulk_schemes import distributions

SCHEME = builtin_scheme()
SPEC = SCHEME.distribution
TABLE = {
    7: "0/2/4/1/0", 13: "1/3/6/3/0", 20: "1/4/10/4/1", 33: "2/7/16/7/1", 57: "3/12/29/11/2", 40: "2/8/20/8/2",
}  # fmt: skip


@pytest.mark.parametrize(("n", "expected"), TABLE.items())
def test_seats_of_the_document(n, expected):
    assert "/".join(str(count) for count in seats(n, SPEC.bands).values()) == expected


@given(st.integers(0, 5000))
def test_seats_always_make_n_and_stay_near_their_share(n):
    found = seats(n, SPEC.bands)

    assert sum(found.values()) == n
    assert found["E"] == n * 5 // 100
    assert all(
        abs(count - n * share / 100) < 2 for count, share in zip(found.values(), (5, 20, 50, 20, 5), strict=True)
    )


@given(st.integers(0, 500), st.lists(st.integers(1, 50), min_size=2, max_size=6))
def test_any_shares_make_n(n, parts):
    first = SPEC.bands[0]
    total = sum(parts)
    shares = [Decimal(part * 100 // total) for part in parts]
    bands = [first.model_copy(update={"code": chr(65 + i), "share": s}) for i, s in enumerate(shares)]
    bands[-1] = bands[-1].model_copy(update={"share": "rest"})

    assert sum(seats(n, bands).values()) == n


@given(st.lists(st.integers(0, 12000).map(lambda x: Fraction(x, 300)), min_size=1, max_size=80))
def test_equal_people_are_treated_equally_and_the_cut_goes_the_better_way(totals):
    placed = distribute(list(enumerate(totals)), SPEC)
    counts = seats(len(totals), SPEC.bands)
    rounded = [half_up(total) for total in totals]

    for key, one in placed.items():
        better = sum(other > rounded[key] for other in rounded)
        equal = sum(other == rounded[key] for other in rounded)
        assert one.rank == better + 1
        assert one.band == band_of_place(better + 1, counts)
        assert ("tied_on_cut" in one.flags) == (one.band != band_of_place(better + equal, counts))


def people(*totals):
    return [(f"K{place:02d}", Fraction(str(total))) for place, total in enumerate(totals)]


def bands_of(totals):
    return "".join(sorted(one.band for one in distribute(people(*totals), SPEC).values()))


def test_joint_first_of_twenty():
    found = bands_of([99, 99, *range(80, 62, -1)])

    assert (found.count("A"), found.count("B")) == (2, 3)


def test_joint_last_of_twenty():
    found = bands_of([*range(98, 80, -1), 10, 10])

    assert (found.count("D"), found.count("E")) == (5, 0)


def test_competition_rank():
    placed = distribute(people(90, 80, 80, 70), SPEC)

    assert [one.rank for one in placed.values()] == [1, 2, 2, 4]


def test_ties_are_by_the_rounded_total():
    placed = distribute([("a", Fraction("80.004")), ("b", Fraction("79.996")), ("c", Fraction("79.994"))], SPEC)

    assert [one.rank for one in placed.values()] == [1, 1, 3]


def test_a_standing_sanction_bars_the_top():
    totals = [Standing(f"K{x}", Fraction(x), barred=x == 40) for x in range(40, 0, -1)]

    first = distribute(totals, SPEC)["K40"]

    assert (first.rank, first.seat_band, first.band) == (1, "A", "B")
    assert "barred" in first.flags


def test_a_band_tied_to_the_score_moves_people_on_and_flags_them():
    lines = {"A": {"at_least": Decimal(90)}, "E": {"below": Decimal(60)}}
    bands = tuple(band.model_copy(update=lines.get(band.code, {})) for band in SPEC.bands)
    spec = SPEC.model_copy(update={"bands": bands})
    totals = [("top", Fraction(89)), *((f"K{x}", Fraction(x)) for x in range(88, 70, -1)), ("last", Fraction(61))]

    placed = distribute(totals, spec)

    assert (placed["top"].band, placed["top"].flags) == ("B", ("below_line",))
    assert (placed["last"].band, placed["last"].flags) == ("D", ("above_line",))


@pytest.mark.parametrize(
    ("lines", "barred", "band", "flags"),
    [
        ({"B": {"below": 90}}, False, "A", ("above_line",)),
        ({"B": {"below": 90}}, True, "B", ("above_line", "barred")),
        ({"B": {"below": 90}, "A": {"at_least": 99}}, False, "B", ("above_line", "below_line")),
        ({"B": {"below": 90, "barred_by_sanction": True}}, True, "C", ("above_line", "barred")),
    ],
)
def test_who_moves_up_stops_below_a_band_that_they_are_not_fit_for(lines, barred, band, flags):
    lines = {code: {k: v if v is True else Decimal(v) for k, v in line.items()} for code, line in lines.items()}
    spec = SPEC.model_copy(update={"bands": tuple(one.model_copy(update=lines.get(one.code, {})) for one in SPEC.bands)})
    totals = [*(Standing(f"K{x}", Fraction(x)) for x in (99, 98))]
    totals += [Standing("one", Fraction(95), barred), *(Standing(f"L{x}", Fraction(x)) for x in range(80, 43, -1))]

    found = distribute(totals, spec)["one"]

    assert (found.seat_band, found.band, found.flags) == ("B", band, flags)


@given(
    spec=distributions(),
    people=st.lists(st.tuples(st.sampled_from([59, 60, 70, 80, 90, 101]), st.booleans()), min_size=1, max_size=30),
)
@settings(max_examples=150, deadline=None)
def test_nobody_gets_a_band_that_bars_them_or_whose_line_they_miss_but_the_last(spec, people):
    found = distribute([Standing(n, Fraction(total), barred) for n, (total, barred) in enumerate(people)], spec)

    for n, (total, barred) in enumerate(people):
        one, band = found[n], spec.band(found[n].band)
        unfit = (band.at_least is not None and total < band.at_least) or (barred and band.barred_by_sanction)
        assert not unfit or band == spec.bands[-1]
        place = Place("o", "o", ("o",), len(people), one.rank - 1, one.tied, barred)
        path = band_path(place, Decimal(total), spec)
        assert (path.band, path.flags) == (one.band, one.flags)


def test_small_and_crowded_populations_are_advice():
    assert advice(distribute(people(*range(19)), SPEC), SPEC) == ("small_population",)
    assert advice(distribute(people(*[99] * 3, *range(17)), SPEC), SPEC) == ("crowded_top",)
    assert advice(distribute(people(*range(20)), SPEC), SPEC) == ()


@pytest.mark.parametrize(("n", "places"), [(4, 0), (5, 1), (14, 1), (15, 2), (40, 4), (45, 5)])
def test_top_ten_per_cent_is_rounded_half_up(n, places):
    assert top_places(n, Decimal(10)) == places


def test_actions_of_forty_people():
    placed = distribute([(x, Fraction(x)) for x in range(40)], SPEC)
    kinds = [
        kind
        for total, one in placed.items()
        for kind in proposals(one.band, one.rank, 40, Fraction(total), one.flags, SCHEME)
    ]

    assert {kind: kinds.count(kind) for kind in kinds} == {
        "raise_or_promotion": 2, "award": 4, "talent_pool": 4, "training": 10, "demotion_review": 2,
    }  # fmt: skip


@pytest.mark.parametrize(("total", "honoured"), [("100.004", False), ("100.005", True), ("100", False)])
def test_honour_is_by_the_rounded_total(total, honoured):
    assert ("honour" in proposals("C", 5, 40, Fraction(total), (), SCHEME)) is honoured


def test_logic_never_reads_titles():
    assert SPEC.title_of(SPEC.bands[3]).zh == "较差"
    document = SPEC.model_copy(update={"titles": "document"})
    assert document.title_of(document.bands[3]).zh == "差"
    assert isinstance(document.bands[0], Band)


@pytest.mark.parametrize(("titles", "shown"), [("document", "优秀 良好 尚可 差 较差"), ("modern", "优秀 良好 合格 待改进 重点改进")])
def test_other_titles_in_use_change_the_words_and_nothing_else(titles, shown):
    """Scheme §5: the document's own words for D and E are the other way round; the bands are not."""
    text = builtin_scheme_text().replace("\n  title_presets:\n", f"\n  titles: {titles}\n  title_presets:\n")
    other = load_scheme(text)
    people = [
        PersonYear(str(place), "office", None, None, tuple(
            RecordValue(kind, period, Fraction(100 - place))
            for kind, period in [("year_end", "2025"), *(("monthly_appraisal", f"2025-{month:02}") for month in range(1, 13))]
        ))
        for place in range(40)
    ]  # fmt: skip

    by_both = [grade(people, year=2025, scheme=scheme) for scheme in (SCHEME, other)]

    assert " ".join(other.distribution.title_of(band).zh for band in other.distribution.bands) == shown
    assert by_both[0] == by_both[1]
    assert {one.band for one in by_both[1]} == set("ABCDE")
