"""A rater's people: where each review stands, the rater's own score, and the door to the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template, request

from states.deadlines import is_late
from states.stages import EXCLUDED
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.queries.assignments import TeamRow, team_cycles, team_rows
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Cycle

blueprint = Blueprint("team", __name__)


@blueprint.get("/team")
@allowed("use_own_desk")
def table() -> str:
    employee_id = current_actor().employee_id
    cycles = team_cycles(employee_id) if employee_id is not None else []
    cycle = _chosen(cycles)
    if cycle is None or employee_id is None:
        return render_template("team/table.html", cycle=None, cycles=[], rows=[])
    rows = [_shown(row, now()) for row in team_rows(employee_id, cycle)]
    return render_template("team/table.html", cycle=cycle, cycles=cycles, rows=rows, scheme=scheme_of(cycle))


def _chosen(cycles: Sequence[Cycle]) -> Cycle | None:
    """The cycle asked for, else the newest one at work, else the newest."""
    wanted = request.args.get("cycle", type=int)
    asked = [cycle for cycle in cycles if cycle.id == wanted]
    at_work = [cycle for cycle in cycles if cycle.state == "open"]
    return next(iter([*asked, *at_work, *cycles]), None)


def _shown(row: TeamRow, moment: datetime) -> dict[str, Any]:
    here, door = row.stage, row.door
    due_at = door[0].due_at if door and door[0].state == "open" else here.due_at if here else None
    return {
        "review": row.review,
        "employee": row.review.employee,
        "state": row.review.state,
        "due_at": due_at,
        "late": is_late(due_at, moment),
        "scored": row.scored,
        "assignment": door[0] if door else None,
        "submission": door[1] if door else None,
        "adjustable": row.review.superior_id == current_actor().employee_id and row.review.released_at is None
        and row.review.state != EXCLUDED and row.review.cycle.state == "open",
    }
