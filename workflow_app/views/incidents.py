"""Incidents: jobs that the worker gave up on, to be tried again or skipped by a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.jobs import TITLES, find_job
from workflow_app.queries import queue as queries
from workflow_app.services import incidents

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")


@blueprint.app_template_filter("job_title")
def job_title(name: str) -> str:
    """The words for a job; one of another version keeps its name."""
    job = find_job(name)
    return _(TITLES.get(job, job.value)) if job else name


@blueprint.app_template_filter("last_line")
def last_line(text: str) -> str:
    """What went wrong in one line: the end of a traceback."""
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


@blueprint.get("")
@allowed("see_incidents")
def table() -> str:
    state = request.args.get("state", "open")
    return render_template(
        "incidents/table.html",
        incidents=queries.incidents(state, request.args.get("page", 1, type=int)),
        state=state, open_count=queries.count_open_incidents(),
    )


@blueprint.get("/<int:number>")
@allowed("see_incidents")
def incident(number: int) -> str:
    found = queries.incident(number)
    return render_template("incidents/incident.html", incident=found, decider=queries.decider(found))


@blueprint.post("/<int:number>/retry")
@allowed("see_incidents")
def retry(number: int) -> Response:
    with unit_of_work():
        incidents.retry(queries.incident(number), actor=current_actor(), now=now())
    flash(_("The job is tried again."), "ok")
    return redirect(url_for("incidents.table"))


@blueprint.post("/<int:number>/skip")
@allowed("see_incidents")
def skip(number: int) -> Response:
    with unit_of_work():
        incidents.skip(queries.incident(number), actor=current_actor(), now=now())
    flash(_("The job is skipped; the decision is on record."), "ok")
    return redirect(url_for("incidents.table"))
