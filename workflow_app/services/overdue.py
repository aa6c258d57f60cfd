"""What happens when a stage's deadline has passed: the scheme says it, the clock does it (scheme §3)."""

from datetime import datetime

from sqlalchemy import func, select

from states.errors import N_
from states.omissions import needs_a_record
from states.permissions import SYSTEM
from states.stages import CALIBRATION, CLOSED, EXCLUDED
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Invitation, Review, ReviewStage
from workflow_app.schemes import scheme_of
from workflow_app.services.advancing import finish_stage, kind_of, omit_stage
from workflow_app.services.cycle_states import move_cycle

NOBODY_FILLED = N_("Nobody filled it in by the deadline.")
NOBODY_ANSWERED = N_("No answer had come by the deadline.")
AT_ONCE = 200


def close_overdue(cycle: Cycle, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Finish or leave out the open stages whose deadline has passed, where the scheme says so.

    A stage with some answers is finished with them; one without is left out, and so is a form that
    nobody filled where the scheme says `omit`. One rater's scoring is never taken silently: it waits
    for the score, or for an omission that HR records. Returns how many stages were closed.
    """
    kind, scheme = kind_of(cycle), scheme_of(cycle)
    closing = [
        stage.code for stage in kind.stages
        if stage.overdue in ("omit", "finish") and not needs_a_record(stage, scheme)
    ]
    surveys = [stage.code for stage in kind.stages if stage.actor == "customers"]
    query = (
        select(ReviewStage)
        .join(Review)
        .where(
            Review.cycle_id == cycle.id, Review.state != EXCLUDED, ReviewStage.stage.in_(closing),
            ReviewStage.state == "open", ReviewStage.due_at < now,
            # Surveys end by their customers' links, which may run longer for some.
            ReviewStage.stage.not_in(surveys) | Review.id.not_in(select(Invitation.review_id)),
        )
        .order_by(ReviewStage.id)
        .limit(limit)
    )
    rows = list(db.session.scalars(query))
    for row in rows:
        _close(row, now=now)
    return len(rows)


def close_finished_cycle(cycle: Cycle, *, now: datetime) -> bool:
    """Close a cycle when every review of it is closed, after the release or where there is none."""
    released = cycle.state == "released" or (cycle.state == "open" and kind_of(cycle).stage(CALIBRATION) is None)
    if not released or not _made(cycle) or _unclosed(cycle):
        return False
    move_cycle(cycle, "close", actor=SYSTEM, now=now, facts={"all_closed": True})
    return True


def _close(row: ReviewStage, *, now: datetime) -> None:
    spec = kind_of(row.review.cycle).stage(row.stage)
    answered = _came_in(row)
    if answered or (spec is not None and spec.overdue == "finish"):
        finish_stage(row.review, row.stage, actor=SYSTEM, now=now)
        return
    survey = spec is not None and spec.is_group
    omit_stage(row.review, row.stage, reason=NOBODY_ANSWERED if survey else NOBODY_FILLED, actor=SYSTEM, now=now)


def _came_in(row: ReviewStage) -> bool:
    """Whether anybody has filled a form of this stage."""
    forms = select(func.count()).select_from(Assignment)
    return bool(db.session.scalar(forms.filter_by(review_id=row.review_id, stage=row.stage, state="submitted")))


def _made(cycle: Cycle) -> int:
    return db.session.scalar(select(func.count()).select_from(Review).filter_by(cycle_id=cycle.id)) or 0


def _unclosed(cycle: Cycle) -> int:
    query = select(func.count()).select_from(Review).where(
        Review.cycle_id == cycle.id, Review.state.not_in((CLOSED, EXCLUDED))
    )
    return db.session.scalar(query) or 0
