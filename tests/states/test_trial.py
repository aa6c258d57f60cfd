"""A draft on past records: each figure of the report held against what plain grading says."""

from decimal import Decimal
from fractions import Fraction

from states.grading import PersonYear, RecordValue, grade
from states.scheme import builtin_scheme
from states.trial import TrialInput, try_out
from states.trial.telling import as_data
from states.trial.weighing import SHIFTS

SCHEME = builtin_scheme()


def person(number, months, year_end, *, inspections=None, population="office", **more):
    records = [RecordValue("monthly_appraisal", f"2025-{m:02}", Fraction(months)) for m in range(1, 13)]
    records += [RecordValue("year_end", "2025", Fraction(year_end))]
    records += [RecordValue("monthly_inspection", "2025-03", Fraction(inspections or months))]
    return PersonYear(number, population, None, None, tuple(records), **more)


def weighed(*weights):
    parts = tuple(
        part.model_copy(update={"weight": Decimal(weight)})
        for part, weight in zip(SCHEME.composition.parts, weights, strict=True)
    )
    return SCHEME.model_copy(update={"composition": SCHEME.composition.model_copy(update={"parts": parts})})


def shared(*values):
    bands = tuple(
        band.model_copy(update={"share": share}) for band, share in zip(SCHEME.distribution.bands, values, strict=True)
    )
    return SCHEME.model_copy(update={"distribution": SCHEME.distribution.model_copy(update={"bands": bands})})


def twenty():
    """Twenty people, 80 to 99 in months; the year-ends run the other way."""
    return [person(f"{n:02}", 80 + n, 95 - n) for n in range(20)]


def test_who_changes_band_is_who_is_graded_differently():
    people, draft = twenty(), weighed(0, 90, 10)

    trial = try_out(TrialInput(people, 2025, draft, SCHEME))

    before = {one.employee_no: one.band for one in grade(people, year=2025, scheme=SCHEME)}
    after = {one.employee_no: one.band for one in grade(people, year=2025, scheme=draft)}
    changed = {number for number in before if before[number] != after[number]}
    assert changed
    assert {one.employee_no for one in trial.changes} == changed
    assert sum(count for (old, new), count in trial.moves().items() if old != new) == len(changed)
    for one in trial.everybody:
        assert one.difference == one.after.total_display - one.before.total_display


def test_the_same_scheme_changes_nobody():
    trial = try_out(TrialInput(twenty(), 2025, SCHEME, SCHEME))

    assert trial.changes == ()
    assert {one.difference for one in trial.everybody} == {0}


def test_without_another_scheme_nothing_is_called_a_change():
    trial = try_out(TrialInput(twenty(), 2025, SCHEME))

    assert (trial.changes, trial.moves()) == ((), {})


def test_seats_say_how_they_were_rounded():
    people = [person(f"{n:02}", 60 + n, 60 + n) for n in range(33)]

    (office,) = try_out(TrialInput(people, 2025, SCHEME)).populations

    told = [(c.seats.band.code, c.seats.ideal, c.seats.floor, c.seats.remainder, c.seats.given, c.held) for c in office.bands]
    assert told == [
        ("A", Fraction(33, 20), 1, Fraction(13, 20), 2, 2),
        ("B", Fraction(33, 5), 6, Fraction(3, 5), 7, 7),
        ("C", Fraction(33, 2), 16, Fraction(1, 2), 16, 16),
        ("D", Fraction(33, 5), 6, Fraction(3, 5), 7, 7),
        ("E", Fraction(33, 20), 1, Fraction(13, 20), 1, 1),
    ]


def test_populations_stand_in_the_schemes_order_and_say_who_is_not_ranked():
    short = PersonYear("x", "front_line", None, None, ())
    away = person("y", 80, 80, population="front_line", excluded="long_leave")

    trial = try_out(TrialInput([*twenty(), short, away], 2025, SCHEME))

    assert [(one.code, one.people, one.n) for one in trial.populations] == [("front_line", 2, 0), ("office", 20, 20)]
    assert trial.populations[0].unranked == {"too_new": 1, "excluded": 1}


def test_merged_populations_are_looked_at_as_the_one_that_they_are():
    small = [person(f"s{n}", 80 + n, 80 + n, population="front_line") for n in range(3)]

    trial = try_out(TrialInput([*twenty(), *small], 2025, SCHEME, SCHEME, merges={"front_line": "office"}))

    assert [(one.code, one.people, one.n) for one in trial.populations] == [("office", 23, 23)]
    assert trial.changes == ()


