"""What waits for those who run the appraisal: human resources and those who approve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from states.errors import Message
from states.permissions import DEPUTY_APPROVER, GENERAL_MANAGER, HR, may
from workflow_app.db import db
from workflow_app.models import Action, Assignment, Cycle, Employee, Incident, Review
from workflow_app.queries.appeals import waiting_page
from workflow_app.queries.approval import signing
from workflow_app.queries.cycles import all_cycles
from workflow_app.queries.desk import Task, cycle_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from states.permissions import Actor


def role_tasks(actor: Actor, now: datetime) -> list[Task]:
    """Rows that come with a role; nothing for those without one."""
    tasks: list[Task] = []
    if actor.has(HR):
        tasks += [*_cycle_tasks(), *_late(now), *_lacking(), *_proposals()]
    if may(actor, "see_appeals").allowed:
        tasks += list(_appeals(actor))
    if actor.has(GENERAL_MANAGER, DEPUTY_APPROVER):
        tasks += list(_approvals(actor))
    if may(actor, "see_incidents").allowed:
        tasks += list(_incidents())
    if actor.has(HR) and not tasks:
        tasks += list(_first_steps())
    return tasks


def _appeals(actor: Actor) -> Iterator[Task]:
    """The appeals that wait; one's own is answered by others."""
    waiting = waiting_page(1, but=actor.employee_id)
    if waiting.total:
        yield Task(
            Message("Answer %(count)s appeals", count=waiting.total),
            (Message("by somebody who neither scored nor calibrated the grade"),),
            "appeals.table", {}, Message("Open"), waiting.items[0].due_at,
        )


def _cycle_tasks() -> Iterator[Task]:
    query = select(Cycle).where(Cycle.state.in_(("draft", "calibrating", "approving"))).order_by(Cycle.period_end)
    for cycle in db.session.scalars(query):
        title = cycle_title(cycle)
        if cycle.state == "draft":
            yield Task(
                Message("Launch %(cycle)s", cycle=title), (Message("see who is in, who is out and why before you launch"),),
                "cycles.cycle", {"cycle_id": cycle.id}, Message("Look and launch"),
            )
        elif cycle.state == "calibrating":
            why = (Message("returned: %(reason)s", reason=cycle.returned_reason),) if cycle.returned_reason else ()
            yield Task(
                Message("Calibrate %(cycle)s", cycle=title), (*why, Message("then another person approves")),
                "calibration.population", {"cycle_id": cycle.id}, Message("Open the board"),
            )
        elif cycle.approved_at is not None:
            yield Task(
                Message("Release the results of %(cycle)s", cycle=title),
                (Message("approved on %(day)s", day=cycle.approved_at), Message("people see their grades from then on")),
                "cycles.cycle", {"cycle_id": cycle.id}, Message("Release"),
            )


def _late(now: datetime) -> Iterator[Task]:
    """Running cycles in which somebody is late: HR reminds, extends or leaves out."""
    for row in all_cycles(now):
        if row.cycle.state == "open" and row.late:
            yield Task(
                Message("See who is late in %(cycle)s", cycle=cycle_title(row.cycle)),
                (Message("%(late)s late of %(count)s reviews", late=row.late, count=row.reviews),),
                "cycles.cycle", {"cycle_id": row.cycle.id}, Message("Look"),
            )


def _lacking() -> Iterator[Task]:
    query = (
        select(Cycle, func.count(Assignment.id))
        .join(Review, Review.cycle_id == Cycle.id)
        .join(Assignment, Assignment.review_id == Review.id)
        .where(Cycle.state == "open", Assignment.assignee_id.is_(None), Assignment.state.in_(("open", "waiting")))
        .group_by(Cycle.id)
    )
    for cycle, count in db.session.execute(query):
        yield Task(
            Message("Name somebody for %(count)s forms that lack a person", count=count), (cycle_title(cycle),),
            "cycles.lacking", {"cycle_id": cycle.id}, Message("Name them"),
        )


def _proposals() -> Iterator[Task]:
    query = (
        select(Cycle, func.count(Action.id))
        .join(Review, Review.cycle_id == Cycle.id)
        .join(Action, Action.review_id == Review.id)
        .where(Action.state == "proposed", Cycle.state.in_(("released", "closed")))
        .group_by(Cycle.id)
    )
    for cycle, count in db.session.execute(query):
        yield Task(
            Message("Decide %(count)s proposed actions", count=count), (cycle_title(cycle),),
            "actions.table", {"cycle": cycle.id}, Message("Decide"),
        )


def _approvals(actor: Actor) -> Iterator[Task]:
    query = select(Cycle).where(Cycle.state == "approving", Cycle.approved_at.is_(None)).order_by(Cycle.period_end)
    for cycle in db.session.scalars(query):
        waiting = signing(cycle, actor)
        if waiting.mine:
            why = (Message("submitted on %(day)s", day=cycle.submitted_at),) if cycle.submitted_at else ()
            yield Task(
                Message("Approve %(count)s grades of %(cycle)s", count=len(waiting.mine), cycle=cycle_title(cycle)), why,
                "approval.cycle", {"cycle_id": cycle.id}, Message("Read and sign"),
            )


def _incidents() -> Iterator[Task]:
    count = db.session.scalar(select(func.count()).select_from(Incident).where(Incident.state == "open"))
    if count:
        yield Task(
            Message("Look into %(count)s jobs that failed", count=count),
            (Message("each can be tried again or skipped"),), "incidents.table", {}, Message("Look"),
        )


def _first_steps() -> Iterator[Task]:
    if not db.session.scalar(select(func.count()).select_from(Employee)):
        yield Task(
            Message("Import the roster of employees"), (Message("everything else begins with it"),),
            "imports.start", {"kind": "employees"}, Message("Import"),
        )
    elif not db.session.scalar(select(func.count()).select_from(Cycle)):
        yield Task(
            Message("Prepare the first cycle"), (Message("people and scheme are here"),), "cycles.new", {}, Message("Prepare"),
        )
