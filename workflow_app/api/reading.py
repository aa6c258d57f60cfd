"""The endpoints: guarded and answered by the same rules and queries as the pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_login import current_user
from flask_smorest import Blueprint

from states.scheme import Text
from states.scheme.cycles import StageSpec
from workflow_app.access import allowed, current_actor
from workflow_app.api import schemas
from workflow_app.clock import now
from workflow_app.models import Cycle, Review, ReviewStage
from workflow_app.queries import cycles as cycle_queries
from workflow_app.queries import results as result_queries
from workflow_app.queries.candidates import title_of
from workflow_app.schemes import scheme_of
from workflow_app.views.results import visible_review

PREFIX = "/api/v1"
blueprint = Blueprint("api", __name__, url_prefix=PREFIX, description="What one may read")


@blueprint.get("/me")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.response(200, schemas.Me)
@allowed("use_own_desk")
def me() -> Any:
    """The own account, the employee behind it and its roles."""
    return current_user


@blueprint.get("/reviews")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.response(200, schemas.OwnReviews)
@allowed("use_own_desk")
def reviews() -> dict[str, Any]:
    """The own reviews, newest period first; a result stands there once it is released."""
    moment = now()
    return {"reviews": [_own(review, moment) for review in result_queries.own_reviews(current_actor().employee_id)]}


@blueprint.get("/reviews/<int:review_id>/result")
@blueprint.alt_response(404, "NOT_FOUND")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.response(200, schemas.Result)
@allowed("see_result")
def result(review_id: int) -> dict[str, Any]:
    """A grade with how it came about: the own once released, others' for whom it is work."""
    return result_queries.figures(visible_review(review_id))


@blueprint.get("/cycles")
@blueprint.alt_response(403, "FORBIDDEN")
@blueprint.alt_response(401, "UNAUTHORIZED")
@blueprint.response(200, schemas.Cycles)
@allowed("see_cycles")
def cycles() -> dict[str, Any]:
    """Every cycle with how many reviews stand at each stage, for HR and approvers."""
    moment = now()
    return {"cycles": [_counted(row, moment) for row in cycle_queries.all_cycles(moment)]}


def _own(review: Review, moment: datetime) -> dict[str, Any]:
    specs = {spec.code: spec for spec in scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stages}
    return {
        "id": review.id,
        "cycle": _cycle(review.cycle),
        "state": review.state,
        "stages": [_stage(stage, specs.get(stage.stage), moment) for stage in review.stages],
        "result": _released(review),
    }


def _released(review: Review) -> dict[str, Any] | None:
    if review.released_at is None:
        return None
    return {
        "total": review.total,
        "band": review.final_band,
        "released_at": review.released_at,
        "acknowledged_at": review.acknowledged_at,
    }


def _stage(stage: ReviewStage, spec: StageSpec | None, moment: datetime) -> dict[str, Any]:
    return {
        "code": stage.stage,
        "title": spec.title if spec else Text(zh=stage.stage, en=stage.stage),
        "state": stage.state,
        "due_at": stage.due_at,
        "late": stage.state == "open" and stage.due_at is not None and stage.due_at < moment,
    }


def _cycle(cycle: Cycle) -> dict[str, Any]:
    return {
        "id": cycle.id, "kind": cycle.kind, "title": title_of(cycle), "period": cycle.period, "state": cycle.state,
    }  # fmt: skip


def _counted(row: cycle_queries.CycleRow, moment: datetime) -> dict[str, Any]:
    stages = cycle_queries.stage_counts(row.cycle, now=moment)
    return _cycle(row.cycle) | {"reviews": row.reviews, "through": row.through, "late": row.late, "stages": stages}