def test_a_tie_on_a_cut_names_everybody_in_it():
    level = [person(n, 90, 90) for n in ("a", "b", "c")]
    others = [person(f"{n:02}", 70 + n / 8, 70 + n / 8) for n in range(17)]

    (office,) = try_out(TrialInput([*level, *others], 2025, SCHEME)).populations

    (tie,) = office.ties
    assert (tie.total, tie.bands, tie.given, set(tie.people)) == (Decimal("90.00"), ("A", "B"), "A", {"a", "b", "c"})


def test_who_is_close_to_a_cut_is_told_with_the_distance():
    people = [person(f"{n:02}", Fraction(80 * 4 + n, 4), Fraction(80 * 4 + n, 4)) for n in range(20)]

    narrow = try_out(TrialInput(people, 2025, SCHEME, within=Decimal("0.24"))).populations[0]
    (office,) = try_out(TrialInput(people, 2025, SCHEME, within=Decimal("0.25"))).populations

    assert narrow.near == ()
    cuts = {(one.employee_no, one.band, one.other, one.distance) for one in office.near}
    quarter = Decimal("0.25")
    assert cuts == {
        ("19", "A", "B", quarter), ("18", "B", "A", quarter), ("15", "B", "C", quarter), ("14", "C", "B", quarter),
        ("05", "C", "D", quarter), ("04", "D", "C", quarter), ("01", "D", "E", quarter), ("00", "E", "D", quarter),
    }  # fmt: skip


def test_a_line_of_the_scheme_is_a_cut_too():
    bands = tuple(b.model_copy(update={"below": Decimal(60)}) if b.code == "E" else b for b in SCHEME.distribution.bands)
    lined = SCHEME.model_copy(update={"distribution": SCHEME.distribution.model_copy(update={"bands": bands})})
    people = [person("a", "60.2", "60.2"), person("b", 90, 90)]

    (office,) = try_out(TrialInput(people, 2025, lined)).populations

    assert [(one.employee_no, one.line, one.distance) for one in office.near] == [("a", Decimal(60), Decimal("0.20"))]


def test_a_weight_is_shifted_as_if_the_scheme_said_so():
    people = [person(f"{n:02}", 80 + n * 7 % 13, 95 - n * 5 % 17, inspections=70 + n * 3 % 11) for n in range(40)]
    before = {one.employee_no: one.band for one in grade(people, year=2025, scheme=SCHEME)}

    trial = try_out(TrialInput(people, 2025, SCHEME))

    for effect in trial.weights:
        assert [shift.by for shift in effect.shifts] == list(SHIFTS)
        for shift in effect.shifts:
            assert sum(shift.weights.values()) == 100
            weights = tuple(shift.weights.values())
            parts = tuple(
                p.model_copy(update={"weight": w}) for p, w in zip(SCHEME.composition.parts, weights, strict=True)
            )
            draft = SCHEME.model_copy(update={"composition": SCHEME.composition.model_copy(update={"parts": parts})})
            after = {one.employee_no: one.band for one in grade(people, year=2025, scheme=draft)}
            assert {m.employee_no: m.after for m in shift.moved} == {
                number: band for number, band in after.items() if band != before[number]
            }
    assert any(effect.first for effect in trial.weights)


def test_a_weight_stays_between_0_and_100():
    trial = try_out(TrialInput(twenty(), 2025, weighed(3, 0, 97)))

    assert [[shift.by for shift in effect.shifts] for effect in trial.weights] == [
        [-1, 1, 5, 10], [1, 5, 10], [-10, -5, -1, 1],
    ]  # fmt: skip


def test_a_single_part_has_nothing_to_be_shifted_against():
    trial = try_out(TrialInput(twenty(), 2025, weighed(0, 0, 100)))

    assert [len(effect.shifts) for effect in trial.weights] == [3, 3, 0]


def test_the_data_names_people():
    told = as_data(try_out(TrialInput(twenty(), 2025, weighed(0, 90, 10), SCHEME)), {"00": "张三"})

    assert told["people"][0]["name"] == "张三"
    assert told["people"][0]["before"]["band"] != told["people"][0]["after"]["band"]
    assert told["populations"][0]["bands"][0]["ideal"] == "1"
    assert told["weights"][0]["weight"] == "0"
