"""The person rated: where the review stands, the grade with how it came about, the signature."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from states.explaining.place import seat_table
from states.explaining.saying import band_sentences
from states.permissions import may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.explanations import for_page, lines_of
from workflow_app.models import Review
from workflow_app.queries import results as queries
from workflow_app.queries.appeals import appeal_of
from workflow_app.queries.explaining import band_before_appeal, explained, review_document
from workflow_app.queries.facts import review_facts
from workflow_app.queries.published_answers import publication_of
from workflow_app.queries.sheets import adjustments_of
from workflow_app.schemes import scheme_of
from workflow_app.services import releasing
from workflow_app.services.acting import appeal_ends
from workflow_app.services.appealing import may_be_filed
from workflow_app.words import MISSING_PARTS, ROUNDINGS, WEIGHS

blueprint = Blueprint("results", __name__)


@blueprint.get("/results")
@allowed("use_own_desk")
def mine() -> str:
    reviews = queries.own_reviews(current_actor().employee_id)
    moment = now()
    steps = {review.id: queries.steps(review, _titles(review), moment) for review in reviews}
    return render_template("results/mine.html", reviews=reviews, steps=steps)


@blueprint.get("/results/<int:review_id>")
@allowed("see_result")
def review(review_id: int) -> Any:
    found = visible_review(review_id)
    scheme = scheme_of(found.cycle)
    if not scheme.cycle_kinds[found.cycle.kind].ranked:
        return redirect(url_for("ledger.result", review_id=review_id))
    return render_template(
        "results/review.html",
        **_told(found),
        adjustments=adjustments_of(found),
        approver=queries.approver_name(found),
        customers_said=publication_of(found.id) is not None,
        appeal_ends=appeal_ends(found) if found.released_at else None,
        appeal=appeal_of(found),
        may_appeal=may_be_filed(found, actor=current_actor(), now=now()),
        may_sign=may(current_actor(), "acknowledge", review_facts(found)).allowed and queries.to_sign(found),
    )


@blueprint.get("/results/<int:review_id>/print")
@allowed("see_result")
def paper(review_id: int) -> Any:
    """The whole explanation opened up, for paper."""
    found = visible_review(review_id)
    if not scheme_of(found.cycle).cycle_kinds[found.cycle.kind].ranked:
        return redirect(url_for("ledger.result", review_id=review_id))
    told = _told(found)
    lines = list(lines_of(told["tree"])) if told["tree"] else []
    return render_template("results/print.html", **told, lines=lines, approver=queries.approver_name(found), printed=now())


def _told(review: Review) -> dict[str, Any]:
    """What the page and its paper say: the tree, the band in sentences, the actions with their conditions, the rules."""
    why = explained(review, actor=current_actor())
    mine = current_actor().employee_id == review.employee_id
    decided = {action.kind: action for action in queries.approved_actions(review)}
    return {
        "review": review, "scheme": why.scheme, "version": review.cycle.scheme_version, "mine": mine,
        "tree": for_page(why.tree), "move": queries.standing_move(review), "place": why.place,
        "number": why.place.n if why.place else 0,
        "sentences": band_sentences(why.place, why.path, why.scheme) if why.place and why.path else [],
        "seats": seat_table(why.place.n, why.scheme.distribution) if why.place and why.path else (),
        # The person rated reads of what was decided; proposals are for those who decide them.
        "following": [one for one in why.following if one.spec.kind in decided or not mine],
        "raised_from": band_before_appeal(review), "decided": decided, "weighs": WEIGHS, "missing": MISSING_PARTS, "roundings": ROUNDINGS,
    }  # fmt: skip


@blueprint.get("/results/<int:review_id>.json")
@allowed("see_result")
def data(review_id: int) -> Response:
    """The explanation from which a stranger could recompute it (docs/explanation.md)."""
    found = visible_review(review_id)
    if not scheme_of(found.cycle).cycle_kinds[found.cycle.kind].ranked:
        return jsonify(review_document(found))
    return jsonify(explained(found, actor=current_actor()).document or queries.figures(found))


@blueprint.post("/results/<int:review_id>/acknowledge")
@allowed("acknowledge")
def acknowledge(review_id: int) -> Any:
    with unit_of_work():
        releasing.acknowledge(_get(review_id), actor=current_actor(), now=now())
    flash(_("Thank you. You signed for having seen the result; that is no consent to it."))
    return redirect(url_for("results.review", review_id=review_id))


def _get(review_id: int) -> Review:
    found = db.session.get(Review, review_id)
    if found is None:
        raise Refusal(Message("There is no such review."), kind="not_found")
    return found


def visible_review(review_id: int) -> Review:
    """The review of an address, for whom its figures are open."""
    found = _get(review_id)
    require(current_actor(), "see_result", review_facts(found))
    return found


def _titles(review: Review) -> dict[str, object]:
    return {stage.code: stage.title for stage in scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stages}
