"""The published scheme, readable by everyone it rates: forms, stages, weights, bands, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from states.permissions import may
from states.scheme import Text, builtin_scheme_text
from states.scheme.forms import KpiForm
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.formats import points
from workflow_app.i18n import t
from workflow_app.queries.schemes import published_versions, version_by_id
from workflow_app.schemes import current_version, read_scheme
from workflow_app.services.publishing import publish_scheme
from workflow_app.words import (
    ACTORS,
    METHODS,
    MISSING_PARTS,
    MODES,
    NEEDS,
    OVERDUE,
    PERIODS,
    ROUNDINGS,
    SOURCES,
    WEIGHS,
)

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from workflow_app.models import SchemeVersion

blueprint = Blueprint("schemes", __name__, url_prefix="/scheme")


@blueprint.get("")
@allowed("see_scheme")
def overview() -> str:
    wanted = request.args.get("version", type=int)
    version = _version(wanted) if wanted else current_version()
    if version is None:
        return render_template("schemes/none.html", may_publish=may(current_actor(), "manage_cycles").allowed)
    scheme = read_scheme(version)
    kinds = scheme.composition.coverage.kinds
    return render_template(
        "schemes/overview.html",
        version=version, scheme=scheme, title=Text(zh=version.title_zh, en=version.title_en),
        versions=published_versions(), newest=current_version(), periods=PERIODS, overdue=OVERDUE, modes=MODES,
        population_titles=[t(one.title) for one in scheme.populations], actors=ACTORS, needs=NEEDS,
        weighs=WEIGHS, missing=MISSING_PARTS, roundings=ROUNDINGS,
        coverage_titles=[t(scheme.record_kinds[kind].title) for kind in kinds],
    )


@blueprint.post("/built-in")
@allowed("manage_cycles")
def publish_builtin() -> AnyResponse:
    with unit_of_work():
        publish_scheme(builtin_scheme_text(), actor=current_actor(), now=now())
    flash(_("The scheme is published: everyone it rates can read it."), "ok")
    return redirect(url_for("schemes.overview"))


@blueprint.get("/form/<code>")
@allowed("see_scheme")
def form(code: str) -> str:
    wanted = request.args.get("version", type=int)
    version = _version(wanted) if wanted else current_version()
    found = read_scheme(version).forms.get(code) if version else None
    if version is None or found is None:
        raise Refusal(Message("There is no such form in this scheme."), kind="not_found")
    return render_template(
        "schemes/form.html", version=version, scheme=read_scheme(version), form_spec=found, methods=METHODS,
        sources=SOURCES, thresholds=_lines(found) if isinstance(found, KpiForm) else (),
    )


@blueprint.get("/<int:number>.yaml")
@allowed("see_scheme")
def download(number: int) -> Response:
    version = _version(number)
    name = f"{version.code}-{version.version}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(version.text, mimetype="application/yaml", headers=headers)


def _lines(form: KpiForm) -> list[tuple[str, str]]:
    """Each threshold and its points, best first."""
    rules = form.thresholds
    lines = []
    for line in rules.lines:
        sign, bound = ("≥", line.at_least) if line.at_least is not None else (">", line.above)
        lines.append((f"{sign} {points(bound)}", f"{line.points} {t(line.title)}"))
    return [*lines, (str(_("otherwise")), f"{rules.otherwise} {t(rules.otherwise_title)}")]


def _version(number: int) -> SchemeVersion:
    found = version_by_id(number)
    if found is None:
        raise Refusal(Message("There is no such published version of a scheme."), kind="not_found")
    return found
