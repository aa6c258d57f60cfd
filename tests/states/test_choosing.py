"""Whom the rule asks: by lot, the same every time, and nobody who must be left alone."""

from collections import Counter
from datetime import date

import pytest

from states.choosing import Rule, Served, choose, months_before
from states.errors import Refusal

TODAY = date(2026, 3, 31)
CUSTOMERS = tuple(Served(number, f"C{number:03}") for number in range(1, 11))


def test_without_a_limit_everybody_is_asked():
    assert choose(Rule(), "T1", CUSTOMERS, today=TODAY).chosen == frozenset(range(1, 11))


def test_the_lot_is_the_same_every_time_whatever_the_order():
    rule = Rule(most=3, seed="spring")
    first = choose(rule, "T1", CUSTOMERS, today=TODAY)

    assert len(first.chosen) == 3
    assert first.left_out == {"not_drawn": 7}
    assert choose(rule, "T1", CUSTOMERS[::-1], today=TODAY) == first
    assert choose(Rule(most=3, seed="autumn"), "T1", CUSTOMERS, today=TODAY).chosen != first.chosen


def test_the_lot_is_fair():
    drawn = Counter()
    for number in range(4000):
        drawn.update(choose(Rule(most=3, seed="spring"), f"T{number}", CUSTOMERS, today=TODAY).chosen)

    # 1,200 expected of each, standard deviation 29.
    assert all(1050 < drawn[one.customer_id] < 1350 for one in CUSTOMERS)


def test_who_is_asked_already_takes_a_place_and_stays():
    fixed = [Served(99, "C099", fixed=True, opted_out=True), *CUSTOMERS]
    chosen = choose(Rule(most=3, seed="spring"), "T1", fixed, today=TODAY).chosen

    assert 99 in chosen
    assert len(chosen) == 3


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        (Served(1, "C1", opted_out=True, bounced=True), "opted_out"),
        (Served(1, "C1", bounced=True), "bounced"),
        (Served(1, "C1", has_address=False), "no_address"),
        (Served(1, "C1", last_asked=date(2025, 10, 1)), "asked_lately"),
        (Served(1, "C1", last_asked=date(2025, 9, 30)), None),
    ],
)
def test_each_is_left_out_for_a_reason(customer, reason):
    choice = choose(Rule(rest_months=6, need_address=True), "T1", [customer], today=TODAY)

    assert choice.left_out == ({reason: 1} if reason else {})
    assert choice.chosen == (frozenset() if reason else {1})


def test_without_a_mail_address_one_can_be_asked_by_a_handed_link():
    assert choose(Rule(), "T1", [Served(1, "C1", has_address=False)], today=TODAY).chosen == {1}


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 36, date(2023, 1, 15)),
        (date(2026, 1, 15), 0, date(2026, 1, 15)),
    ],
)
def test_months_go_back_to_the_same_day(day, months, before):
    assert months_before(day, months) == before


@pytest.mark.parametrize("values", [{"most": 0}, {"most": 501, "seed": "x"}, {"rest_months": 37}, {"rest_months": -1},
                                    {"most": 3}, {"seed": "x" * 41}])  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(values):
    with pytest.raises(Refusal):
        Rule(**values)
