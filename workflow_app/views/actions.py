"""What follows from the grades: HR sees the proposals and decides them."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.decisions import ActionForm, PapersForm
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Action, Cycle, EvidenceFile
from workflow_app.queries import actions as queries
from workflow_app.queries.papers import files_of
from workflow_app.queries.schemes import LARGEST_ID
from workflow_app.schemes import scheme_of
from workflow_app.services import acting
from workflow_app.services import papers as keeping
from workflow_app.views.uploads import attachment, sent_file
from workflow_app.words import ACTORS

blueprint = Blueprint("actions", __name__)
DECISIONS = {"approve": ("proposed",), "decline": ("proposed",), "start": ("approved",), "finish": ("in_progress",)}


@blueprint.get("/actions")
@allowed("see_actions")
def table() -> str:
    cycles = queries.released_cycles()
    wanted = request.args.get("cycle", type=int)
    cycle = next((one for one in cycles if one.id == wanted), cycles[0] if cycles else None)
    if cycle is None:
        return render_template("actions/table.html", cycle=None, cycles=[])
    return render_template("actions/table.html", cycle=cycle, cycles=cycles, **_rows(cycle))


@blueprint.get("/actions/<int:action_id>")
@allowed("see_actions")
def one(action_id: int) -> str:
    return _page(_action(action_id))


@blueprint.post("/actions/<int:action_id>/<decision>")
@allowed("decide_action")
def decide(action_id: int, decision: str) -> Any:
    action = _action(action_id)
    form = ActionForm(request.form)
    if decision not in DECISIONS:
        raise Refusal(Message("There is no such decision. Please use the buttons on the page."), kind="not_found")
    if not form.validate():
        return _page(action, form=form), 422
    try:
        with unit_of_work():
            acting.decide_action(
                action,
                decision,
                reason=form.reason.data or "",
                actor=current_actor(),
                now=now(),
                version=form.version.data,
            )
    except Refusal as refusal:
        return _page(_action(action_id), form=form, refusal=refusal), status_of(refusal)
    flash(_("Your decision is recorded."))
    return redirect(url_for("actions.table", cycle=action.review.cycle_id))


@blueprint.post("/actions/<int:action_id>/papers")
@allowed("decide_action")
def papers(action_id: int) -> Any:
    action, form = _action(action_id), PapersForm(request.form)
    if not form.validate():
        return _page(action, papers=form), 422
    typed = keeping.Typed(
        form.evidence.data or "", form.plan.data or "", form.consented_on.data,
        sent_file("evidence_file"), sent_file("consent_file"),
    )  # fmt: skip
    try:
        with unit_of_work():
            keeping.keep_papers(action, typed, actor=current_actor(), now=now(), version=form.version.data)
    except Refusal as refusal:
        return _page(_action(action_id), papers=form, refusal=refusal), status_of(refusal)
    flash(_("The papers are kept."), "ok")
    return redirect(url_for("actions.one", action_id=action_id))


@blueprint.get("/actions/files/<int:number>")
@allowed("see_actions")
def paper(number: int) -> Response:
    found = db.session.get(EvidenceFile, min(number, LARGEST_ID))
    if found is None or found.action_id is None:
        raise Refusal(Message("There is no such file."), kind="not_found")
    _action(found.action_id)
    return attachment(found)


def _action(action_id: int) -> Action:
    action = db.session.get(Action, action_id)
    if action is None:
        raise Refusal(Message("There is no such proposal."), kind="not_found")
    if action.review.employee_id == current_actor().employee_id:
        # A proposal is not shown to the person rated; what was decided stands with the result.
        raise Refusal(
            Message("Nobody decides what follows from their own grade. Please ask a colleague in HR."), kind="forbidden"
        )
    return action


def _page(
    action: Action, *, form: ActionForm | None = None, papers: PapersForm | None = None, refusal: Refusal | None = None
) -> str:
    spec = scheme_of(action.review.cycle).action(action.kind)
    possible = [decision for decision, states in DECISIONS.items() if action.state in states]
    return render_template(
        "actions/one.html",
        action=action,
        spec=spec,
        form=form or ActionForm(),
        refusal=refusal,
        possible=possible,
        papers=papers or PapersForm(obj=action),
        needs=spec.needs if spec else (),
        files=files_of(action),
        appeal_ends=acting.appeal_ends(action.review),
        owners=ACTORS,
    )


def _rows(cycle: Cycle) -> dict[str, Any]:
    kind, state = request.args.get("kind"), request.args.get("state")
    number = max(1, request.args.get("page", 1, type=int))
    me = current_actor().employee_id
    rows, pages = queries.page(cycle, kind=kind, state=state, number=number, but=me)
    counted = queries.counts(cycle, but=me)
    specs = [spec for spec in scheme_of(cycle).actions if any(key[0] == spec.kind for key in counted)]
    totals = {spec.kind: sum(count for key, count in counted.items() if key[0] == spec.kind) for spec in specs}
    return {
        "rows": rows,
        "pages": pages,
        "page": number,
        "kind": kind,
        "state": state,
        "specs": specs,
        "totals": totals,
        "open_counts": {spec.kind: counted.get((spec.kind, "proposed"), 0) for spec in specs},
        "titles": {spec.kind: spec.title for spec in scheme_of(cycle).actions},
    }
