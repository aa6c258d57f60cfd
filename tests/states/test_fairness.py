"""Counts and Fisher's exact test between groups (scheme §8)."""

from fractions import Fraction

import pytest

from states.fairness import differences, fisher


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # The lady tasting tea: 3 of 4 against 1 of 4.
        ((3, 4, 1, 4), Fraction(34, 70)),
        ((4, 4, 0, 4), Fraction(2, 70)),
        ((2, 4, 2, 4), Fraction(1)),
        ((0, 5, 0, 7), Fraction(1)),
    ],
)
def test_fishers_test_is_exact(table, expected):
    assert fisher(*table) == expected


def test_the_two_sides_of_a_table_say_the_same():
    assert fisher(1, 9, 8, 12) == fisher(8, 12, 1, 9)


def test_every_group_stands_beside_all_the_others_the_unlikeliest_first():
    people = [("a", True)] * 6 + [("b", False)] * 6 + [("c", True)] * 3 + [("c", False)] * 3

    found = differences(people)

    assert [one.group for one in found][-1] == "c"
    first = next(one for one in found if one.group == "a")
    assert (first.people, first.hits, first.rest, first.rest_hits) == (6, 6, 12, 3)
    assert first.chance == fisher(6, 6, 3, 12)


@pytest.mark.parametrize("people", [[("a", True)] * 4 + [("b", False)] * 20, [("a", True)] * 20 + [("b", False)] * 4])
def test_too_few_are_not_tested(people):
    assert {one.chance for one in differences(people)} == {None}


def test_nobody_makes_no_groups():
    assert differences([]) == ()
