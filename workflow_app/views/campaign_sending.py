"""Mailing the customers of a cycle, all at once: HR reads how many mails go out to whom, and says yes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _

from workflow_app import clock
from workflow_app.access import allowed, current_actor
from workflow_app.db import unit_of_work
from workflow_app.models import Cycle
from workflow_app.queries.campaign import campaign_of, reminder_days_of, responses_of
from workflow_app.queries.choosing import visible_to
from workflow_app.queries.mail_plan import UNANSWERED_MAIL, UNSENT, mails_about, unreached
from workflow_app.queries.paging import slice_of
from workflow_app.services import inviting, reminding_customers
from workflow_app.views.campaign import row_of, to

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

blueprint = Blueprint("campaign_sending", __name__)


@blueprint.get("/cycles/<int:cycle_id>/customers/send")
@allowed("manage_cycles")
def send_page(cycle_id: int) -> str:
    return _page(row_of(Cycle, cycle_id), reminder=False)


@blueprint.post("/cycles/<int:cycle_id>/customers/send")
@allowed("manage_cycles")
def send_all(cycle_id: int) -> Response:
    with unit_of_work():
        inviting.ask_to_send(row_of(Cycle, cycle_id), actor=current_actor(), now=clock.now())
    flash(_("The invitations are being sent. This page shows them as they go out."), "ok")
    return to(url_for("campaign.overview", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/customers/remind")
@allowed("manage_cycles")
def remind_page(cycle_id: int) -> str:
    return _page(row_of(Cycle, cycle_id), reminder=True)


@blueprint.post("/cycles/<int:cycle_id>/customers/remind")
@allowed("manage_cycles")
def remind_all(cycle_id: int) -> Response:
    with unit_of_work():
        reminding_customers.ask_to_remind(row_of(Cycle, cycle_id), actor=current_actor(), now=clock.now())
    flash(_("Everybody who has not answered is being reminded, at most once a day."), "ok")
    return to(url_for("campaign.overview", cycle_id=cycle_id))


def _page(cycle: Cycle, *, reminder: bool) -> str:
    mails = mails_about(cycle, UNANSWERED_MAIL if reminder else UNSENT, clock.now())
    people = responses_of(cycle)
    seen = {one.review.id for one in visible_to(current_actor(), people)}
    hidden = {one.review.id for one in people} - seen
    shown = [one for one in mails if one.about(hidden)]
    return render_template(
        "campaign/send.html", cycle=cycle, reminder=reminder, count=len(mails), hidden=hidden,
        unlisted=len(mails) - len(shown), mails=slice_of(shown, request.args.get("page", 1, type=int)),
        unreached=[] if reminder else unreached(cycle), days=reminder_days_of(cycle), campaign=campaign_of(cycle),
        lacking=sum(one.lacking > 0 and one.open for one in people if one.review.id in seen),
        people=len({review.id for one in mails for review in one.reviews}),
    )
