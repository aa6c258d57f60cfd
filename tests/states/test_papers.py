"""What a decision on an action needs (scheme §6)."""

import pytest

from states.actions import Papers, lacking

DEMOTION = ("reason", "evidence", "improvement_plan", "consent")
ALL = Papers(reason=True, evidence=True, improvement_plan=True, consent=True)


@pytest.mark.parametrize(
    ("needs", "decision", "papers", "expected"),
    [
        (DEMOTION, "approve", Papers(), ("reason", "evidence", "improvement_plan")),
        (DEMOTION, "approve", Papers(reason=True, evidence=True), ("improvement_plan",)),
        (DEMOTION, "approve", Papers(reason=True, evidence=True, improvement_plan=True), ()),
        (DEMOTION, "start", Papers(reason=True, evidence=True, improvement_plan=True), ("consent",)),
        (DEMOTION, "start", ALL, ()),
        (DEMOTION, "finish", Papers(), ()),
        (("reason", "improvement_plan"), "approve", Papers(reason=True), ("improvement_plan",)),
        (("reason", "improvement_plan"), "start", Papers(), ()),
        (("reason",), "approve", Papers(), ()),
        (("reason",), "decline", Papers(), ("reason",)),
        ((), "decline", Papers(), ("reason",)),
        ((), "start", Papers(), ()),
    ],
)
def test_what_a_decision_lacks(needs, decision, papers, expected):
    assert lacking(needs, decision, papers) == expected
