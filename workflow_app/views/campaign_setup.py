"""How a cycle asks its customers, and what they will read: the mails and the page in both languages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from states.errors import Message, Refusal
from states.permissions import may
from workflow_app import clock
from workflow_app.access import allowed, current_actor, require
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Cycle, Invitation
from workflow_app.queries.campaign import campaign_of, grace_of, reminder_days_of, shares_links
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import group_of
from workflow_app.services.campaigns import LONGEST_NOTE, Wanted, set_up_campaign
from workflow_app.services.survey_mails import write_mail
from workflow_app.survey_pages.pages import questions_page
from workflow_app.survey_pages.turns import Turn
from workflow_app.survey_pages.visits import Visit
from workflow_app.views.campaign import review_of, row_of, to

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from workflow_app.models import Review

blueprint = Blueprint("campaign_setup", __name__)
LANGUAGES = ("zh", "en")
LINK = re.compile(r"<(/?)a\b[^>]*>")  # in a preview a link is underlined words, to lead nowhere


@blueprint.get("/cycles/<int:cycle_id>/customers/settings")
@allowed("manage_cycles")
def page(cycle_id: int) -> str:
    return _page(row_of(Cycle, cycle_id))


@blueprint.post("/cycles/<int:cycle_id>/customers/settings")
@allowed("manage_cycles")
def save(cycle_id: int) -> Response | tuple[str, int]:
    cycle = row_of(Cycle, cycle_id)
    try:
        with unit_of_work():
            set_up_campaign(cycle, _wanted(), actor=current_actor(), now=clock.now())
    except Refusal as refusal:
        if refusal.kind == "forbidden":
            raise
        db.session.rollback()
        return _page(row_of(Cycle, cycle_id), refusal), status_of(refusal)
    flash(_("This is how the customers of this cycle are asked from now on."), "ok")
    return to(url_for("campaign_setup.page", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/customers/<int:review_id>/preview")
@allowed("manage_cycles")
def preview(cycle_id: int, review_id: int) -> str:
    invitation = _one_of(review_of(cycle_id, review_id))
    people = [one for one in group_of(invitation) if one.state != "revoked" and _may_see(one.review)] or [invitation]
    written = [
        (language, reminder, write_mail(people, language, reminder=reminder))
        for language in LANGUAGES for reminder in (False, True)
    ]
    mails = [(language, reminder, mail, LINK.sub(r"<\1u>", mail.html)) for language, reminder, mail in written]
    return render_template(
        "campaign/preview.html", cycle=invitation.review.cycle, review=invitation.review, invitation=invitation, mails=mails
    )


@blueprint.get("/cycles/<int:cycle_id>/customers/<int:review_id>/preview/page")
@allowed("manage_cycles")
def preview_page(cycle_id: int, review_id: int) -> tuple[str, int]:
    """The customer's page with no answer in it. It has no link, so sending from it leads nowhere."""
    invitation = _one_of(review_of(cycle_id, review_id))
    g.locale = language = request.args.get("lang") if request.args.get("lang") in LANGUAGES else LANGUAGES[0]
    with force_locale(language):
        turn = Turn(Visit(invitation, (invitation,), invitation), invitation)
        return questions_page(turn, turn.form_of({}), {}, step=request.args.get("step", ""), preview=True)


def _may_see(review: Review) -> bool:
    """Nobody learns from a shared link which customers are asked about themselves, or about who reports to them."""
    return may(current_actor(), "ask_customers", review_facts(review)).allowed


def _one_of(review: Review) -> Invitation:
    """An invitation of the person to show; the asker must have a hand in it."""
    require(current_actor(), "ask_customers", review_facts(review))
    query = db.select(Invitation).filter_by(review_id=review.id).order_by(Invitation.state == "revoked", Invitation.id)
    found: Invitation | None = db.session.scalar(query.limit(1))
    if found is None:
        raise NotFound
    return found


def _page(cycle: Cycle, refusal: Refusal | None = None) -> str:
    typed = request.form if refusal else _kept(cycle)
    return render_template(
        "campaign/settings.html", cycle=cycle, typed=typed, longest=LONGEST_NOTE,
        refusals=refusal.messages if refusal else (),
    )


def _kept(cycle: Cycle) -> dict[str, Any]:
    campaign = campaign_of(cycle)
    return {
        "shared_links": "y" if shares_links(cycle.id) else "",
        "reminder_days": ", ".join(map(str, reminder_days_of(cycle))),
        "grace_hours": int(grace_of(cycle).total_seconds() // 3600),
        "note_zh": campaign.note_zh if campaign else "", "note_en": campaign.note_en if campaign else "",
    }


def _wanted() -> Wanted:
    typed = request.form
    days = typed.get("reminder_days", "").replace("，", ",").replace("、", ",").split(",")
    return Wanted(
        shared_links=bool(typed.get("shared_links")),
        reminder_days=tuple(_number(day.strip()) for day in days if day.strip()),
        grace_hours=_number(typed.get("grace_hours", "").strip()),
        note_zh=typed.get("note_zh", ""), note_en=typed.get("note_en", ""),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise Refusal(Message("Enter days and hours as whole numbers, such as 7, 2."))
    return int(text)
