"""The approver's desk: what the grades look like, every departure with its reason, sign or return."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from forms.decisions import ReturnForm
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Cycle
from workflow_app.queries import approval as queries
from workflow_app.queries.calibration import moves_of_cycle
from workflow_app.queries.cycles import cycles_in
from workflow_app.queries.facts import own_and_provisional
from workflow_app.schemes import scheme_of
from workflow_app.services import approving, releasing

blueprint = Blueprint("approval", __name__)


@blueprint.get("/approval")
@allowed("see_approval")
def entry() -> str | Response:
    waiting = cycles_in(("approving",))
    if len(waiting) == 1:
        return redirect(url_for("approval.cycle", cycle_id=waiting[0].id))
    return render_template("approval/entry.html", cycles=waiting, past=cycles_in(("released", "closed")))


@blueprint.get("/approval/<int:cycle_id>")
@allowed("see_approval")
def cycle(cycle_id: int) -> str:
    return _page(_cycle(cycle_id))


@blueprint.post("/approval/<int:cycle_id>/approve")
@allowed("approve")
def approve(cycle_id: int) -> Any:
    try:
        with unit_of_work():
            signed = approving.approve_cycle(_cycle(cycle_id), actor=current_actor(), now=now())
    except Refusal as refusal:
        return _page(_cycle(cycle_id), refusal=refusal), status_of(refusal)
    flash(ngettext("%(num)s grade is signed.", "%(num)s grades are signed.", signed))
    return redirect(url_for("approval.cycle", cycle_id=cycle_id))


@blueprint.post("/approval/<int:cycle_id>/return")
@allowed("approve")
def send_back(cycle_id: int) -> Any:
    form = ReturnForm(request.form)
    if not form.validate():
        return _page(_cycle(cycle_id), form=form), 422
    try:
        with unit_of_work():
            approving.return_cycle(_cycle(cycle_id), reason=form.reason.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _page(_cycle(cycle_id), form=form, refusal=refusal), status_of(refusal)
    flash(_("The grades are back with HR, with your reason."))
    return redirect(url_for("approval.entry"))


@blueprint.post("/cycles/<int:cycle_id>/release")
@allowed("release")
def release(cycle_id: int) -> Any:
    with unit_of_work():
        releasing.release_cycle(_cycle(cycle_id), actor=current_actor(), now=now())
    flash(_("The results are being released; everyone is told by mail."))
    return redirect(url_for("cycles.overview"))


def _cycle(cycle_id: int) -> Cycle:
    found = db.session.get(Cycle, cycle_id)
    if found is None:
        raise Refusal(Message("There is no such cycle."), kind="not_found")
    return found


def _page(cycle: Cycle, *, form: ReturnForm | None = None, refusal: Refusal | None = None) -> str:
    return render_template(
        "approval/cycle.html",
        cycle=cycle,
        scheme=scheme_of(cycle),
        form=form or ReturnForm(),
        refusal=refusal,
        summary=queries.summary(cycle),
        signing=queries.signing(cycle, current_actor()),
        moves=[move for move in moves_of_cycle(cycle) if not own_and_provisional(current_actor(), move.review)],
        decisions=queries.decisions(cycle),
    )
