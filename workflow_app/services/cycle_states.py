"""Moving a cycle along its machine."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from states.machines.machine import fire
from states.permissions import Actor
from workflow_app.models import Cycle
from workflow_app.services.events import record_event


def move_cycle(
    cycle: Cycle, trigger: str, *, actor: Actor, now: datetime, facts: Any = None, data: dict[str, Any] | None = None
) -> None:
    """Fire a trigger of the cycle's machine and record it; an impossible one is a Refusal (conflict)."""
    before = cycle.state
    cycle.state = fire("cycle", trigger, before, facts)
    record_event(
        "cycle",
        cycle.id,
        f"cycle_{trigger}",
        actor=actor,
        now=now,
        data={"from": before, "to": cycle.state} | (data or {}),
    )
