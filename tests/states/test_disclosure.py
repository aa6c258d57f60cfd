"""What may be shown of a survey: an attacker who adds and subtracts everything published learns of no small group."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from states.disclosed_spans import isolates_nobody
from states.disclosure import DIFFERENCE, NOBODY, TOO_FEW, WHOLE, Figure, decide, may_follow


def whole(key: str, *numbers: int, group: str = "", least: int | None = None) -> Figure:
    return Figure(key, frozenset(numbers), WHOLE, group, least)


def item(key: str, *numbers: int, group: str = "", linked: bool = True) -> Figure:
    return Figure(f"{key}{group}", frozenset(numbers), key, group, linked=linked)


TWELVE = tuple(range(12))


def test_a_group_below_the_minimum_is_hidden_and_one_of_the_minimum_is_shown():
    made = decide([whole("few", 1, 2, 3, 4), whole("enough", 5, 6, 7, 8, 9), whole("none")], least=5)

    assert made.shown == {"enough"}
    assert dict(made.hidden) == {"few": TOO_FEW, "none": TOO_FEW}


def test_that_nobody_answered_a_question_is_told_of_enough_people_only():
    few = [whole("few", 1, 2, least=1, group="f"), item("a", group="f")]
    many = [whole("many", 5, 6, 7, 8, 9, group="m"), item("a", group="m")]

    assert dict(decide([*few, *many], least=5).hidden) == {"af": TOO_FEW, "am": NOBODY}


def test_a_question_that_all_but_a_few_answered_is_hidden():
    made = decide([whole("all", *TWELVE), item("a", *TWELVE), item("b", *TWELVE[:9])], least=5)

    assert made.why_not("b") == DIFFERENCE
    # The score less the other question would tell of nine people: enough.
    assert made.shown == {"all", "a"}


def test_a_question_that_few_answered_takes_another_with_it():
    """The score, less the others, is what the hidden one brought: three people's."""
    made = decide([whole("all", *TWELVE), item("a", *TWELVE), item("b", *TWELVE), item("c", 0, 1, 2)], least=5)

    assert made.why_not("c") == TOO_FEW
    assert made.why_not("b") == DIFFERENCE
    assert made.shown == {"all", "a"}


def test_a_question_outside_the_score_takes_none_with_it():
    made = decide([whole("all", *TWELVE), item("a", *TWELVE), item("nps", 0, 1, 2, linked=False)], least=5)

    assert made.shown == {"all", "a"}


def test_what_is_left_of_a_whole_after_its_parts_is_never_a_few():
    parts = [whole("north", *range(10)), whole("south", *range(10, 18)), whole("west", 18, 19, 20)]

    made = decide([whole("all", *range(21)), *parts], least=5)

    assert made.shown == {"all", "north"}
    assert dict(made.hidden) == {"south": DIFFERENCE, "west": TOO_FEW}


def test_two_ways_of_dividing_are_both_shown_where_nothing_small_follows():
    """One customer who writes English in a department: no sum or difference of the margins tells of them."""
    chinese, english = set(range(27)), {27, 28, 29, 30, 31, 32}
    departments = [set(range(14)) | {27}, set(range(14, 27)) | english - {27}]
    groups = [whole(str(at), *one) for at, one in enumerate([chinese | english, *departments, chinese, english])]

    made = decide(groups, least=5)

    assert made.shown == {"0", "1", "2", "3", "4"}


def test_an_answer_that_came_later_waits_for_others():
    first = whole("all", *TWELVE)

    assert decide([whole("all", *TWELVE, 12)], least=5, before=[first]).hidden == {"all": DIFFERENCE}
    assert decide([whole("all", *range(17))], least=5, before=[first]).shown == {"all"}


def test_a_changed_answer_is_another_answer():
    changed = whole("all", *TWELVE[1:], 99)

    assert decide([changed], least=5, before=[whole("all", *TWELVE)]).hidden == {"all": DIFFERENCE}


def test_what_was_published_is_published_again():
    first = [whole("all", *TWELVE), item("a", *TWELVE[:7])]

    assert decide(first, least=5, before=first).shown == {"all", "a"}


def test_a_score_that_is_told_again_stands_beside_the_questions_of_the_later_publication_too():
    score = whole("all", 0, 1, 2, 3, 5, 6)

    made = decide([score, item("a", 0, 1, 2, 3, 4, 5)], least=3, before=[score])

    assert made.shown == {"all"}


def test_a_score_may_count_from_fewer_on_than_its_split_is_shown_from():
    made = decide([whole("all", 1, 2, 3, least=3), item("a", 1, 2, 3)], least=5)

    assert made.shown == {"all"}


def test_two_persons_of_a_department_the_smaller_one_known_only_by_the_score():
    before = [whole("p1", *range(10)), whole("p2", *range(10, 14), least=3), item("a", *range(10), group="p1")]
    department = [whole("d", *range(14)), item("a", *range(14), group="d")]

    made = decide(department, least=5, before=before)

    assert made.hidden == {"d": DIFFERENCE, "ad": DIFFERENCE}


@pytest.mark.parametrize(
    ("new", "old", "may"),
    [((1, 2, 3), (1, 2, 3), True), ((1, 2, 3, 4), (1, 2, 3), False), ((2, 3), (1, 2, 3), False),
     ((1, 9, 10, 11, 12, 13), (1,), True)],
)  # fmt: skip
def test_texts_may_follow_earlier_ones(new, old, may):
    assert may_follow([frozenset(new)], [frozenset(old)], least=5) is may


