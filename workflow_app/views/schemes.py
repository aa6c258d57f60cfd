"""The published scheme, readable by everyone it rates: forms, stages, weights, bands, what follows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from states.errors import Message, Refusal
from states.permissions import may
from states.scheme import Scheme, Text
from states.scheme.asking_in_words import notes_on
from states.scheme.forms import Form, KpiForm
from workflow_app.access import allowed, current_actor
from workflow_app.formats import points
from workflow_app.i18n import t
from workflow_app.queries.scheme_notices import notice_of
from workflow_app.queries.schemes import any_version, newer_versions, published_versions
from workflow_app.scheme_words import words_for
from workflow_app.schemes import current_version, read_scheme
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
    TIES,
    WEIGHS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response as AnyResponse

    from workflow_app.models import SchemeVersion

blueprint = Blueprint("schemes", __name__, url_prefix="/scheme")
NOT_PUBLISHED = Message("There is no such published version of a scheme.")


@blueprint.get("")
@allowed("see_scheme")
def overview() -> str | AnyResponse:
    version = _asked()
    if version is None:
        if _sees_drafts():
            return redirect(url_for("scheme_versions.desk"))
        return render_template("schemes/none.html")
    if version.state == "draft":
        return redirect(url_for("schemes.whole", version=version.id))
    links = {"form_link": lambda code: url_for("schemes.form", code=code, version=version.id)}
    return render_template("schemes/overview.html", **_about(version), **links)


@blueprint.get("/whole")
@allowed("see_scheme")
def whole() -> str | AnyResponse:
    """Everything on one page, to be read, printed, and signed for."""
    version = _asked()
    if version is None:
        return redirect(url_for("schemes.overview"))
    about = _about(version)
    scheme: Scheme = about["scheme"]
    return render_template(
        "schemes/whole.html", **about, methods=METHODS, sources=SOURCES, lines_of=_lines, titles_of=_titles, rungs=_rungs(scheme),
        form_link=lambda code: f"#form-{code}", titles_of_forms=lambda codes: _titles(scheme.forms[code] for code in codes),
        notes_on=notes_on, kind_words=lambda kind: words_for("kind", kind),
    )


@blueprint.get("/form/<code>")
@allowed("see_scheme")
def form(code: str) -> str:
    version = _asked()
    found = read_scheme(version).forms.get(code) if version else None
    if version is None or found is None:
        raise Refusal(Message("There is no such form in this scheme."), kind="not_found")
    return render_template(
        "schemes/form.html", version=version, scheme=read_scheme(version), form_spec=found, methods=METHODS,
        sources=SOURCES, thresholds=_lines(found), notes_on=notes_on, kind_words=lambda kind: words_for("kind", kind),
    )


@blueprint.get("/<int:number>.yaml")
@allowed("see_scheme")
def download(number: int) -> Response:
    version = _version(number)
    name = f"{version.code}-{version.version or 'draft'}.yaml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(version.text, mimetype="application/yaml", headers=headers)


def _about(version: SchemeVersion) -> dict[str, Any]:
    """What the pages that show a scheme in words need."""
    scheme = read_scheme(version)
    newer = newer_versions(version) if version.version else ()
    return {
        "version": version, "scheme": scheme, "title": Text(zh=version.title_zh, en=version.title_en),
        "versions": published_versions(), "newer": newer[0] if newer else None, "sees_drafts": _sees_drafts(),
        "notice_row": notice_of(version, current_actor().employee_id), "periods": PERIODS, "overdue": OVERDUE,
        "modes": MODES, "population_titles": [t(one.title) for one in scheme.populations], "actors": ACTORS,
        "needs": NEEDS, "weighs": WEIGHS, "ties": TIES, "missing": MISSING_PARTS, "roundings": ROUNDINGS,
        "coverage_titles": [t(scheme.record_kinds[kind].title) for kind in scheme.composition.coverage.kinds],
    }


def _rungs(scheme: Scheme) -> dict[str, Text]:
    """The titles of rewards and sanctions by their codes."""
    book = scheme.rulebook
    return {rung.code: rung.title for rung in (*book.rewards, *book.sanctions)} if book else {}


def _titles(pieces: Iterable[Any]) -> str:
    return str(_(", ")).join(t(piece.title) for piece in pieces)


def _lines(form: Form) -> list[tuple[str, str]]:
    """Each threshold of a table of key figures and its points, best first; nothing for other forms."""
    if not isinstance(form, KpiForm):
        return []
    rules = form.thresholds
    lines = []
    for line in rules.lines:
        sign, bound = ("≥", line.at_least) if line.at_least is not None else (">", line.above)
        lines.append((f"{sign} {points(bound)}", f"{line.points} {t(line.title)}"))
    return [*lines, (str(_("otherwise")), f"{rules.otherwise} {t(rules.otherwise_title)}")]


def _sees_drafts() -> bool:
    return may(current_actor(), "see_scheme_drafts").allowed


def _asked() -> SchemeVersion | None:
    wanted = request.args.get("version", type=int)
    return _version(wanted) if wanted else current_version()


def _version(number: int) -> SchemeVersion:
    """A version that was ever published; a draft for those who may see drafts, and to others it is not there."""
    found = any_version(number)
    if found is None or (found.state == "draft" and not _sees_drafts()):
        raise Refusal(NOT_PUBLISHED, kind="not_found")
    return found
