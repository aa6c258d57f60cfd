"""What the customers of a whole cycle said, for HR and those who approve; and HR's way to the free answers."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from states.errors import Message, Refusal
from states.permissions import HR
from workflow_app.access import allowed, current_actor
from workflow_app.db import db
from workflow_app.models import Cycle, Review
from workflow_app.queries.facts import barred_reviews
from workflow_app.queries.paging import slice_of
from workflow_app.queries.survey_results import forms_of, people_asked, results_of
from workflow_app.schemes import scheme_of
from workflow_app.survey_links import LARGEST_ID
from workflow_app.titles import LANGUAGES

blueprint = Blueprint("survey_results", __name__)


@blueprint.get("/cycles/<int:cycle_id>/survey")
@allowed("see_survey_results")
def overview(cycle_id: int) -> str:
    cycle = db.session.get(Cycle, cycle_id) if cycle_id <= LARGEST_ID else None
    if cycle is None:
        raise Refusal(Message("There is no such cycle."), kind="not_found")
    results = results_of(cycle, request.args.get("form", ""))
    forms = {code: scheme_of(cycle).forms[code].title for code in forms_of(cycle)}
    actor = current_actor()
    # Nobody looks through what was written about themselves, or about who reports to them.
    barred = barred_reviews(actor, Review.cycle_id == cycle.id)
    people = [one for one in people_asked(cycle) if one.review.id not in barred] if actor.has(HR) else []
    chosen = results.group(request.args.get("of", "")) if results else None
    item = request.args.get("item", "")
    return render_template(
        "results/survey.html", cycle=cycle, results=results, forms=forms, chosen=chosen, languages=LANGUAGES,
        people=slice_of(people, request.args.get("page", 1, type=int)), item=item,
    )
