"""From scoring to calibration: a cycle goes on when nobody's review is missing any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.errors import Message, Refusal
from states.permissions import Actor
from states.stages import CALIBRATION, CLOSED, CYCLE_STAGES, EXCLUDED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Review
from workflow_app.queries.guards import owed_forms
from workflow_app.services import progress
from workflow_app.services.advancing import kind_of
from workflow_app.services.cycle_states import move_cycle
from workflow_app.services.recording import withdraw_results
from workflow_app.services.timing import cancel_timer

NAMED = 5


def open_calibration(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Close the scoring and ask the worker for the totals.

    Refuses (conflict), naming who owes a score, else whose review is not ready.
    """
    require(actor, "manage_cycles")
    if kind_of(cycle).stage(CALIBRATION) is None:
        raise Refusal(Message("Cycles of this kind have no calibration. They close by themselves when all is done."))
    _guard_launched(cycle)
    missing = not_ready(cycle)
    if missing and not owed_forms(cycle):
        raise Refusal(_missing(missing), kind="conflict")
    move_cycle(cycle, "calibrate", actor=actor, now=now, facts={"all_ready": True})
    enqueue(Job.COMPOSE_CYCLE, now=now, cycle_id=cycle.id)


def cancel(cycle: Cycle, *, reason: str, actor: Actor, now: datetime) -> None:
    """End a cycle for good before its results are released, with a reason. Nobody is rated by it."""
    require(actor, "manage_cycles")
    if len(reason.strip()) < 5:
        raise Refusal(Message("Say why the cycle is cancelled, in at least %(least)s characters.", least=5))
    move_cycle(cycle, "cancel", actor=actor, now=now, data={"reason": reason.strip()})
    cancel_timer("cycle", cycle.id, "daily")
    withdraw_results(cycle)


def not_ready(cycle: Cycle) -> Sequence[Review]:
    """The reviews that calibration waits for, by name."""
    query = (
        select(Review)
        .join(Review.employee)
        .where(Review.cycle_id == cycle.id, Review.state.not_in((*CYCLE_STAGES, CLOSED, EXCLUDED)))
        .options(joinedload(Review.employee))
    )
    return sorted(db.session.scalars(query), key=lambda review: review.employee.employee_no)


def _guard_launched(cycle: Cycle) -> None:
    made = progress.find("cycle", cycle.id, "launch")
    if made is not None and made.finished_at is None:
        raise Refusal(Message("The launch is still running. Wait until every review is made."), kind="conflict")


def _missing(reviews: Sequence[Review]) -> Message:
    names = [review.employee.name for review in reviews[:NAMED]]
    if len(reviews) > NAMED:
        return Message(
            "%(count)s reviews are not ready, among them: %(names)s. Finish them, or leave steps out with a reason.",
            count=len(reviews), names=names,
        )
    return Message("Not ready yet: %(names)s. Finish these reviews, or leave steps out with a reason.", names=names)
