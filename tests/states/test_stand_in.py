"""A year-end that was imported explains itself by its record, not by the empty parts of a review."""

from datetime import date
from fractions import Fraction

import pytest

from states.explain import Node, OwnRecord, explain_total
from states.grading import PersonYear, RecordValue, grade
from states.scheme import Text, builtin_scheme

SCHEME = builtin_scheme()
TITLE = Text(zh="年终考核", en="Year-end")
PART = Node(TITLE, None, Fraction(0), code="manager_scoring")


def year_end_of(reviewed):
    record = RecordValue("year_end", "2025", Fraction(97), Fraction(5))
    if reviewed is not None:
        record = RecordValue("year_end", "2025", reviewed)
    person = PersonYear("K1", "office", date(2020, 1, 1), None, (record,))
    (graded,) = grade([person], year=2025, scheme=SCHEME)
    own = OwnRecord("year_end", "2025", Node(TITLE, reviewed, children=(PART,)))
    tree = explain_total(graded, person, SCHEME, own=own)
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


def test_one_record_of_many_opens_into_the_review_that_made_it():
    months = [RecordValue("monthly_appraisal", f"2025-0{n}", Fraction(80 + n)) for n in (1, 2)]
    person = PersonYear("K1", "office", date(2020, 1, 1), None, tuple(months))
    (graded,) = grade([person], year=2025, scheme=SCHEME)
    own = OwnRecord("monthly_appraisal", "2025-02", Node(TITLE, Fraction(82), children=(PART,)))

    tree = explain_total(graded, person, SCHEME, own=own)

    monthly = next(child for child in tree.children if child.code == "monthly")
    assert [(child.title.en, child.children) for child in monthly.children] == [("2025-01", ()), ("2025-02", (PART,))]


def test_a_missing_part_still_says_what_its_review_lacks():
    person = PersonYear("K1", "office", date(2020, 1, 1), None, ())
    (graded,) = grade([person], year=2025, scheme=SCHEME)

    tree = explain_total(graded, person, SCHEME, own=OwnRecord("year_end", "2025", Node(TITLE, None, children=(PART,))))

    assert [(child.code, child.children) for child in tree.children] == [
        ("inspections", ()), ("monthly", ()), ("year_end", (PART,)),
    ]  # fmt: skip
