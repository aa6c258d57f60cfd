"""What the clock asks for. Beat only says "tick"; the handlers decide what there is to do.

Two beats do no harm, and a tick that nobody took in time expires instead of piling up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_app.jobs import Tick
from workflow_app.outbox import TASK_PREFIX

if TYPE_CHECKING:
    from workflow_app.outbox import QueueSettings

TIDY_SECONDS = 3600.0


def seconds(queue: QueueSettings) -> dict[Tick, float]:
    """How often each tick comes."""
    return {
        Tick.DISPATCH: queue.dispatch_seconds,
        Tick.FIRE_TIMERS: queue.timer_seconds,
        Tick.SEAL_EVENTS: queue.seal_seconds,
        Tick.TIDY: TIDY_SECONDS,
    }


def entries(queue: QueueSettings) -> dict[str, dict[str, Any]]:
    """The beat schedule in Celery's words."""
    return {
        tick.value: {
            "task": TASK_PREFIX + tick.value,
            "schedule": every,
            "options": {"queue": "tick", "expires": every},
        }
        for tick, every in seconds(queue).items()
    }
