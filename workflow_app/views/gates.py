"""The two gates of training: who stands before which, what is lacking, and the clearance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.career import ClearanceForm, DepartmentFilter
from forms.cycles import offered
from states.errors import Message, Refusal
from states.permissions import HR, may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.queries import gates as queries
from workflow_app.queries import people
from workflow_app.queries.facts import person_facts
from workflow_app.queries.paging import slice_of
from workflow_app.services.clearing import earliest, give_clearance

if TYPE_CHECKING:
    from workflow_app.models import Employee
    from workflow_app.queries.gates import Place

blueprint = Blueprint("gates", __name__, url_prefix="/gates")
PER_PAGE = 30
LARGEST = 2**31 - 1


@blueprint.get("")
@allowed("use_own_desk")
def page() -> str:
    """HR sees everybody, anybody else the people who report to them."""
    actor, waiting = current_actor(), request.args.get("show") != "all"
    superior = None if actor.has(HR) else actor.employee_id or 0
    form = DepartmentFilter(request.args)
    if actor.has(HR):
        form.department.choices = offered([("", _("All")), *((name, name) for name in people.departments())])
    whom: dict[str, Any] = {"superior_id": superior, "department": form.department.data or ""}
    places = queries.before_gates(day_of(now()), waiting=waiting, **whom)
    gates = queries.gates_in_force()
    wanted = request.args.get("gate", "")
    shown = [place for place in places if not wanted or place.gate.code == wanted]
    page = slice_of(shown, request.args.get("page", 1, type=int), PER_PAGE)
    return render_template(
        "gates/page.html", form=form, company=actor.has(HR), employed=queries.count_employed(day_of(now()), **whom),
        most=queries.MOST_PEOPLE, gates=gates, wanted=wanted, waiting=waiting, total=len(places),
        counts={one.gate.code: sum(place.gate.code == one.gate.code for place in places) for one in gates},
        page=page, may_clear={place.employee.id: _may(place.employee) for place in page.items}, department=whom["department"] or None,
    )


@blueprint.get("/<int:number>/<gate>")
@allowed("manage_career")
def clear(number: int, gate: str) -> str:
    place = _place(number, gate)
    first = earliest(place.employee, place.gate, place.standing.since)
    return _clear(place, ClearanceForm(data={"on": max(first, day_of(now()))}))


@blueprint.post("/<int:number>/<gate>")
@allowed("manage_career")
def give(number: int, gate: str) -> Any:
    place, form = _place(number, gate), ClearanceForm(request.form)
    if not form.validate():
        return _clear(place, form), 422
    try:
        with unit_of_work():
            give_clearance(
                place.employee, gate, effective_on=form.on.data or day_of(now()), actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _clear(_place(number, gate), form, refusal), status_of(refusal)
    flash(_("Recorded for %(name)s.", name=place.employee.name), "ok")
    return redirect(url_for("gates.page"))


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """What the cards of gates on other desks' pages ask for."""
    return {"gates_of": _of, "team_before_gates": _team}


def _of(employee: Employee) -> list[Place]:
    """Where a person stands before each gate that asks something of them."""
    places = queries.standings([employee], queries.gates_in_force()).get(employee.id, [])
    return [place for place in places if place.standing.asked]


def _team() -> list[Place]:
    """The reader's own people who stand before a gate."""
    number = current_actor().employee_id
    return queries.before_gates(day_of(now()), superior_id=number) if number is not None else []


def _may(employee: Employee) -> bool:
    return may(current_actor(), "manage_career", person_facts(employee)).allowed


def _place(number: int, gate: str) -> Place:
    employee = people.person(min(number, LARGEST))
    require(current_actor(), "manage_career", person_facts(employee) if employee else None)
    places = queries.standings([employee], queries.gates_in_force()).get(employee.id, []) if employee else []
    found = next((place for place in places if place.gate.code == gate), None)
    if found is None:
        raise Refusal(Message("The scheme has no such gate."), kind="not_found")
    return found


def _clear(place: Place, form: ClearanceForm, refusal: Refusal | None = None) -> str:
    return render_template("gates/clear.html", place=place, person=place.employee, form=form, refusal=refusal)
