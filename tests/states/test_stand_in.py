"""A year-end that was imported explains itself by its record, not by the empty parts of a review."""

from datetime import date
from fractions import Fraction

import pytest

from states.explain import Node, explain_total
from states.grading import PersonYear, RecordValue, grade
from states.scheme import Text, builtin_scheme

SCHEME = builtin_scheme()
TITLE = Text(zh="年终考核", en="Year-end")
PART = Node(TITLE, None, Fraction(0), code="manager_scoring")


def year_end_of(reviewed):
    record = RecordValue("year_end", "2025", Fraction(97), Fraction(5))
    person = PersonYear("K1", "office", date(2020, 1, 1), None, (record,), year_end=reviewed)
    (graded,) = grade([person], year=2025, scheme=SCHEME)
    tree = explain_total(graded, person, SCHEME, year_end=Node(TITLE, reviewed, children=(PART,)))
    return next(child for child in tree.children if child.code == "year_end")


def test_the_record_stands_in_for_a_review_without_a_score():
    node = year_end_of(None)

    assert node.value == 102
    assert [(child.title.zh, child.value, child.weight, child.note) for child in node.children] == [("2025", 102, 1, "+5")]


@pytest.mark.parametrize("score", [Fraction(84), Fraction(0)])
def test_a_review_with_a_score_goes_first(score):
    node = year_end_of(score)

    assert node.value == score
    assert node.children == (PART,)
