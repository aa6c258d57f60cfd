"""Before a cycle closes: who owes what, who has left, who is away, who has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from forms.cycles import ExcludeForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.models import Employee, Review
from workflow_app.queries.candidates import keeps_leavers, title_of
from workflow_app.queries.closing import before_closing
from workflow_app.queries.guards import a_rater_omits
from workflow_app.queries.leave import is_short
from workflow_app.services import bulk, launching
from workflow_app.services.advancing import kind_of
from workflow_app.views.cycles import cycle_or_refuse, say_outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.models import Cycle

blueprint = Blueprint("closing", __name__, url_prefix="/cycles")
MOST = 200
NOBODY = Message("Tick at least one person in the list first.")


@blueprint.get("/<int:cycle_id>/closing")
@allowed("see_cycles")
def page(cycle_id: int) -> str:
    return _page(cycle_or_refuse(cycle_id), ExcludeForm(prefix="out-"))


@blueprint.post("/<int:cycle_id>/closing/exclude")
@allowed("manage_cycles")
def exclude(cycle_id: int) -> Any:
    cycle, form = cycle_or_refuse(cycle_id), ExcludeForm(request.form, prefix="out-")
    picked = _picked(cycle)
    if not picked or not form.validate():
        return _page(cycle, form, [] if picked else [NOBODY]), 422
    with unit_of_work():
        outcome = bulk.exclude_many(
            picked, code=form.code.data or "", reason=form.reason.data or "", actor=current_actor(), now=now()
        )
    if not outcome.done:
        return _page(cycle_or_refuse(cycle_id), form, [message for _name, message in outcome.refused][:1]), 422
    taken = ngettext("%(num)s person is out of the cycle.", "%(num)s people are out of the cycle.", outcome.done)
    say_outcome(taken, outcome.refused)
    return redirect(url_for("closing.page", cycle_id=cycle_id))


@blueprint.post("/<int:cycle_id>/closing/add")
@allowed("manage_cycles")
def add(cycle_id: int) -> Any:
    """Take in somebody who came after the launch."""
    number = request.form.get("employee", "")
    with unit_of_work():
        employee = db.session.get(Employee, int(number)) if number.isdecimal() and len(number) < 10 else None
        if employee is None:
            raise Refusal(Message("There is no such person."), kind="not_found")
        launching.add_person(cycle_or_refuse(cycle_id), employee, actor=current_actor(), now=now())
        name = employee.name
    flash(_("%(name)s takes part now.", name=name), "ok")
    return redirect(url_for("closing.page", cycle_id=cycle_id))


def _page(cycle: Cycle, form: ExcludeForm, messages: Sequence[Message] = ()) -> str:
    moment = now()
    return render_template(
        "closing/page.html", cycle=cycle, title=title_of(cycle), form=form, messages=messages, moment=moment,
        found=before_closing(cycle, now=moment), blocked=cycle.state == "open" and a_rater_omits(cycle),
        titles={stage.code: stage.title for stage in kind_of(cycle).stages}, keeps=keeps_leavers(cycle),
        short=is_short(cycle), may_manage=may(current_actor(), "manage_cycles").allowed and cycle.state == "open",
    )


def _picked(cycle: Cycle) -> Sequence[Review]:
    ids = [int(text) for text in request.form.getlist("review") if text.isdecimal() and len(text) < 10][:MOST]
    return db.session.scalars(select(Review).where(Review.cycle_id == cycle.id, Review.id.in_(ids)).order_by(Review.id)).all()
