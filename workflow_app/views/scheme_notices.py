"""Who was told of a published scheme and has signed; one's own signature under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.cycles import offered
from forms.schemes import ReadersFilter
from states.errors import N_, Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.queries import scheme_notices as queries
from workflow_app.queries.schemes import version_by_id
from workflow_app.services.scheme_notices import acknowledge, ask_to_remind

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from workflow_app.models import SchemeVersion

blueprint = Blueprint("scheme_notices", __name__)


@blueprint.get("/schemes/<int:number>/readers")
@allowed("see_scheme_drafts")
def readers(number: int) -> str:
    version, form = _version(number), ReadersFilter(request.args)
    names = queries.departments_told(version)
    form.department.choices = offered([("", N_("All")), *((name, name) for name in names)])
    show = form.show.data if form.show.data in queries.FILTERS else "open"
    form.show.data = show
    return render_template(
        "scheme_versions/readers.html", version=version, form=form, show=show, counts=queries.counts_of([version])[version.id],
        people=queries.notices_page(
            version, show=show, text=(form.q.data or "")[:60], department=form.department.data or "",
            page=request.args.get("page", 1, type=int),
        ),
        query={name: request.args[name] for name in ("q", "department") if request.args.get(name)},
        may_remind=may(current_actor(), "manage_schemes").allowed and version.state == "published",
    )


@blueprint.get("/schemes/<int:number>/remind")
@allowed("manage_schemes")
def ask_remind(number: int) -> str:
    version = _version(number)
    people = queries.count_of(queries.unread(version, day_of(now())))
    return render_template("scheme_versions/remind.html", version=version, people=people)


@blueprint.post("/schemes/<int:number>/remind")
@allowed("manage_schemes")
def remind(number: int) -> Response:
    with unit_of_work():
        people = ask_to_remind(_version(number), actor=current_actor(), now=now())
    flash(_("%(people)s people are being reminded, each at most once a day.", people=people), "ok")
    return redirect(url_for("scheme_notices.readers", number=number))


@blueprint.post("/scheme/<int:number>/read")
@allowed("see_scheme")
def sign(number: int) -> Response:
    """I have read it; this is no consent."""
    with unit_of_work():
        actor = current_actor()
        notice = queries.notice_of(_version(number), actor.employee_id)
        if notice is None:
            raise Refusal(Message("You were not asked to sign for this version."), kind="not_found")
        acknowledge(notice, actor=actor, now=now())
    flash(_("You have signed that you have read it. Thank you."), "ok")
    return redirect(url_for("home.desk"))


def _version(number: int) -> SchemeVersion:
    found = version_by_id(number)
    if found is None:
        raise Refusal(Message("There is no such published version of a scheme."), kind="not_found")
    return found
