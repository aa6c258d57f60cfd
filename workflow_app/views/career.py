"""A person's way through the company: postings and leave, and the list of who is away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from forms.career import LEAVE_KINDS, LeaveFilter, LeaveForm, PostingForm
from forms.cycles import offered
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Employee, Leave
from workflow_app.queries import leave as leave_queries
from workflow_app.queries import people
from workflow_app.queries.facts import person_facts
from workflow_app.queries.postings import Place, postings_of
from workflow_app.services.leave import Wanted, change_leave, record_leave, remove_leave
from workflow_app.services.posting import transfer
from workflow_app.titles import populations

blueprint = Blueprint("career", __name__, url_prefix="/career")
NOBODY = Message("There is no such person. They may be found under People.")
NO_LEAVE = Message("There is no such leave.")
LARGEST = 2**31 - 1


@blueprint.get("/leave")
@allowed("manage_career")
def leave() -> str:
    require(current_actor(), "manage_career")
    form = LeaveFilter(request.args, data={"show": "now"})
    shown = form.show.data if form.show.data in ("now", "coming", "all") else "now"
    page = leave_queries.leave_page(shown, day_of(now()), request.args.get("page", 1, type=int))
    return render_template("career/leave.html", form=form, page=page, kinds=dict(LEAVE_KINDS), shown=shown)


@blueprint.get("/<int:number>")
@allowed("manage_career")
def person(number: int) -> str:
    return _person(_employee(number))


@blueprint.post("/<int:number>/leave")
@allowed("manage_career")
def add_leave(number: int) -> Any:
    employee, form = _employee(number), LeaveForm(request.form)
    if not form.validate():
        return _person(employee, leave_form=form), 422
    try:
        with unit_of_work():
            record_leave(employee, _wanted(form), actor=current_actor(), now=now())
    except Refusal as refusal:
        return _person(_employee(number), refusal, leave_form=form), status_of(refusal)
    flash(_("The leave is recorded."), "ok")
    return redirect(url_for("career.person", number=number))


@blueprint.post("/leave/<int:leave_id>")
@allowed("manage_career")
def edit_leave(leave_id: int) -> Any:
    """Set a leave right, or take it back (`act=remove`)."""
    row, form = _leave(leave_id), LeaveForm(request.form)
    number, remove = row.employee_id, request.form.get("act") == "remove"
    if not remove and not form.validate():
        return _person(row.employee, leave_form=form, of=row), 422
    try:
        with unit_of_work():
            if remove:
                remove_leave(row, actor=current_actor(), now=now())
            else:
                change_leave(row, _wanted(form), actor=current_actor(), now=now())
    except Refusal as refusal:
        row = _leave(leave_id)
        return _person(row.employee, refusal, leave_form=form, of=row), status_of(refusal)
    flash(_("The leave is taken back.") if remove else _("The leave is changed."), "ok")
    return redirect(url_for("career.person", number=number))


@blueprint.post("/<int:number>/posting")
@allowed("manage_career")
def post(number: int) -> Any:
    employee, form = _employee(number), _posting_form(None)
    try:
        if not form.validate():
            return _person(employee, posting_form=form), 422
        with unit_of_work():
            row = transfer(employee, _place(form), since=form.since.data or day_of(now()), actor=current_actor(), now=now())
    except Refusal as refusal:
        return _person(_employee(number), refusal, posting_form=form), status_of(refusal)
    flash(_("Recorded. The history shows where the person stood until then.") if row else _("Nothing is different."), "ok")
    return redirect(url_for("career.person", number=number))


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """What the card of a person's way asks for on other desks' pages."""
    return {"postings_of": postings_of, "leaves_of": leave_queries.leaves_of, "leave_kinds": dict(LEAVE_KINDS)}


def _employee(number: int) -> Employee:
    require(current_actor(), "manage_career")
    found = people.person(min(number, LARGEST))
    if found is None:
        raise Refusal(NOBODY, kind="not_found")
    return found


def _leave(leave_id: int) -> Leave:
    require(current_actor(), "manage_career")
    found = db.session.get(Leave, min(leave_id, LARGEST))
    if found is None:
        raise Refusal(NO_LEAVE, kind="not_found")
    return found


def _wanted(form: LeaveForm) -> Wanted:
    if form.first.data is None or form.last.data is None:
        raise Refusal(Message("Enter the first and the last day."))
    return Wanted(form.kind.data or "", form.first.data, form.last.data, form.note.data or "")


def _posting_form(employee: Employee | None) -> PostingForm:
    data = None
    if employee is not None:
        data = {
            "since": day_of(now()), "department": employee.department, "post": employee.post,
            "population": employee.population, "superior": _named(employee.superior), "vp": _named(employee.vp),
        }
    form = PostingForm(None if employee is not None else request.form, data=data)
    form.population.choices = offered(populations().items())
    return form


def _named(person: Employee | None) -> str:
    return f"{person.employee_no} {person.name}" if person else ""


def _place(form: PostingForm) -> Place:
    known = populations()
    if (form.population.data or "") not in known:
        raise Refusal(Message("Choose a population of the scheme."))
    above, vp = _above(form.superior.data or ""), _above(form.vp.data or "")
    return Place(form.department.data or "", form.post.data or "", form.population.data or "", above, vp)


def _above(typed: str) -> int | None:
    """The id of the person whose number begins what was typed, or who alone has that name."""
    if not typed:
        return None
    number = db.session.scalar(select(Employee.id).filter_by(employee_no=typed.split(maxsplit=1)[0]))
    if number is None:
        named = db.session.scalars(select(Employee.id).filter_by(name=typed).limit(2)).all()
        number = named[0] if len(named) == 1 else None
    if number is None:
        raise Refusal(Message("No single person has the number or name “%(typed)s”. Choose from the list.", typed=typed))
    return number


def _person(
    employee: Employee, refusal: Refusal | None = None, *, leave_form: LeaveForm | None = None,
    posting_form: PostingForm | None = None, of: Leave | None = None,
) -> str:
    leaves = leave_queries.leaves_of(employee.id)
    forms = {row.id: LeaveForm(obj=row, prefix="") for row in leaves}
    for number, each in forms.items():
        for field in each:
            field.id = f"{field.name}-{number}"
    if leave_form is not None and of is not None:
        for field in leave_form:
            field.id = f"{field.name}-{of.id}"
        forms[of.id] = leave_form
    return render_template(
        "career/person.html", person=employee, leaves=leaves, forms=forms, refusal=refusal, populations=populations(),
        leave_form=leave_form if leave_form is not None and of is None else LeaveForm(), failed=leave_form or posting_form, of=of,
        posting_form=posting_form or _posting_form(employee), people=people.offered_people(day_of(now())), kinds=dict(LEAVE_KINDS),
        may_manage=may(current_actor(), "manage_career", person_facts(employee)).allowed,
    )
