"""HR moves a running cycle to a newer version of its scheme: what would happen, and the button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.queries.candidates import title_of
from workflow_app.queries.paging import slice_of
from workflow_app.queries.schemes import any_version, newer_versions
from workflow_app.services.foreseeing import MOST_PEOPLE, foresee
from workflow_app.services.moving_cycles import move_cycle_to, try_move
from workflow_app.views.cycles import cycle_or_refuse
from workflow_app.views.scheme_versions import difference_link

if TYPE_CHECKING:
    from workflow_app.models import Cycle, SchemeVersion

blueprint = Blueprint("moving_cycles", __name__)
NAMES = 40
"""So many people of a change are named at once; the rest is counted."""


@blueprint.get("/cycles/<int:cycle_id>/move")
@allowed("manage_cycles")
def page(cycle_id: int) -> str:
    cycle = cycle_or_refuse(cycle_id)
    newer = newer_versions(cycle.scheme_version)
    wanted = request.args.get("version", type=int)
    version = any_version(wanted) if wanted else (newer[0] if newer else None)
    if version is None:
        return render_template("moving_cycles/none.html", cycle=cycle, title=title_of(cycle))
    return _page(cycle, version)


@blueprint.post("/cycles/<int:cycle_id>/move")
@allowed("manage_cycles")
def move(cycle_id: int) -> Any:
    cycle, version = cycle_or_refuse(cycle_id), any_version(request.form.get("version", 0, type=int))
    if version is None:
        raise Refusal(Message("There is no such version of a scheme. All of them are under Scheme."), kind="not_found")
    try:
        with unit_of_work():
            seen = request.form.get("seen", 0, type=int)
            people = move_cycle_to(cycle, version, seen=seen, actor=current_actor(), now=now())
    except Refusal as refusal:
        if refusal.kind == "forbidden":
            raise
        return _page(cycle_or_refuse(cycle_id), version, refusal), status_of(refusal)
    flash(_("The cycle runs by version %(number)s now; %(people)s reviews were fitted to it.", number=version.version, people=people), "ok")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


def _page(cycle: Cycle, version: SchemeVersion, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    dry = try_move(cycle, version, actor=actor, now=now())
    too_many = dry.people > MOST_PEOPLE
    figures = [] if dry.obstacles or too_many else foresee(cycle, version, actor=actor)
    changed = [one for one in figures if one.total_changes or one.band_changes]
    return render_template(
        "moving_cycles/page.html", cycle=cycle, title=title_of(cycle), version=version, dry=dry, refusal=refusal,
        newer=newer_versions(cycle.scheme_version), most=NAMES, difference=difference_link(cycle.scheme_version, version),
        changed=slice_of(changed, request.args.get("page", 1, type=int)), compared=len(figures),
        bands=sum(one.band_changes for one in changed), too_many=too_many, most_people=MOST_PEOPLE,
    )
