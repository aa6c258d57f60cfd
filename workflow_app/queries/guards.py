"""The SQL face of guards: what the rules ask of a whole cycle, answered by the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased, joinedload

from states.omissions import scoring_stages
from states.stages import EXCLUDED, FINISHED
from workflow_app.db import db
from workflow_app.models import Assignment, Employee, Review, ReviewStage
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.models import Cycle


def a_rater_omits(cycle: Cycle) -> bool:
    """Whether some rater's score is missing and nobody recorded why: then the cycle cannot close (scheme §4)."""
    return db.session.scalar(_unfinished(cycle).limit(1)) is not None


def count_owed(cycle: Cycle) -> tuple[int, int]:
    """How many scoring forms are open and not handed in, and by how many raters."""
    query = select(func.count(), func.count(Assignment.assignee_id.distinct())).select_from(Assignment).join(Assignment.review)
    forms, raters = db.session.execute(query.where(*_owed(cycle))).one()
    return forms, raters


def owed_forms(cycle: Cycle) -> Sequence[Assignment]:
    """The scoring forms that are open and not handed in, by rater and person rated; nobody's come first."""
    rater = aliased(Employee)
    query = (
        select(Assignment)
        .join(Assignment.review)
        .join(Review.employee)
        .outerjoin(rater, rater.id == Assignment.assignee_id)
        .where(*_owed(cycle))
        .options(joinedload(Assignment.review).joinedload(Review.employee), joinedload(Assignment.assignee))
        .order_by(Assignment.assignee_id.is_not(None), rater.employee_no, Employee.employee_no, Assignment.id)
    )
    return db.session.scalars(query).all()


def _owed(cycle: Cycle) -> tuple[ColumnElement[bool], ...]:
    scheme = scheme_of(cycle)
    stages = scoring_stages(scheme.cycle_kinds[cycle.kind], scheme)
    of_nobody = (Assignment.state == "waiting") & Assignment.assignee_id.is_(None)
    return (
        Review.cycle_id == cycle.id, Review.state != EXCLUDED, Assignment.stage.in_(stages),
        (Assignment.state == "open") | of_nobody,
    )


def _unfinished(cycle: Cycle) -> Select[tuple[int]]:
    scheme = scheme_of(cycle)
    stages = scoring_stages(scheme.cycle_kinds[cycle.kind], scheme)
    return (
        select(ReviewStage.id)
        .join(Review)
        .where(
            Review.cycle_id == cycle.id, Review.state != EXCLUDED, ReviewStage.stage.in_(stages),
            ReviewStage.state.not_in(FINISHED),
        )
    )
