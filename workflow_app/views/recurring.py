"""Recurring cycles: what the clock opens, from which period on, and switching it off."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.recurring import FirstPeriodForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import RecurringCycle
from workflow_app.queries.recurring import recurring_kinds
from workflow_app.services.recurring import switch_off, switch_on

blueprint = Blueprint("recurring", __name__, url_prefix="/cycles/recurring")


@blueprint.get("")
@allowed("see_cycles")
def page() -> str:
    return _page()


@blueprint.post("/<code>/<kind>/on")
@allowed("manage_cycles")
def on(code: str, kind: str) -> Any:
    form = FirstPeriodForm(request.form)
    if not form.validate():
        return _page(form, f"{code}:{kind}"), 422
    try:
        with unit_of_work():
            switch_on(code, kind, form.first.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _page(form, f"{code}:{kind}", refusal), status_of(refusal)
    flash(_("Switched on. What is due now is opened within a minute."), "ok")
    return redirect(url_for("recurring.page"))


@blueprint.post("/<int:number>/off")
@allowed("manage_cycles")
def off(number: int) -> Any:
    with unit_of_work():
        row = db.session.get(RecurringCycle, number)
        if row is None:
            raise Refusal(Message("There is no such recurring cycle."), kind="not_found")
        switch_off(row, actor=current_actor(), now=now())
    flash(_("Switched off. Cycles that run go on; no more are opened."), "ok")
    return redirect(url_for("recurring.page"))


def _page(form: FirstPeriodForm | None = None, of: str = "", refusal: Refusal | None = None) -> str:
    kinds = recurring_kinds(now=now())
    forms = {f"{one.version.code}:{one.spec.code}": FirstPeriodForm(data={"first": one.suggested}) for one in kinds}
    for key, each in forms.items():
        each.first.id = f"first-{key.replace(':', '-')}"
    if form is not None and of in forms:
        form.first.id = forms[of].first.id
        forms[of] = form
    return render_template(
        "recurring/page.html", kinds=kinds, forms=forms, form=form, refusal=refusal,
        may_manage=may(current_actor(), "manage_cycles").allowed,
    )
