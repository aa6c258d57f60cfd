"""Legal holds: whose data is kept beyond its time, and why."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from forms.holds import HoldForm
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import LegalHold
from workflow_app.queries.paging import page_of
from workflow_app.queries.schemes import LARGEST_ID
from workflow_app.schemes import current_version, read_scheme
from workflow_app.services import holding

blueprint = Blueprint("holds", __name__)


@blueprint.get("/people/holds")
@allowed("keep_holds")
def table() -> str:
    return _page(HoldForm())


@blueprint.post("/people/holds")
@allowed("keep_holds")
def place() -> Any:
    form = HoldForm(request.form)
    if not form.validate():
        return _page(form), 422
    try:
        with unit_of_work():
            holding.place_hold(
                form.employee_no.data or "", reason=form.reason.data or "", actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _page(form, refusal), status_of(refusal)
    flash(_("The hold stands: nothing about this person is erased."), "ok")
    return redirect(url_for("holds.table"))


@blueprint.post("/people/holds/<int:number>/lift")
@allowed("keep_holds")
def lift(number: int) -> Any:
    hold = db.session.get(LegalHold, min(number, LARGEST_ID))
    if hold is None:
        raise Refusal(Message("There is no such hold."), kind="not_found")
    with unit_of_work():
        holding.lift_hold(hold, actor=current_actor(), now=now())
    flash(_("The hold is lifted."), "ok")
    return redirect(url_for("holds.table"))


def _page(form: HoldForm, refusal: Refusal | None = None) -> str:
    version = current_version()
    query = select(LegalHold).options(joinedload(LegalHold.employee)).order_by(LegalHold.lifted_at.is_not(None), LegalHold.id.desc())
    return render_template(
        "holds/table.html", form=form, refusal=refusal, page=page_of(query, request.args.get("page", 1, type=int)),
        rule=read_scheme(version).retention if version else None,
    )  # fmt: skip
