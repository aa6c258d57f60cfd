"""Job descriptions: everyone reads them, HR writes them, paper shows them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.job_descriptions import Draft, changed, draft_of, faults_of, read_draft, tidied
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Employee
from workflow_app.queries import job_descriptions as queries
from workflow_app.services.job_descriptions import NO_POST, write_description

blueprint = Blueprint("job_descriptions", __name__, url_prefix="/job-descriptions")
SAVE = "save"
BEGINNING = (
    {"title": {"zh": "组织关系", "en": "Place in the company"}, "lines": [{}]},
    {"title": {"zh": "岗位职责", "en": "Duties"}, "lines": [{}, {}, {}]},
    {"title": {"zh": "权限", "en": "Authority"}, "lines": [{}]},
    {"title": {"zh": "衡量标准", "en": "Measures"}, "lines": [{}]},
    {"title": {"zh": "工作联系", "en": "Contacts"}, "lines": [{}]},
    {"title": {"zh": "任职条件", "en": "Requirements"}, "lines": [{}, {}, {}]},
)
"""The sections of Table 1, to begin with where nothing is written."""
NOT_WRITTEN = Message("There is no job description of this post yet. HR writes it under “Job descriptions”.")


@blueprint.get("")
@allowed("see_scheme")
def table() -> str:
    own = _own_post()
    may_edit = may(current_actor(), "edit_job_descriptions").allowed
    rows = [row for row in queries.posts(day_of(now())) if may_edit or row.source]
    return render_template("job_descriptions/table.html", rows=rows, own=own, may_edit=may_edit)


@blueprint.get("/mine")
@allowed("see_scheme")
def mine() -> Any:
    post = _own_post()
    if not post:
        raise Refusal(Message("This account belongs to nobody who holds a post."), kind="not_found")
    return redirect(url_for("job_descriptions.post", post=post))


@blueprint.get("/post")
@allowed("see_scheme")
def post() -> str:
    found = queries.find_description(_asked())
    may_edit = may(current_actor(), "edit_job_descriptions").allowed
    if found is None and not may_edit:
        raise Refusal(NOT_WRITTEN, kind="not_found")
    return render_template(
        "job_descriptions/post.html", found=found, post=_asked(), may_edit=may_edit, said=queries.in_words
    )


@blueprint.get("/edit")
@allowed("edit_job_descriptions")
def edit() -> str:
    found = queries.find_description(_asked())
    draft = draft_of(dict(found.title), found.sections) if found else draft_of({}, BEGINNING)
    return _page(draft, found.version if found else 0)


@blueprint.post("/edit")
@allowed("edit_job_descriptions")
def edit_post() -> Any:
    asked, wish = _asked(), request.form.get("do", SAVE)
    version = request.form.get("version", 0, type=int)
    draft = read_draft(request.form)
    if wish != SAVE:
        return _page(changed(draft, wish), version)
    faults = faults_of(tidied(draft))
    if faults:
        return _page(draft, version, Refusal(faults)), 422
    try:
        with unit_of_work():
            write_description(asked, draft, version=version, actor=current_actor(), now=now())
    except Refusal as refusal:
        db.session.rollback()
        kept = queries.stored(asked)
        return _page(draft, kept.version if kept else 0, refusal), status_of(refusal)
    flash(_("The job description is saved."), "ok")
    return redirect(url_for("job_descriptions.post", post=asked), code=303)


def _page(draft: Draft, version: int, refusal: Refusal | None = None) -> str:
    return render_template(
        "job_descriptions/edit.html", draft=draft, version=version, post=_asked(), refusal=refusal,
        found=queries.find_description(_asked()),
    )  # fmt: skip


def _asked() -> str:
    asked = request.args.get("post", "").strip()
    if not asked:
        raise Refusal(NO_POST, kind="not_found")
    return asked


def _own_post() -> str:
    employee = db.session.get(Employee, current_actor().employee_id or 0)
    return employee.post if employee else ""
