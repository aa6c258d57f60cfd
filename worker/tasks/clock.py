"""What the ticks do."""

from __future__ import annotations

from worker import dispatcher
from worker.registry import on_tick
from workflow_app.db import unit_of_work
from workflow_app.jobs import Tick
from workflow_app.services import retention, sealing, timing


@on_tick(Tick.DISPATCH)
def dispatch() -> None:
    dispatcher.dispatch()


@on_tick(Tick.FIRE_TIMERS)
def fire_timers() -> None:
    with unit_of_work():
        timing.fire_due_timers(now=timing.database_now())


@on_tick(Tick.SEAL_EVENTS)
def seal_events() -> None:
    """Seal until little is left: after an import or a launch there are thousands."""
    sealed = sealing.BLOCK
    while sealed == sealing.BLOCK:
        with unit_of_work():
            sealed = sealing.seal(now=timing.database_now())


@on_tick(Tick.TIDY)
def tidy() -> None:
    dispatcher.tidy()
    with unit_of_work():
        retention.erase_old_records(now=timing.database_now())
