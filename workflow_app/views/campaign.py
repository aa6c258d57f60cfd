"""HR's desk for the customers of a cycle: who is asked about whom, who has answered, who is short."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from states.errors import Message, Refusal
from states.permissions import may
from workflow_app import clock
from workflow_app.access import allowed, current_actor, require
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Cycle, Invitation, Review
from workflow_app.queries.campaign import STEPS, Responses, responses_of
from workflow_app.queries.choosing import chosen_by_hand, removable, visible_to
from workflow_app.queries.facts import review_facts
from workflow_app.queries.paging import slice_of
from workflow_app.queries.surveys import group_of, survey_is_closed
from workflow_app.schemes import scheme_of
from workflow_app.services import closing_surveys, inviting, reminding_customers
from workflow_app.survey_links import LARGEST_ID, link_to
from workflow_app.working_days import end_of_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

blueprint = Blueprint("campaign", __name__)

# What the list can be narrowed to; the counts above it lead here.
FILTERS: dict[str, Callable[[Responses], bool]] = {
    "all": lambda _one: True,
    "unsent": lambda one: one.states["created"] > 0,
    "short": lambda one: one.short > 0 and one.open,
    "lacking": lambda one: one.lacking > 0 and one.open,
    "waiting": lambda one: one.waiting > 0 and one.open,
    "declined": lambda one: one.states["declined"] > 0,
    "bounced": lambda one: one.bounced > 0,
}


@blueprint.get("/cycles/<int:cycle_id>/customers")
@allowed("manage_cycles")
def overview(cycle_id: int) -> str:
    cycle = row_of(Cycle, cycle_id)
    people = visible_to(current_actor(), responses_of(cycle))
    show = request.args.get("show", "all")
    chosen = [one for one in people if FILTERS.get(show, FILTERS["all"])(one)]
    return render_template(
        "campaign/overview.html", cycle=cycle, people=slice_of(chosen, request.args.get("page", 1, type=int)),
        show=show if show in FILTERS else "all", totals=_totals(people), counts=_counts(people),
    )


@blueprint.get("/cycles/<int:cycle_id>/customers/<int:review_id>")
@allowed("manage_cycles")
def person(cycle_id: int, review_id: int) -> str:
    return _person_page(review_of(cycle_id, review_id))


@blueprint.post("/cycles/<int:cycle_id>/customers/<int:review_id>/close")
@allowed("manage_cycles")
def close(cycle_id: int, review_id: int) -> Response | tuple[str, int]:
    review = review_of(cycle_id, review_id)
    try:
        with unit_of_work():
            closing_surveys.close_survey(review, actor=current_actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(cycle_id, review_id, refusal)
    flash(_("The survey about this person is closed."), "ok")
    return to(url_for("campaign.person", cycle_id=cycle_id, review_id=review_id))


@blueprint.post("/invitations/<int:invitation_id>/link")
@allowed("manage_cycles")
def link(invitation_id: int) -> str:
    """The link and its QR code, to hand over. A POST, since taking it is recorded."""
    invitation = row_of(Invitation, invitation_id)
    with unit_of_work():
        inviting.show_link(invitation, actor=current_actor(), now=clock.now())
    group = [one for one in group_of(invitation) if one.state != "revoked"]
    address = link_to(group[0])
    return render_template(
        "campaign/link.html", invitation=invitation, address=address, code=qr_code(address), group=group
    )


@blueprint.post("/invitations/<int:invitation_id>/<any(send, remind, revoke, replace, extend):act>")
@allowed("manage_cycles")
def act(invitation_id: int, act: str) -> Response | tuple[str, int]:
    invitation = row_of(Invitation, invitation_id)
    cycle_id, review_id = invitation.review.cycle_id, invitation.review_id
    try:
        with unit_of_work():
            said = _perform(invitation, act)
    except Refusal as refusal:
        return _refused(cycle_id, review_id, refusal)
    flash(said, "ok")
    return to(url_for("campaign.person", cycle_id=cycle_id, review_id=review_id))


def _perform(invitation: Invitation, act: str) -> Any:
    """Do it; what to tell HR afterwards."""
    perform(invitation, act)
    return {
        "send": _("The invitation is on its way."),
        "remind": _("The reminder is on its way."),
        "revoke": _("The link has ended. Who opens it is told so."),
        "replace": _("There is a new link; the old one has ended. Send it or hand it over."),
        "extend": _("The customer has until the new day."),
    }[act]


def perform(invitation: Invitation, act: str) -> None:
    """One of the acts on one invitation, as whoever is signed in; Refusal where it cannot be done."""
    who: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
    if act == "extend":
        inviting.extend(invitation, until=_wanted_day(invitation), **who)
        return
    acts: dict[str, Callable[..., None]] = {
        "send": inviting.send_invitation, "remind": reminding_customers.remind, "revoke": inviting.revoke,
        "replace": inviting.replace,
    }
    acts[act](invitation, **who)


def _wanted_day(invitation: Invitation) -> Any:
    try:
        day = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise Refusal(Message("Choose the day until which the customer may answer.")) from None
    return end_of_day(day, scheme_of(invitation.review.cycle))


def qr_code(address: str) -> str:
    """A link as a picture that a phone's camera opens."""
    return segno.make(address, error="m").svg_inline(omitsize=True, light="#ffffff", svgclass="qr", title=_("QR code"))


def _person_page(review: Review, problems: Iterable[Message] = ()) -> str:
    """One person's customers. Refuses (forbidden) the person rated and the superior, HR or not."""
    require(current_actor(), "ask_customers", review_facts(review))
    found = responses_of(review.cycle, review.id)
    if not found:
        raise NotFound
    return render_template(
        "campaign/person.html", one=found[0], cycle=review.cycle, review=review, refusals=problems,
        steps=STEPS, removable=removable, by_hand=chosen_by_hand(review), free_answers=_may_read(review, found[0]),
    )


def _may_read(review: Review, one: Responses) -> bool:
    """Whether there are free answers to look through, and this is who does."""
    may_redact = may(current_actor(), "redact_answers", review_facts(review)).allowed
    return one.answered > 0 and may_redact and survey_is_closed(review)


def _refused(cycle_id: int, review_id: int, refusal: Refusal) -> tuple[str, int]:
    if refusal.kind == "forbidden":
        raise refusal
    db.session.rollback()
    return _person_page(review_of(cycle_id, review_id), refusal.messages), status_of(refusal)


def _totals(people: Sequence[Responses]) -> dict[str, Any]:
    invited = sum(one.invited for one in people)
    return {
        "people": len(people),
        "invited": invited,
        "sent": sum(one.sent for one in people),
        "answered": sum(one.answered for one in people),
        "steps": [(step, sum(one.steps[step] for one in people)) for step in STEPS],
    }


def _counts(people: Sequence[Responses]) -> dict[str, int]:
    return {name: sum(map(chosen, people)) for name, chosen in FILTERS.items()}


def review_of(cycle_id: int, review_id: int) -> Review:
    """A review of this cycle; a friendly 404 for any other."""
    review: Review = row_of(Review, review_id)
    if review.cycle_id != cycle_id:
        raise NotFound
    return review


def row_of(model: Any, number: int) -> Any:
    """The row of that number; a friendly 404 where there is none."""
    found = db.session.get(model, number) if number <= LARGEST_ID else None
    if found is None:
        raise Refusal(Message("There is no such page. The address may be incomplete, or what it showed was removed."),
                      kind="not_found")
    return found


def to(address: str) -> Response:
    """Where to look after a POST."""
    return redirect(address, code=303)
