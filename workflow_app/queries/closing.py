"""What stands between a running cycle and its end: forms owed, people who left, are away, or have come."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.stages import CLOSED, EXCLUDED
from workflow_app.db import db
from workflow_app.models import Employee, Review
from workflow_app.queries.candidates import candidates, local_day
from workflow_app.queries.guards import owed_forms
from workflow_app.queries.leave import on_leave_throughout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Assignment, Cycle


@dataclass(frozen=True)
class Debtor:
    """One rater and the forms that are owed; `rater` is None where somebody has to be named first."""

    rater: Employee | None
    forms: tuple[Assignment, ...]

    def late(self, now: datetime) -> int:
        """How many of the forms are past their deadline."""
        return sum(form.due_at is not None and form.due_at < now for form in self.forms)


@dataclass(frozen=True)
class Closing:
    """Everything on the page before a cycle closes."""

    debtors: list[Debtor]
    left: list[Review]
    away: list[Review]
    joined: list[Employee]

    @property
    def owed(self) -> int:
        """How many forms are owed."""
        return sum(len(one.forms) for one in self.debtors)


def before_closing(cycle: Cycle, *, now: datetime) -> Closing:
    """What HR has to look at; of a cycle that is not open any more, nothing is owed and nobody joins."""
    running = cycle.state == "open"
    reviews = _live(cycle) if cycle.state in ("open", "calibrating") else []
    away = on_leave_throughout(cycle) if reviews else set()
    today = local_day(cycle, now)
    return Closing(
        debtors=sorted(_debtors(owed_forms(cycle)), key=lambda one: -one.late(now)) if running else [],
        left=[one for one in reviews if one.employee.left is not None and one.employee.left < today],
        away=[one for one in reviews if one.employee_id in away],
        joined=_joined(cycle, now) if running else [],
    )


def _live(cycle: Cycle) -> Sequence[Review]:
    query = (
        select(Review)
        .join(Review.employee)
        .where(Review.cycle_id == cycle.id, Review.state.not_in((CLOSED, EXCLUDED)))
        .options(joinedload(Review.employee))
        .order_by(Employee.employee_no)
    )
    return db.session.scalars(query).all()


def _joined(cycle: Cycle, now: datetime) -> list[Employee]:
    known = set(db.session.scalars(select(Review.employee_id).filter_by(cycle_id=cycle.id)))
    return [one.employee for one in candidates(cycle, now=now).people if one.employee.id not in known]


def _debtors(forms: Sequence[Assignment]) -> list[Debtor]:
    return [Debtor(rater, tuple(group)) for rater, group in groupby(forms, key=lambda form: form.assignee)]
