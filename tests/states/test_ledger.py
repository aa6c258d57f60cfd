from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from states.adjustments import Adjusted, Bonus, Offence, struck
from states.errors import Refusal
from states.ledger import (
    Entry,
    day_within,
    deduction_of,
    frozen,
    is_shown,
    standing,
    usual_day,
    with_entries,
)
from states.scheme import builtin_scheme
from states.scoring import score_form
from states.stages import Step, is_fed_back
from states.year_end import Filled, score_review

SCHEME = builtin_scheme()
STAFF = SCHEME.forms["scorecard_staff"]
WEEKLY = SCHEME.forms["inspection_weekly"]
ATTENDANCE = next(item for item in STAFF.items if item.code == "attendance")
UNIFORM = next(item for item in STAFF.items if item.code == "discipline")
START, END = date(2025, 7, 1), date(2025, 7, 31)


def deducted(item=ATTENDANCE, points=None, clause="", times=None, note=""):
    return deduction_of(item, points=points, clause=clause, times=times, note=note)


def entry(number, **values):
    return Entry(number, **({"kind": "deduction", "item": "attendance", "points": Decimal(2)} | values))


def test_a_clause_takes_off_what_it_names_for_every_time():
    assert deducted(clause="late").points == 2
    assert deducted(clause="late", times=3).points == 6
    assert (deducted(clause="late", points=Decimal(4)).times, deducted(clause="late", points=Decimal(4)).points) == (2, 4)


def test_more_times_than_the_item_has_points_are_kept_as_they_happened():
    found = deducted(clause="late", times=5)

    assert (found.points, found.times) == (10, 5)
    assert deducted(clause="late", times=5, points=Decimal(8)).points == 10


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"points": Decimal(2)},
        {"points": Decimal(-1), "note": "x"},
        {"points": Decimal(9), "note": "more than the item has"},
        {"points": Decimal(1), "clause": "late"},
        {"clause": "late", "times": 0},
        {"clause": "late", "times": 100},
        {"clause": "late", "times": -1},
        {"item": UNIFORM, "clause": "uniform", "times": 2},
        {"points": Decimal(2), "clause": "invented"},
        {"points": Decimal(2), "note": "   "},
    ],
)
def test_what_the_clauses_do_not_allow_is_refused(typed):
    with pytest.raises(Refusal):
        deducted(**typed)


def test_a_free_deduction_needs_a_reason():
    assert deducted(points=Decimal("1.5"), note="没有交接").points == Decimal("1.5")


def test_a_counter_entry_takes_one_back():
    rows = [entry(1), entry(2), Entry(3, "counter", corrects=1, note="another person"), entry(4)]

    assert [one.id for one in standing(rows)] == [2, 4]


def test_what_counts_is_frozen_in_text_and_scores_by_itself():
    rows = [
        entry(7, clause="late", times=2, points=Decimal(4), on=date(2025, 7, 3), note="迟到", by="manager"),
        entry(8, points=Decimal("0.5"), note="untidy"),
    ]

    answers = frozen(rows)

    assert answers["attendance"]["entries"][0] == {
        "id": "7", "clause": "late", "times": "2", "points": "4", "on": "2025-07-03", "note": "迟到", "by": "manager",
    }
    score = score_form(STAFF, answers)
    assert score.value == Fraction("95.5")
    row = next(row for row in score.rows if row.code == "attendance")
    assert (row.value, row.lost) == (Fraction("3.5"), Fraction("4.5"))
    line = row.entries[0]
    assert (line.id, line.title.en, line.times, line.on, line.by) == (
        "7", "Late or left early by more than 5 minutes", 2, "2025-07-03", "manager",
    )


def test_an_item_never_falls_below_nothing_and_a_sheet_is_scaled_exactly():
    rows = [entry(number, item="attendance", points=Decimal(6)) for number in (1, 2, 3)]

    assert score_form(WEEKLY, frozen(rows)).value == 90
    monthly = SCHEME.forms["inspection_monthly"]
    assert score_form(monthly, frozen([entry(1, points=Decimal(2))])).value == Fraction(128, 130) * 100


def test_the_old_shape_of_a_deduction_still_scores():
    old = {"attendance": {"deducted": "2", "clause": "late", "note": ""}}

    assert score_form(STAFF, old).value == 98