def lightest(family: list[frozenset[int]], below: int = 99) -> int:
    """The smallest number of people (`below` this) behind any combination of the sets, by trying every group: the attacker's way."""
    people = sorted(frozenset().union(*family))
    rows = [[Fraction(int(one in each)) for one in people] for each in family]
    full = rank(rows)
    for size in range(1, min(len(people) + 1, below)):
        for group in combinations(range(len(people)), size):
            rest = [[value for at, value in enumerate(row) if at not in group] for row in rows]
            if rank(rest) < full:
                return size
    return 0


def rank(rows: list[list[Fraction]]) -> int:
    left, found = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left and left[0] else 0):
        pivot = next((at for at in range(found, len(left)) if left[at][column]), None)
        if pivot is None:
            continue
        left[found], left[pivot] = left[pivot], left[found]
        for at in range(found + 1, len(left)):
            factor = left[at][column] / left[found][column]
            left[at] = [a - factor * b for a, b in zip(left[at], left[found], strict=True)]
        found += 1
    return found


PEOPLE = st.frozensets(st.integers(0, 7), max_size=8)


@settings(max_examples=80, deadline=None)
@given(st.lists(PEOPLE.filter(bool), min_size=1, max_size=4), st.integers(2, 4))
def test_the_exact_search_finds_what_trying_everything_finds(family, least):
    assert isolates_nobody(family, least) is (lightest(family) >= least)


FAMILIES = st.lists(st.tuples(st.sampled_from(["", "a", "b"]), PEOPLE), min_size=1, max_size=7)


def figures_of(drawn) -> list[Figure]:
    return [Figure(str(at), of, measure, str(at)) for at, (measure, of) in enumerate(drawn)]


@settings(max_examples=120, deadline=None)
@given(FAMILIES, FAMILIES, st.integers(2, 4))
def test_nobody_who_adds_and_subtracts_all_published_figures_isolates_a_small_group(drawn, later, least):
    first = figures_of(drawn)
    shown = [one for one in first if one.key in decide(first, least=least).shown]
    second = [Figure(f"later {one.key}", one.of, one.measure, f"later {one.group}") for one in figures_of(later)]
    then = [one for one in second if one.key in decide(second, least=least, before=shown).shown]

    for measure in ("a", "b", WHOLE):
        every = [one.of for one in (*shown, *then) if one.measure == measure]
        families = [every, *([one.of for one in these if one.measure in (WHOLE, measure)] for these in (shown, then))]
        assert all(not family or lightest(family) >= least for family in families)
    shown += then
    for one, other in combinations([one.of for one in shown], 2):
        assert not (one <= other or other <= one) or len(one ^ other) in {0, *range(least, 20)}


@settings(max_examples=100, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=5), st.integers(2, 4))
def test_the_score_less_all_the_questions_shown_is_never_about_a_few(answered, least):
    everybody = frozenset().union(*answered) | frozenset(range(6))
    asked = [Figure(f"q{at}", of, f"q{at}") for at, of in enumerate(answered)]

    made = decide([Figure("all", everybody), *asked], least=least)

    hidden = frozenset().union(*(one.of for one in asked if one.key not in made.shown))
    assert not hidden or len(hidden) >= least or not made.shown - {"all"}


def test_a_small_part_that_was_harmless_is_not_isolated_by_a_set_that_does_not_touch_it():
    """Yes and no, less the department, would be one person: the fifth."""
    groups = {"all": range(7), "yes": (1, 3, 4), "no": (0, 2, 6), "department": (0, 1, 2, 3, 6)}

    made = decide([Figure(key, frozenset(of), "a", key) for key, of in groups.items()], least=2)

    assert made.hidden == {"no": DIFFERENCE}


PLACES = st.tuples(st.sampled_from(["yes", "no", ""]), st.sampled_from(["north", "south"]), st.sampled_from(["zh", "en"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(PLACES, min_size=5, max_size=10), st.integers(2, 3))
def test_choices_behind_filters_isolate_no_small_group(people, least):
    filters = [("", 0), *((name, at) for at in (1, 2) for name in sorted({one[at] for one in people}))]
    behind = {name: [number for number, one in enumerate(people) if not name or one[at] == name] for name, at in filters}
    figures = [
        Figure(f"{name}/{choice}", frozenset(number for number in numbers if choice in ("any", people[number][0])), "a", name)
        for name, numbers in behind.items() for choice in ("any", "yes", "no")
    ]  # fmt: skip

    shown = decide(figures, least=least).shown

    assert lightest([one.of for one in figures if one.key in shown] or [frozenset()], below=least) == 0


@given(FAMILIES)
def test_the_same_figures_are_always_decided_alike(drawn):
    figures = figures_of(drawn)

    assert decide(figures, least=3) == decide(figures, least=3)


def test_many_people_and_many_filters_are_decided_soon():
    people = [Figure(f"p{at}", frozenset(range(at * 7, at * 7 + 7)), WHOLE, f"p{at}") for at in range(1500)]
    halves = [whole("left", *range(5250), group="l"), whole("right", *range(5250, 10500), group="r")]

    made = decide([whole("all", *range(10500)), *halves], least=5, before=people)

    assert made.shown == {"all", "left", "right"}
