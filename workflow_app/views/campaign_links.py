"""Links of a whole cycle: several at once are sent, reminded, extended, renewed, ended, or printed to be handed over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from states.errors import Refusal
from workflow_app import clock
from workflow_app.access import allowed, current_actor
from workflow_app.db import unit_of_work
from workflow_app.i18n import t
from workflow_app.models import Cycle, Invitation
from workflow_app.queries.campaign import Asked, responses_of
from workflow_app.queries.choosing import visible_to
from workflow_app.queries.paging import slice_of
from workflow_app.queries.surveys import asked_about, group_of, last_day, minimum_to_show
from workflow_app.services import inviting
from workflow_app.survey_links import link_to
from workflow_app.views.campaign import perform, qr_code, row_of, to

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkzeug.wrappers import Response

blueprint = Blueprint("campaign_links", __name__)
PER_PAGE = 100
ACTS = ("send", "remind", "extend", "replace", "revoke")
PER_SHEET = (1, 4)

FILTERS: dict[str, Callable[[Asked], bool]] = {
    "open": lambda one: one.state in {"created", "sent", "opened"},
    "unsent": lambda one: one.state == "created",
    "by_hand": lambda one: one.state in {"created", "sent", "opened"} and not one.mailable,
    "waiting": lambda one: one.state in {"sent", "opened"},
    "declined": lambda one: one.state == "declined",
    "ended": lambda one: one.state == "revoked",
}


@dataclass(frozen=True)
class Slip:
    """What is printed for one customer: the link as a code, and the words around it in the customer's language."""

    invitation: Invitation
    people: Sequence[str]
    address: str
    code: str
    language: str


@blueprint.get("/cycles/<int:cycle_id>/customers/links")
@allowed("manage_cycles")
def table(cycle_id: int) -> str:
    cycle = row_of(Cycle, cycle_id)
    show, words = request.args.get("show", "open"), request.args.get("q", "").strip()
    show = show if show in FILTERS else "open"
    asked = _asked(cycle)
    found = [one for one in asked if FILTERS[show](one) and _fits(one, words)]
    return render_template(
        "campaign/links.html", cycle=cycle, show=show, q=words,
        counts={name: sum(map(fits, asked)) for name, fits in FILTERS.items()},
        links=slice_of(found, request.args.get("page", 1, type=int), PER_PAGE),
    )


@blueprint.post("/cycles/<int:cycle_id>/customers/links")
@allowed("manage_cycles")
def change(cycle_id: int) -> Response | str:
    cycle = row_of(Cycle, cycle_id)
    picked, act = _picked(cycle), request.form.get("act", "")
    if act == "print":
        return _sheets(cycle, picked)
    if act not in ACTS or not picked:
        flash(_("Choose links first, and what is to be done with them."), "warn")
        return to(url_for("campaign_links.table", cycle_id=cycle.id))
    if not request.form.get("yes"):
        return render_template("campaign/links_confirm.html", cycle=cycle, picked=picked, act=act, until=request.form.get("until", ""))
    with unit_of_work():
        done, refused = _perform_all(picked, act)
    if done:
        flash(ngettext("Done for %(num)s link.", "Done for %(num)s links.", done), "ok")
    for words, count in refused.items():
        flash(_("Not done for %(count)s: %(why)s", count=count, why=words), "warn")
    return to(url_for("campaign_links.table", cycle_id=cycle.id))


def _perform_all(picked: Sequence[Invitation], act: str) -> tuple[int, Counter[str]]:
    """Each by itself: what cannot be done for one is said, and holds up no other."""
    done, refused = 0, Counter[str]()
    for invitation in picked:
        if act == "send" and invitation.state == "sent":
            done += 1  # it went out with one that shares its link
            continue
        try:
            perform(invitation, act)
            done += 1
        except Refusal as refusal:
            refused[t(refusal.messages[0])] += 1
    return done, refused


def _sheets(cycle: Cycle, picked: Sequence[Invitation]) -> Response | str:
    leaders = {group_of(one)[0].id: group_of(one)[0] for one in picked if one.state in {"created", "sent", "opened"}}
    if not leaders:
        flash(_("Choose links that are still open to print them."), "warn")
        return to(url_for("campaign_links.table", cycle_id=cycle.id))
    with unit_of_work():
        for leader in leaders.values():
            inviting.show_link(leader, actor=current_actor(), now=clock.now())
    size = request.form.get("per_sheet", type=int)
    return render_template(
        "campaign/sheets.html", cycle=cycle, count=len(leaders), per_sheet=size if size in PER_SHEET else PER_SHEET[0],
        slips=[_slip(leader) for leader in leaders.values()],
    )


def _slip(leader: Invitation) -> str:
    people = [one for one in group_of(leader) if one.state in {"created", "sent", "opened"}]
    language = "en" if leader.customer.language.lower().startswith("en") else "zh"
    kept = g.get("locale")
    g.locale = language
    try:
        with force_locale(language):
            address = link_to(leader)
            slip = Slip(leader, [one.review.employee.name for one in people], address, qr_code(address), language)
            return render_template(
                "campaign/slip.html", slip=slip, last_day=last_day(leader), minimum=minimum_to_show(leader.review.cycle),
                asked=min(asked_about(one.review_id) for one in people),
            )
    finally:
        g.locale = kept


def _asked(cycle: Cycle) -> list[Asked]:
    return [each for one in visible_to(current_actor(), responses_of(cycle)) for each in one.asked]


def _fits(one: Asked, words: str) -> bool:
    person = one.invitation.review.employee
    texts = (one.customer.name, one.customer.customer_no, one.customer.contact, person.name, person.employee_no)
    return not words or any(words.lower() in text.lower() for text in texts)


def _picked(cycle: Cycle) -> list[Invitation]:
    wanted = set(request.form.getlist("invitation")[:PER_PAGE])
    return [one.invitation for one in _asked(cycle) if str(one.id) in wanted]
