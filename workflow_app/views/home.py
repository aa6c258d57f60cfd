"""The desk: what to do now, what waits for others, where one's own year-end stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from states.errors import Message, Refusal
from states.machines.review import APPEALED
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.formats import short_day
from workflow_app.i18n import t
from workflow_app.queries import desk as queries
from workflow_app.queries.desk_roles import role_tasks
from workflow_app.queries.desk_schemes import reading_tasks
from workflow_app.queries.own_year import own_year
from workflow_app.queries.people import record_years, records_of
from workflow_app.queries.results import own_reviews, steps
from workflow_app.schemes import scheme_of
from workflow_app.titles import record_kinds

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Review

blueprint = Blueprint("home", __name__)
MORNING, NOON, EVENING = 5, 12, 18
SOON_DAYS = 2
HOLDERS = {"manager": "superior", "vp": "vp"}


@blueprint.get("/")
@allowed("use_own_desk")
def desk() -> str:
    moment, actor, employee = now(), current_actor(), current_user.employee
    tasks, waits = role_tasks(actor, moment), []
    if employee is not None:
        tasks += queries.form_tasks(employee.id, moment) + queries.result_tasks(employee.id)
        tasks += reading_tasks(employee.id)
        waits = queries.survey_waits(employee.id) + queries.report_waits(employee.id)
    tasks = queries.in_order(tasks)
    return render_template(
        "home/desk.html",
        greeting=greeting(moment),
        rows=[_row(task, moment) for task in tasks],
        waits=waits,
        deadline=next((task.due_at for task in tasks if task.due_at and task.due_at >= moment), None),
        mine=_mine(employee.id, moment) if employee else None,
        year=own_year(employee) if employee else None,
    )


@blueprint.get("/records")
@allowed("use_own_desk")
def records() -> str:
    employee = current_user.employee
    if employee is None:
        raise Refusal(
            Message("This account belongs to no employee, so there are no records of its own."), kind="not_found"
        )
    years = record_years(employee.id)
    year = request.args.get("year", years[0] if years else 0, type=int)
    return render_template(
        "home/records.html", years=years, year=year, records=records_of(employee.id, year), record_kinds=record_kinds()
    )


def greeting(moment: datetime) -> str:
    """Good morning, afternoon or evening where the company is."""
    hour = moment.astimezone(ZoneInfo(current_app.config["COMPANY_TIMEZONE"])).hour
    name = current_user.display_name
    if MORNING <= hour < NOON:
        return str(_("Good morning, %(name)s", name=name))
    if NOON <= hour < EVENING:
        return str(_("Good afternoon, %(name)s", name=name))
    return str(_("Good evening, %(name)s", name=name))


def _row(task: queries.Task, moment: datetime) -> dict[str, Any]:
    when, tone = _when(task.due_at, moment)
    return {"task": task, "when": when, "tone": tone, "href": url_for(task.endpoint, **task.args)}


def _when(due_at: datetime | None, moment: datetime) -> tuple[str, str]:
    """The chip of a row: how late, how soon, or the date."""
    if due_at is None:
        return str(_("when you can")), ""
    days = (day_of(due_at) - day_of(moment)).days
    if due_at < moment:
        return (str(ngettext("%(num)s day late", "%(num)s days late", -days)) if days else str(_("late"))), "late"
    if days < SOON_DAYS:
        return str(_("today") if days == 0 else _("tomorrow")), "due"
    return short_day(due_at), ""


def _mine(employee_id: int, moment: datetime) -> dict[str, Any] | None:
    """The newest ranked review of this person, with its steps; without figures, which come with the release."""
    found = [one for one in own_reviews(employee_id) if scheme_of(one.cycle).cycle_kinds[one.cycle.kind].ranked]
    if not found:
        return None
    review = found[0]
    titles: dict[str, object] = {stage.code: stage.title for stage in scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stages}
    shown = [{"title": t(step.title), "state": step.state, "late": step.late} for step in steps(review, titles, moment)]
    return {"review": review, "steps": shown, "said": _standing(review, titles)}


def _standing(review: Review, titles: dict[str, Any]) -> Sequence[Message]:
    if review.state == "excluded":
        return (Message("You are not rated in this cycle: %(reason)s", reason=review.exclusion),)
    if review.released_at is not None:
        return (Message("Your result is released. You can see how it came about."),)
    said = (Message("At present: %(stage)s.", stage=titles.get(review.state, review.state)),)
    spec = scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stage(review.state)
    holder = getattr(review, HOLDERS.get(spec.actor if spec else "", ""), None)
    if holder is not None:
        said = (Message("At present with %(name)s: nothing for you to do.", name=holder.name),)
    if review.state in {APPEALED, "closed"}:
        return said
    return (*said, Message("Nobody shows you a provisional grade before the release."))
