"""HR chooses customers: by a rule whose effect is shown first, or by hand for many people on one page."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from states.choosing import REASONS, Rule
from states.errors import Message, Refusal
from workflow_app import clock
from workflow_app.access import allowed, current_actor
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Customer, Cycle, Invitation
from workflow_app.queries.campaign import Responses, campaign_of
from workflow_app.queries.choosing import choosable, customers_found, plan_of, removable
from workflow_app.queries.paging import slice_of
from workflow_app.services.choosing_customers import add_customers, apply_rule, remove_customers
from workflow_app.survey_links import LARGEST_ID
from workflow_app.views.campaign import row_of, to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkzeug.wrappers import Response

blueprint = Blueprint("campaign_choosing", __name__)
PEOPLE_PER_PAGE = 20
MOST_PICKED = 500


@blueprint.get("/cycles/<int:cycle_id>/customers/rule")
@allowed("manage_cycles")
def rule(cycle_id: int) -> str | tuple[str, int]:
    cycle = row_of(Cycle, cycle_id)
    if "seed" not in request.args:
        return _rule_page(cycle, _kept(cycle))
    try:
        wanted = _rule_in(request.args)
    except Refusal as refusal:
        return _rule_page(cycle, request.args, refusal=refusal), status_of(refusal)
    return _rule_page(cycle, request.args, wanted)


@blueprint.post("/cycles/<int:cycle_id>/customers/rule")
@allowed("manage_cycles")
def apply(cycle_id: int) -> Response | tuple[str, int]:
    cycle = row_of(Cycle, cycle_id)
    try:
        wanted = _rule_in(request.form)
        expected = (_whole(request.form.get("adds", "")) or 0, _whole(request.form.get("removes", "")) or 0)
        with unit_of_work():
            plan = apply_rule(cycle, wanted, actor=current_actor(), now=clock.now(), expected=expected)
            said = _("%(added)s customers are added, %(removed)s removed. Nothing is sent yet.",
                     added=plan.adds, removed=plan.removes)
    except Refusal as refusal:
        if refusal.kind == "forbidden":
            raise
        db.session.rollback()
        return _rule_page(row_of(Cycle, cycle_id), request.form, refusal=refusal), status_of(refusal)
    flash(said, "ok")
    return to(url_for("campaign.overview", cycle_id=cycle_id))


@blueprint.get("/cycles/<int:cycle_id>/customers/by-hand")
@allowed("manage_cycles")
def by_hand(cycle_id: int) -> str:
    return _hand_page(row_of(Cycle, cycle_id))


@blueprint.post("/cycles/<int:cycle_id>/customers/by-hand")
@allowed("manage_cycles")
def change_by_hand(cycle_id: int) -> Response | tuple[str, int]:
    cycle = row_of(Cycle, cycle_id)
    try:
        with unit_of_work():
            said = _remove(cycle) if request.form.get("act") == "remove" else _add(cycle)
    except Refusal as refusal:
        if refusal.kind == "forbidden":
            raise
        db.session.rollback()
        return _hand_page(row_of(Cycle, cycle_id), refusal), status_of(refusal)
    flash(said, "ok")
    where: dict[str, Any] = {name: request.args[name] for name in ("who", "customer", "page") if request.args.get(name)}
    return to(url_for("campaign_choosing.by_hand", cycle_id=cycle_id, **where))


def _add(cycle: Cycle) -> str:
    people = {one.review.id: one.review for one in choosable(cycle, current_actor())}
    reviews = [people[number] for number in _picked("review") if number in people]
    customers = list(db.session.scalars(
        db.select(Customer).where(Customer.id.in_(_picked("customer"))).order_by(Customer.customer_no)
    ))
    added = add_customers(
        reviews, customers, reason=request.form.get("reason", ""), actor=current_actor(), now=clock.now()
    )
    return str(ngettext("%(num)s customer is added.", "%(num)s customers are added.", added))


def _remove(cycle: Cycle) -> str:
    found = list(db.session.scalars(
        db.select(Invitation).where(Invitation.id.in_(_picked("invitation"))).order_by(Invitation.id)
    ))
    mine = [one for one in found if one.review.cycle_id == cycle.id]
    gone = remove_customers(mine, reason=request.form.get("reason", ""), actor=current_actor(), now=clock.now())
    return str(ngettext("%(num)s customer is removed.", "%(num)s customers are removed.", gone))


def _rule_page(
    cycle: Cycle, typed: Mapping[str, Any], wanted: Rule | None = None, *, refusal: Refusal | None = None
) -> str:
    plan = plan_of(cycle, wanted, actor=current_actor(), now=clock.now()) if wanted else None
    shown = sorted(plan.people, key=lambda one: -one.lacking) if plan else []
    return render_template(
        "campaign/rule.html", cycle=cycle, typed=typed, plan=plan, reasons=REASONS, kept=_kept(cycle),
        people=slice_of(shown, _whole(request.args.get("page", "")) or 1),
        refusals=refusal.messages if refusal else (),
    )


def _kept(cycle: Cycle) -> dict[str, Any]:
    """The fields as the rule was applied last; a new lot where there was none."""
    campaign = campaign_of(cycle)
    kept = campaign.rule if campaign is not None and campaign.rule else {}
    return {
        "most": kept.get("most") or "", "rest_months": kept.get("rest_months", 0),
        "need_address": "y" if kept.get("need_address") else "", "seed": kept.get("seed") or secrets.token_hex(3),
    }


def _rule_in(typed: Mapping[str, Any]) -> Rule:
    most, rest = str(typed.get("most", "")).strip(), str(typed.get("rest_months", "")).strip()
    return Rule(
        most=_number(most) if most else None, rest_months=_number(rest) if rest else 0,
        need_address=bool(typed.get("need_address")), seed=str(typed.get("seed", "")).strip(),
    )


def _number(text: str) -> int:
    number = _whole(text)
    if number is None:
        raise Refusal(Message("Enter a whole number, such as 5."))
    return number


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _hand_page(cycle: Cycle, refusal: Refusal | None = None) -> str:
    who, words = request.args.get("who", "").strip(), request.args.get("customer", "")
    people = [one for one in choosable(cycle, current_actor()) if _fits(one, who)] if cycle.state == "open" else []
    return render_template(
        "campaign/by_hand.html", cycle=cycle, who=who, words=words, removable=removable,
        people=slice_of(people, request.args.get("page", 1, type=int), PEOPLE_PER_PAGE),
        found=customers_found(words), refusals=refusal.messages if refusal else (),
        picked={name: set(_picked(name)) for name in ("review", "customer", "invitation")},
        reason=request.form.get("reason", ""),
    )


def _fits(one: Responses, who: str) -> bool:
    if who == "lacking":
        return one.lacking > 0
    person = one.review.employee
    return not who or any(who.lower() in text.lower() for text in (person.name, person.employee_no, one.review.department))


def _picked(name: str) -> Sequence[int]:
    numbers = (_whole(text) for text in request.form.getlist(name)[:MOST_PICKED])
    return [number for number in numbers if number and number <= LARGEST_ID]
