"""What customers said about a person: read by the person rated and those who may see the result; redacted by HR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.redacting import RedactionForm
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Review
from workflow_app.queries.facts import review_facts
from workflow_app.queries.free_answers import free_answers, is_erased
from workflow_app.queries.published_answers import form_asked, publication_of, told_in
from workflow_app.queries.surveys import asked_about, minimum_to_show
from workflow_app.services import redacting
from workflow_app.services.publishing_answers import FEW_ASKED
from workflow_app.survey_links import LARGEST_ID
from workflow_app.views.results import visible_review

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("published_answers", __name__)


@blueprint.get("/results/<int:review_id>/customers")
@allowed("see_result")
def about(review_id: int) -> str:
    """What customers said, as it was published with the result."""
    review = visible_review(review_id)
    publication = publication_of(review.id)
    return render_template(
        "results/customers.html", review=review, told=told_in(publication) if publication else None,
        mine=current_actor().employee_id == review.employee_id, asked=form_asked(review) is not None,
    )


@blueprint.get("/reviews/<int:review_id>/answers")
@allowed("redact_answers")
def answers(review_id: int) -> str:
    """The free answers about a person, for HR alone; that they were opened is recorded."""
    # The transaction that only read ends, and one begins that writes from its start: SQLite raises none to that.
    db.session.rollback()
    g.writes = True
    with unit_of_work():
        redacting.read_answers(_review(review_id), actor=current_actor(), now=now())
    return _page(_review(review_id))


@blueprint.post("/reviews/<int:review_id>/answers/<name>/hide")
@allowed("redact_answers")
def hide(review_id: int, name: str) -> Response | tuple[str, int]:
    form = RedactionForm(request.form)
    try:
        form.check()
        with unit_of_work():
            redacting.redact(
                _review(review_id), name, words=form.lines, whole=bool(form.whole.data),
                reason=form.reason.data or "", actor=current_actor(), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        return _refused(review_id, refusal, name, form)
    flash(_("Hidden. The customer’s answer itself is kept."), "ok")
    return _back(review_id)


@blueprint.post("/reviews/<int:review_id>/answers/<name>/show")
@allowed("redact_answers")
def show(review_id: int, name: str) -> Response | tuple[str, int]:
    try:
        with unit_of_work():
            redacting.take_back(_review(review_id), name, actor=current_actor(), now=now())
    except Refusal as refusal:
        return _refused(review_id, refusal, name, None)
    flash(_("The answer is shown whole again."), "ok")
    return _back(review_id)


def _refused(review_id: int, refusal: Refusal, name: str, form: RedactionForm | None) -> tuple[str, int]:
    if refusal.kind in {"forbidden", "not_found"}:
        raise refusal
    db.session.rollback()
    with unit_of_work():
        # The page shows every answer again: open surveys stay shut, and that it was read is recorded.
        redacting.read_answers(_review(review_id), actor=current_actor(), now=now())
    return _page(_review(review_id), refusal=refusal, name=name, form=form), status_of(refusal)


def _page(review: Review, *, refusal: Refusal | None = None, name: str = "", form: Any = None) -> str:
    require(current_actor(), "redact_answers", review_facts(review))
    return render_template(
        "results/answers.html", review=review, found=free_answers(review), least=minimum_to_show(review.cycle),
        few=asked_about(review.id) <= FEW_ASKED, refusal=refusal, name=name, sent=form, fresh=RedactionForm(),
        released=review.released_at is not None, erased=is_erased(review),
    )


def _review(review_id: int) -> Review:
    found = db.session.get(Review, review_id) if review_id <= LARGEST_ID else None
    if found is None:
        raise Refusal(Message("There is no such review."), kind="not_found")
    return found


def _back(review_id: int) -> Response:
    return redirect(url_for("published_answers.answers", review_id=review_id), code=303)