def test_entries_stand_beside_what_is_typed_and_not_entered_yet():
    answers = with_entries({"attendance": {"deducted": "1", "note": "x"}, "achievements": "many"}, [entry(1)])

    assert score_form(STAFF, answers).value == 97
    assert answers["achievements"] == "many"


@pytest.mark.parametrize("points", ["-1", "two", "1e9"])
def test_a_frozen_entry_with_odd_points_is_refused(points):
    with pytest.raises(Refusal):
        score_form(STAFF, {"attendance": {"entries": [{"id": "1", "points": points}]}})


@pytest.mark.parametrize(
    ("when", "handed_in", "released", "has_release", "shown"),
    [
        ("at_once", False, False, False, True),
        ("at_once", False, False, True, False),
        ("handed_in", False, False, False, False),
        ("handed_in", True, False, False, True),
        ("handed_in", True, False, True, False),
        ("feedback", True, False, False, False),
        ("feedback", True, True, False, True),
        ("at_once", True, True, True, True),
    ],
)
def test_the_person_sees_entries_when_the_scheme_says_and_never_before_a_release(
    when, handed_in, released, has_release, shown
):
    assert is_shown(when, handed_in=handed_in, released=released, has_release=has_release) is shown


def test_the_day_lies_in_the_period_and_not_in_the_future():
    assert day_within(START, start=START, end=END, today=END) == START
    for day in (date(2025, 6, 30), date(2025, 8, 1)):
        with pytest.raises(Refusal):
            day_within(day, start=START, end=END, today=date(2025, 12, 1))
    with pytest.raises(Refusal, match="future"):
        day_within(date(2025, 7, 9), start=START, end=END, today=date(2025, 7, 8))


def test_without_a_day_it_is_today_or_the_nearest_end_of_the_period():
    assert usual_day(start=START, end=END, today=date(2025, 7, 9)) == date(2025, 7, 9)
    assert usual_day(start=START, end=END, today=date(2026, 1, 5)) == END
    assert usual_day(start=START, end=END, today=date(2025, 6, 5)) == START


def test_a_result_stands_once_all_before_the_feedback_is_finished():
    month = [Step("self_review", "omitted"), Step("manager_scoring", "done"), Step("confirmation", "open"),
             Step("acknowledgement", "waiting")]  # fmt: skip
    assert not is_fed_back(month, "acknowledgement")
    assert is_fed_back([*month[:2], Step("confirmation", "done"), month[3]], "acknowledgement")
    assert is_fed_back([*month[:2], Step("confirmation", "done"), Step("signed", "waiting")], "signed")
    assert not is_fed_back([*month[:2], Step("confirmation", "done"), month[3]], None)
    assert is_fed_back([Step("inspection", "done")], None)
    assert not is_fed_back([Step("inspection", "open")], None)
    year = [Step("manager_scoring", "done"), Step("release", "open"), Step("acknowledgement", "waiting")]
    assert not is_fed_back(year, "acknowledgement")
    assert is_fed_back([year[0], Step("release", "done"), year[2]], None)


def test_an_offence_takes_all_points_of_its_item():
    """Scheme §4: discipline stood at 4 of 5 and the total at 92; without discipline it is 88."""
    answers = {"discipline": {"entries": [{"id": "1", "points": "1"}]}, "attendance": {"entries": [{"id": "2", "points": "7"}]}}
    sheet = score_form(STAFF, answers)
    assert sheet.value == 92

    after = struck(sheet, [Offence("scorecard_staff", "discipline", "9", "2025-07-04", "骂人", "manager")])

    assert after.value == 88
    row = next(row for row in after.rows if row.code == "discipline")
    assert [(line.kind, line.points) for line in row.entries] == [("deduction", 1), ("offence", 4)]


def test_a_review_is_struck_by_its_offences_and_carries_its_commendations():
    filled = [Filled("manager_scoring", "scorecard_staff", {"attendance": {"entries": [{"id": "2", "points": "7"}]}})]
    kind = SCHEME.cycle_kinds["monthly_appraisal"]
    adjusted = Adjusted(
        (Offence("scorecard_staff", "discipline", "9"), Offence("inspection_weekly", "attendance", "8")),
        (Bonus("saved a customer", 6), Bonus("saved a customer", 6), Bonus("praised in writing", 2)),
    )

    made = score_review(filled, scheme=SCHEME, kind=kind, population="front_line", post="", adjusted=adjusted)

    assert (made.value, made.bonus) == (88, 8)
