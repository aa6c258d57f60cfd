"""Who leaves while a cycle runs: the review is closed out, or kept, as the scheme says (`leavers`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from states.stages import CLOSED, EXCLUDED
from workflow_app.db import db
from workflow_app.models import Employee, Review
from workflow_app.queries.candidates import keeps_leavers, local_day
from workflow_app.services.assigning import exclude

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Cycle


def close_out_leavers(cycle: Cycle, *, now: datetime) -> int:
    """Take out those who left by the end of the period, as the launch would have; returns how many.

    Who already knows the result stays in, and so does everybody where the scheme keeps leavers.
    """
    if cycle.state != "open" or keeps_leavers(cycle):
        return 0
    query = (
        select(Review)
        .join(Review.employee)
        .where(
            Review.cycle_id == cycle.id, Review.state.not_in((CLOSED, EXCLUDED)),
            Employee.left <= cycle.period_end, Employee.left < local_day(cycle, now),
        )
        .order_by(Review.id)
    )
    return sum(_close_out(review, now) for review in list(db.session.scalars(query)))


def _close_out(review: Review, now: datetime) -> bool:
    try:
        with db.session.begin_nested():
            exclude(review, code="left", reason="", actor=SYSTEM, now=now)
    except Refusal:
        return False
    return True
