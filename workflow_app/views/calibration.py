"""HR's board: ranking, target against actual, moves with a reason, hand-over to the approver."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from forms.decisions import MergeForm, MoveForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import t
from workflow_app.models import Cycle, Review
from workflow_app.queries import calibration as board
from workflow_app.queries.cycles import cycles_in
from workflow_app.queries.facts import own_and_provisional, review_facts
from workflow_app.queries.fairness import group_tables
from workflow_app.queries.merges import merge_choice, merged_here
from workflow_app.schemes import scheme_of
from workflow_app.services import calibrating, composing, merging

blueprint = Blueprint("calibration", __name__)
SHOWN_STATES = ("calibrating", "approving", "released", "closed")


@blueprint.get("/calibration")
@allowed("see_calibration")
def entry() -> str | Response:
    cycles = cycles_in(SHOWN_STATES)
    running = [cycle for cycle in cycles if cycle.state == "calibrating"]
    if len(running) == 1:
        return redirect(url_for("calibration.population", cycle_id=running[0].id))
    return render_template("calibration/entry.html", cycles=cycles)


@blueprint.get("/calibration/<int:cycle_id>")
@allowed("see_calibration")
def population(cycle_id: int) -> str:
    # The board's script asks with `move`, a card's own link with `person`.
    person = request.args.get("person", type=int) or request.args.get("move", type=int)
    return _board(_cycle(cycle_id), request.args.get("population"), person)


@blueprint.post("/calibration/reviews/<int:review_id>/move")
@allowed("calibrate")
def move(review_id: int) -> Any:
    review = _review(review_id)
    form = _move_form(review)
    if not form.validate():
        return _board(review.cycle, review.population, review.id, form=form), 422
    reason = calibrating.MoveReason(form.reason_code.data or "", form.reason.data or "")
    try:
        with unit_of_work():
            calibrating.move_to_band(
                review, form.band.data, reason=reason, actor=current_actor(), now=now(), version=form.version.data
            )
    except Refusal as refusal:
        review = _review(review_id)
        return _board(review.cycle, review.population, review.id, form=form, refusal=refusal), status_of(refusal)
    flash(_("%(name)s now stands in band %(band)s.", name=review.employee.name, band=form.band.data))
    return redirect(url_for("calibration.population", cycle_id=review.cycle_id, population=review.population))


@blueprint.post("/calibration/<int:cycle_id>/again")
@allowed("manage_cycles")
def compose_again(cycle_id: int) -> Any:
    with unit_of_work():
        composing.compose_again(_cycle(cycle_id), actor=current_actor(), now=now())
    flash(_("The totals are being worked out anew from today's records and key figures."))
    return redirect(url_for("calibration.population", cycle_id=cycle_id))


@blueprint.post("/calibration/<int:cycle_id>/submit")
@allowed("submit_for_approval")
def submit(cycle_id: int) -> Any:
    cycle = _cycle(cycle_id)
    try:
        with unit_of_work():
            calibrating.submit_for_approval(cycle, actor=current_actor(), now=now())
    except Refusal as refusal:
        return _board(_cycle(cycle_id), request.args.get("population"), None, refusal=refusal), status_of(refusal)
    flash(_("The grades are with the general manager for approval."))
    return redirect(url_for("calibration.population", cycle_id=cycle_id))


@blueprint.post("/calibration/<int:cycle_id>/merge/<population>")
@allowed("submit_for_approval")
def merge(cycle_id: int, population: str) -> Any:
    return _merging(cycle_id, population, merging.merge_population)


@blueprint.post("/calibration/<int:cycle_id>/part/<population>")
@allowed("submit_for_approval")
def part(cycle_id: int, population: str) -> Any:
    return _merging(cycle_id, population, merging.part_population)


def _merging(cycle_id: int, population: str, verb: Callable[..., object]) -> Any:
    cycle, form = _cycle(cycle_id), MergeForm(request.form)
    above = merging.above(cycle, population)
    here = population if verb is merging.merge_population else above
    if not form.validate():
        return _board(cycle, here, None, merge_form=form), 422
    try:
        with unit_of_work():
            verb(cycle, population, reason=form.reason.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _board(_cycle(cycle_id), here, None, merge_form=form, refusal=refusal), status_of(refusal)
    flash(_("The bands are being worked out anew."))
    there = above if verb is merging.merge_population else population
    return redirect(url_for("calibration.population", cycle_id=cycle_id, population=there))


def _cycle(cycle_id: int) -> Cycle:
    cycle = db.session.get(Cycle, cycle_id)
    if cycle is None or cycle.state not in SHOWN_STATES:
        raise Refusal(Message("This cycle is not being calibrated. Open it from the list of cycles."), kind="not_found")
    return cycle


def _review(review_id: int) -> Review:
    review = db.session.get(Review, review_id)
    if review is None:
        raise Refusal(Message("There is no such review."), kind="not_found")
    return review


def _move_form(review: Review) -> MoveForm:
    form = MoveForm(request.form if request.method == "POST" else None)
    spec = scheme_of(review.cycle).distribution
    form.band.choices = [(band.code, f"{band.code} {t(spec.title_of(band))}") for band in spec.bands]
    form.reason_code.choices = [("", _("Choose …"))] + [(code, t(text)) for code, text in calibrating.REASONS.items()]
    if request.method != "POST":
        codes = [band.code for band in spec.bands]
        asked = request.args.get("to", "")
        form.band.data = asked if asked in codes else calibrating.current_band(review)
        form.version.data = review.version
    return form


def _board(
    cycle: Cycle,
    wanted: str | None,
    person: int | None,
    *,
    form: MoveForm | None = None,
    merge_form: MergeForm | None = None,
    refusal: Refusal | None = None,
) -> str:
    counts = board.populations(cycle)
    scheme = scheme_of(cycle)
    codes = [each.code for each in scheme.populations]
    here = wanted if wanted in codes else next((code for code in codes if counts.get(code)), codes[0])
    reviews, own_ranked = _without_own(board.ranked(cycle, here))
    unranked, own_unranked = _without_own(board.unranked(cycle, here))
    chosen = next((review for review in reviews if review.id == person), None)
    columns = board.columns(reviews, scheme)
    if chosen is not None and form is None:
        form = _move_form(chosen)
    return render_template(
        "calibration/board.html",
        cycle=cycle,
        scheme=scheme,
        counts=counts,
        here=here,
        columns=columns,
        histogram=board.histogram(reviews),
        raters=board.raters(reviews, scheme),
        groups=group_tables(cycle, reviews),
        unranked=unranked,
        own_hidden=own_ranked or own_unranked,
        chosen=chosen,
        form=form,
        refusal=refusal,
        reviews=reviews,
        view="table" if request.args.get("view") == "table" else "board",
        merge_form=merge_form or MergeForm(),
        **_advised(cycle, here, reviews),
        **_extras(cycle, chosen),
    )


def _advised(cycle: Cycle, here: str, reviews: Sequence[Review]) -> dict[str, Any]:
    """Whether these bands are advice only, and what may be ranked together."""
    return {
        "advice": board.advice_on(reviews, scheme_of(cycle)),
        "merge_choice": merge_choice(cycle, here),
        "merged": merged_here(cycle, here),
    }


def _without_own(reviews: Sequence[Review]) -> tuple[list[Review], bool]:
    """The others' reviews, and whether one's own was left out of them."""
    actor = current_actor()
    others = [review for review in reviews if not own_and_provisional(actor, review)]
    return others, len(others) < len(reviews)


def _extras(cycle: Cycle, chosen: Review | None) -> dict[str, Any]:
    actor = current_actor()
    working = cycle.state == "calibrating"
    return {
        "may_submit": working and may(actor, "submit_for_approval").allowed,
        "move_verdict": may(actor, "calibrate", review_facts(chosen)) if chosen and working else None,
        "moves": board.moves(chosen) if chosen else [],
        "last_year": board.last_year_band(chosen) if chosen else None,
        "reasons": calibrating.REASONS,
    }
