"""Launching, and the mornings of a cycle."""

from worker.registry import handles
from workflow_app.jobs import Job
from workflow_app.services import launching, recurring, reminding
from workflow_app.services.timing import database_now


@handles(Job.LAUNCH_CYCLE)
def launch_cycle(cycle_id: int) -> None:
    launching.launch_cycle(cycle_id, now=database_now())


@handles(Job.LAUNCH_CHUNK)
def launch_chunk(cycle_id: int, first_id: int, last_id: int, people: int | None = None) -> None:
    launching.launch_chunk(cycle_id, first_id, last_id, people, now=database_now())


@handles(Job.REMIND)
def remind(cycle_id: int) -> None:
    reminding.run_day(cycle_id, now=database_now())


@handles(Job.OPEN_RECURRING)
def open_recurring(recurring_id: int) -> None:
    recurring.open_due(recurring_id, now=database_now())
