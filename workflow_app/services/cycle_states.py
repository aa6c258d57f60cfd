"""Moving a cycle along its machine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from states.errors import Message, Refusal
from states.machines.machine import fire
from states.permissions import Actor
from workflow_app.models import Assignment, Cycle
from workflow_app.queries.guards import a_rater_omits, owed_forms
from workflow_app.services.events import record_event
from workflow_app.services.unsent_answers import forget_unsent

ENDINGS = frozenset({"calibrate", "close"})
NAMED = 5


def move_cycle(
    cycle: Cycle, trigger: str, *, actor: Actor, now: datetime, facts: Any = None, data: dict[str, Any] | None = None
) -> None:
    """Fire a trigger of the cycle's machine and record it; an impossible one is a Refusal (conflict).

    No cycle goes to calibration or closes while a rater owes a score and no omission is recorded: a
    rater's own omission is no missing part (scheme §4). What customers have not sent by then is wiped.
    """
    before = cycle.state
    if trigger in ENDINGS and before == "open" and a_rater_omits(cycle):
        raise Refusal(omitted_by(owed_forms(cycle)), kind="conflict")
    cycle.state = fire("cycle", trigger, before, facts)
    if before == "open":
        forget_unsent(cycle)
    record_event(
        "cycle",
        cycle.id,
        f"cycle_{trigger}",
        actor=actor,
        now=now,
        data={"from": before, "to": cycle.state} | (data or {}),
    )


def omitted_by(forms: Sequence[Assignment]) -> Message:
    """Who owes scores, by name, and how many each."""
    counts = Counter(form.assignee.name if form.assignee else "" for form in forms)
    if not forms:
        return Message("Some scores are still to come: the steps before them are not finished.")
    named = [f"{name} ({count})" for name, count in counts.items() if name][:NAMED]
    if not named:
        return Message("Scores are missing, and nobody is named who owes them. Name somebody, or leave the steps out with a reason.")
    return Message(
        "Scores are still owed by %(names)s. Remind them, hand their forms over, or record the omission with a reason.",
        names=named,
    )
