"""The person rated: where the review stands, the grade with how it came about, the signature."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.explanations import for_page, read_tree
from workflow_app.models import Review
from workflow_app.queries import results as queries
from workflow_app.queries.facts import review_facts
from workflow_app.schemes import scheme_of
from workflow_app.services import releasing
from workflow_app.services.acting import appeal_ends

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
    titles = {spec.kind: spec.title for spec in scheme.actions}
    return render_template(
        "results/review.html",
        review=found,
        scheme=scheme,
        tree=for_page(read_tree(found.explanation)),
        number=queries.ranked_number(found),
        move=queries.standing_move(found),
        approver=queries.approver_name(found),
        actions=queries.approved_actions(found),
        action_titles=titles,
        appeal_ends=appeal_ends(found) if found.released_at else None,
        mine=current_actor().employee_id == found.employee_id,
        may_sign=may(current_actor(), "acknowledge", review_facts(found)).allowed and found.acknowledged_at is None,
    )


@blueprint.get("/results/<int:review_id>.json")
@allowed("see_result")
def data(review_id: int) -> Response:
    return jsonify(queries.figures(visible_review(review_id)))


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
