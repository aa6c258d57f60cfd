"""Nobody moves their own review, not even who approves the others'."""

import pytest

from states.permissions import Actor, ReviewFacts, may

DEPUTY = Actor(account_id=5, employee_id=5, roles=frozenset({"deputy_approver"}))


@pytest.mark.parametrize("state", ["self_review", "manager_scoring", "calibration", "acknowledgement"])
def test_an_approver_does_not_send_back_their_own_review(state):
    assert not may(DEPUTY, "return_review", ReviewFacts(5, superior_id=1, state=state)).allowed


@pytest.mark.parametrize("state", ["approval", "release"])
def test_it_goes_back_with_all_the_others(state):
    assert may(DEPUTY, "return_review", ReviewFacts(5, superior_id=1, state=state)).allowed


def test_an_approver_sends_back_anothers():
    assert may(DEPUTY, "return_review", ReviewFacts(6, superior_id=1, state="manager_scoring")).allowed
