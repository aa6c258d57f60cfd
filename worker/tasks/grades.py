"""Jobs from totals to what follows: composing, distributing, releasing, proposing."""

from __future__ import annotations

from worker.registry import handles
from workflow_app.jobs import Job
from workflow_app.services import acting, composing, distributing, releasing
from workflow_app.services.timing import database_now


@handles(Job.COMPOSE_CYCLE)
def compose_cycle(cycle_id: int) -> None:
    composing.compose_cycle(cycle_id, now=database_now())


@handles(Job.DISTRIBUTE_CYCLE)
def distribute_cycle(cycle_id: int) -> None:
    distributing.distribute_cycle(cycle_id, now=database_now())


@handles(Job.RELEASE_CYCLE)
def release_cycle(cycle_id: int) -> None:
    releasing.release_reviews(cycle_id, now=database_now())


@handles(Job.PROPOSE_ACTIONS)
def propose_actions(cycle_id: int) -> None:
    acting.propose_actions(cycle_id, now=database_now())
