"""HR's desk for the customers of a cycle: who is asked about whom, who has answered, who is short."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from states.errors import Message, Refusal
from workflow_app import clock
from workflow_app.access import allowed, current_actor, require
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Cycle, Invitation, Review
from workflow_app.queries.campaign import Responses, responses_of
from workflow_app.queries.facts import review_facts
from workflow_app.queries.paging import slice_of
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
    "short": lambda one: one.short > 0 and one.stage.state == "open",
    "waiting": lambda one: one.waiting > 0 and one.stage.state == "open",
    "declined": lambda one: one.states["declined"] > 0,
}


@blueprint.get("/cycles/<int:cycle_id>/customers")
@allowed("manage_cycles")
def overview(cycle_id: int) -> str:
    cycle = _row(Cycle, cycle_id)
    people = _others(responses_of(cycle))
    show = request.args.get("show", "all")
    chosen = [one for one in people if FILTERS.get(show, FILTERS["all"])(one)]
    return render_template(
        "campaign/overview.html", cycle=cycle, people=slice_of(chosen, request.args.get("page", 1, type=int)),
        show=show if show in FILTERS else "all", totals=_totals(people), counts=_counts(people),
        mailable=_mailable(people),
    )


@blueprint.post("/cycles/<int:cycle_id>/customers/send")
@allowed("manage_cycles")
def send_all(cycle_id: int) -> Response:
    with unit_of_work():
        inviting.ask_to_send(_row(Cycle, cycle_id), actor=current_actor(), now=clock.now())
    flash(_("The invitations are being sent. This page shows them as they go out."), "ok")
    return _to(url_for("campaign.overview", cycle_id=cycle_id))


@blueprint.post("/cycles/<int:cycle_id>/customers/remind")
@allowed("manage_cycles")
def remind_all(cycle_id: int) -> Response:
    with unit_of_work():
        reminding_customers.ask_to_remind(_row(Cycle, cycle_id), actor=current_actor(), now=clock.now())
    flash(_("Everybody who has not answered is being reminded, at most once a day."), "ok")
    return _to(url_for("campaign.overview", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/customers/<int:review_id>")
@allowed("manage_cycles")
def person(cycle_id: int, review_id: int) -> str:
    return _person_page(_review(cycle_id, review_id))


@blueprint.post("/cycles/<int:cycle_id>/customers/<int:review_id>/close")
@allowed("manage_cycles")
def close(cycle_id: int, review_id: int) -> Response | tuple[str, int]:
    review = _review(cycle_id, review_id)
    try:
        with unit_of_work():
            closing_surveys.close_survey(review, actor=current_actor(), now=clock.now())
    except Refusal as refusal:
        return _refused(cycle_id, review_id, refusal)
    flash(_("The survey about this person is closed."), "ok")
    return _to(url_for("campaign.person", cycle_id=cycle_id, review_id=review_id))


@blueprint.post("/invitations/<int:invitation_id>/link")
@allowed("manage_cycles")
def link(invitation_id: int) -> str:
    """The link and its QR code, to hand over. A POST, since taking it is recorded."""
    invitation = _row(Invitation, invitation_id)
    with unit_of_work():
        inviting.show_link(invitation, actor=current_actor(), now=clock.now())
    address = link_to(invitation)
    code = segno.make(address, error="m").svg_inline(scale=6, light="#ffffff", svgclass="qr", title=_("QR code"))
    return render_template("campaign/link.html", invitation=invitation, address=address, code=code)


@blueprint.post("/invitations/<int:invitation_id>/<any(send, remind, revoke, replace, extend):act>")
@allowed("manage_cycles")
def act(invitation_id: int, act: str) -> Response | tuple[str, int]:
    invitation = _row(Invitation, invitation_id)
    cycle_id, review_id = invitation.review.cycle_id, invitation.review_id
    try:
        with unit_of_work():
            said = _perform(invitation, act)
    except Refusal as refusal:
        return _refused(cycle_id, review_id, refusal)
    flash(said, "ok")
    return _to(url_for("campaign.person", cycle_id=cycle_id, review_id=review_id))


def _perform(invitation: Invitation, act: str) -> Any:
    """Do it; what to tell HR afterwards."""
    who: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
    if act == "send":
        inviting.send_invitation(invitation, **who)
        return _("The invitation is on its way.")
    if act == "remind":
        reminding_customers.remind(invitation, **who)
        return _("The reminder is on its way.")
    if act == "revoke":
        inviting.revoke(invitation, **who)
        return _("The link has ended. Who opens it is told so.")
    if act == "replace":
        inviting.replace(invitation, **who)
        return _("There is a new link; the old one has ended. Send it or hand it over.")
    inviting.extend(invitation, until=_wanted_day(invitation), **who)
    return _("The customer has until the new day.")


def _wanted_day(invitation: Invitation) -> Any:
    try:
        day = date.fromisoformat(request.form.get("until", ""))
    except ValueError:
        raise Refusal(Message("Choose the day until which the customer may answer.")) from None
    return end_of_day(day, scheme_of(invitation.review.cycle))


def _person_page(review: Review, problems: Iterable[Message] = ()) -> str:
    """One person's customers. Refuses (forbidden) the person rated, HR or not."""
    require(current_actor(), "ask_customers", review_facts(review))
    found = responses_of(review.cycle, review.id)
    if not found:
        raise NotFound
    return render_template("campaign/person.html", one=found[0], cycle=review.cycle, review=review, refusals=problems)


def _refused(cycle_id: int, review_id: int, refusal: Refusal) -> tuple[str, int]:
    if refusal.kind == "forbidden":
        raise refusal
    db.session.rollback()
    return _person_page(_review(cycle_id, review_id), refusal.messages), status_of(refusal)


def _others(people: Sequence[Responses]) -> list[Responses]:
    """Without the review of whoever looks: nobody sees or touches their own customers."""
    actor = current_actor()
    return [one for one in people if one.review.employee_id != actor.employee_id]


def _totals(people: Sequence[Responses]) -> dict[str, int]:
    return {
        "people": len(people),
        "invited": sum(one.invited for one in people),
        "sent": sum(one.sent for one in people),
        "answered": sum(one.answered for one in people),
    }


def _counts(people: Sequence[Responses]) -> dict[str, int]:
    return {name: sum(map(chosen, people)) for name, chosen in FILTERS.items()}


def _mailable(people: Sequence[Responses]) -> dict[str, int]:
    """How many mails the two buttons would send."""
    asked = [each for one in people for each in one.asked if each.mailable]
    return {
        "unsent": sum(each.state == "created" for each in asked),
        "unanswered": sum(each.state in {"sent", "opened"} for each in asked),
    }


def _review(cycle_id: int, review_id: int) -> Review:
    review: Review = _row(Review, review_id)
    if review.cycle_id != cycle_id:
        raise NotFound
    return review


def _row(model: Any, number: int) -> Any:
    found = db.session.get(model, number) if number <= LARGEST_ID else None
    if found is None:
        raise Refusal(Message("There is no such page. The address may be incomplete, or what it showed was removed."),
                      kind="not_found")
    return found


def _to(address: str) -> Response:
    return redirect(address, code=303)
