"""HR enters the key figures of a person's year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.kpi_entry import FiguresForm, data_of, figures_form
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.models import Employee
from workflow_app.queries.assignments import LARGEST_ID
from workflow_app.queries.facts import person_facts
from workflow_app.queries.kpi import entered_figures
from workflow_app.services.kpi_entry import NO_TABLE, YEARS, enter_figures, kpi_table_of
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from states.scheme.forms import KpiForm

blueprint = Blueprint("kpi", __name__)
NOBODY = Message("There is no such person.")
ODD_YEAR = Message("Choose a year from 2000 to 2100.")


@blueprint.get("/kpi/<int:employee_id>/<int:year>")
@allowed("use_own_desk")
def figures(employee_id: int, year: int) -> str:
    employee, table = _found(employee_id, year)
    form = figures_form(table)(data=data_of(table, entered_figures(employee.id, year)))
    return _page(employee, year, table, form)


@blueprint.post("/kpi/<int:employee_id>/<int:year>")
@allowed("use_own_desk")
def figures_post(employee_id: int, year: int) -> Any:
    employee, table = _found(employee_id, year)
    form = figures_form(table)(request.form)
    if not form.validate():
        return _page(employee, year, table, form), 422
    with unit_of_work():
        enter_figures(employee, year, form.figures(), actor=current_actor(), now=now())
    flash(_("Key figures were saved."), "ok")
    return redirect(url_for("kpi.figures", employee_id=employee_id, year=year), code=303)


def _found(employee_id: int, year: int) -> tuple[Employee, KpiForm]:
    employee = db.session.get(Employee, min(employee_id, LARGEST_ID))
    require(current_actor(), "enter_kpi", person_facts(employee) if employee else None)
    if employee is None:
        raise Refusal(NOBODY, kind="not_found")
    if year not in YEARS:
        raise Refusal(ODD_YEAR, kind="not_found")
    scheme = current_scheme()
    if scheme is None:
        raise Refusal(NO_TABLE, kind="not_found")
    return employee, kpi_table_of(employee, scheme)


def _page(employee: Employee, year: int, table: KpiForm, form: FiguresForm) -> str:
    return render_template("kpi/figures.html", employee=employee, year=year, table=table, form=form)
