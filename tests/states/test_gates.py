"""The two gates: facts in, what is lacking out (scheme §1, row 7)."""

from datetime import date

import pytest

from states.gates import Cleared, GateFacts, Taken, stand_before, stand_before_all
from states.scheme import builtin_scheme

SCHEME = builtin_scheme()
INDUCTION, ON_THE_JOB = SCHEME.gates
JOINED, MOVED = date(2025, 3, 3), date(2025, 9, 1)


def facts(**values):
    return GateFacts(**({"joined": JOINED, "post": "客服专员"} | values))


def keys(standing):
    return [(message.key, message.data["test"].en) for message in standing.lacking]


def test_a_joiner_stands_before_both_gates_with_nothing_passed():
    induction, duty = stand_before_all(SCHEME.gates, facts(), SCHEME)

    assert keys(induction) == [("%(test)s: not taken yet", "Test of theory")]
    assert [title for _, title in keys(duty)] == ["Test of theory", "Test of practical skill"]
    assert induction.waits
    assert not induction.passed


def test_a_failed_test_is_lacking_until_it_is_passed():
    failed, passed = Taken("theory_test", date(2025, 3, 10), passed=False), Taken("theory_test", date(2025, 3, 20), passed=True)

    assert keys(stand_before(INDUCTION, facts(tests=(failed,)), SCHEME))[0][0] == "%(test)s: not passed on %(day)s"
    assert stand_before(INDUCTION, facts(tests=(passed, failed)), SCHEME).passed


def test_a_clearance_ends_the_waiting():
    tests = (Taken("theory_test", date(2025, 3, 20), passed=True),)
    cleared = Cleared("induction", "客服专员", date(2025, 4, 1))

    standing = stand_before(INDUCTION, facts(tests=tests, clearances=(cleared,)), SCHEME)

    assert standing.cleared == date(2025, 4, 1)
    assert not standing.waits


@pytest.mark.parametrize(("taken_on", "lacks"), [(date(2025, 8, 31), True), (MOVED, False)])
def test_after_a_transfer_duty_asks_anew_and_the_old_clearance_lapses(taken_on, lacks):
    tests = (Taken("theory_test", taken_on, passed=True), Taken("practical_test", taken_on, passed=True))
    old = Cleared("on_the_job", "客服专员", date(2025, 4, 1))

    standing = stand_before(ON_THE_JOB, facts(post="客服主管", transferred=MOVED, tests=tests, clearances=(old,)), SCHEME)

    assert (standing.since, standing.lapsed, standing.waits) == (MOVED, MOVED, True)
    assert bool(standing.lacking) is lacks
    assert all("again after the transfer" in message.key for message in standing.lacking)


def test_the_appointment_stands_after_a_transfer():
    cleared = Cleared("induction", "客服专员", date(2025, 4, 1))

    standing = stand_before(INDUCTION, facts(transferred=MOVED, clearances=(cleared,)), SCHEME)

    assert standing.cleared == date(2025, 4, 1)


def test_who_was_here_before_the_gate_is_not_asked_until_a_transfer():
    before = facts(in_force_since=date(2025, 6, 1))
    moved = facts(in_force_since=date(2025, 6, 1), transferred=MOVED)

    assert not any(one.waits for one in stand_before_all(SCHEME.gates, before, SCHEME))
    assert [one.waits for one in stand_before_all(SCHEME.gates, moved, SCHEME)] == [False, True]
