"""Importing workbooks: choose a file, look at what it would do, confirm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.career import EffectiveForm
from forms.people import KIND_TITLES, UploadForm
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.exports.kpi_template import kpi_workbook
from workflow_app.exports.sheets import MEDIA_TYPE, workbook
from workflow_app.exports.templates import TEMPLATES
from workflow_app.formats import MISSING
from workflow_app.queries.kpi import kpi_lines, kpi_titles
from workflow_app.queries.paging import slice_of
from workflow_app.services import importing
from workflow_app.services.importing.plan import in_words
from workflow_app.titles import LANGUAGES, current_scheme, populations, record_kinds

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkzeug.wrappers import Response as AnyResponse

    from workflow_app.models import ImportPreview

blueprint = Blueprint("imports", __name__, url_prefix="/import")
PARTS = ("faults", "changed", "added")


@blueprint.get("")
@allowed("import_data")
def start() -> str:
    return _start(UploadForm(data={"kind": request.args.get("kind"), "year": day_of(now()).year}))


def _start(form: UploadForm, refusal: Refusal | None = None) -> str:
    year = form.year.data or day_of(now()).year
    return render_template("imports/start.html", form=form, refusal=refusal, kinds=KIND_TITLES, year=year)


@blueprint.post("")
@allowed("import_data")
def upload() -> str | AnyResponse | tuple[str, int]:
    form = UploadForm(request.form)
    file = request.files.get("file")
    if not form.validate():
        return _start(form), 422
    if file is None or not file.filename:
        return _start(form, Refusal(Message("Choose a file first."))), 422
    with file.stream as stream:
        content = stream.read()
    try:
        with unit_of_work():
            kept = importing.keep_workbook(
                form.kind.data, file.filename, content, actor=current_actor(), now=now(), year=form.year.data
            )
    except Refusal as refusal:
        return _start(form, refusal), status_of(refusal)
    return redirect(url_for("imports.preview", number=kept.id))


@blueprint.get("/<int:number>")
@allowed("import_data")
def preview(number: int) -> str:
    kept = importing.find_kept(number, actor=current_actor())
    if kept.applied_at:
        return render_template("imports/done.html", kept=kept, kinds=dict(KIND_TITLES))
    return _preview(kept)


def _preview(kept: ImportPreview, refusal: Refusal | None = None, form: EffectiveForm | None = None) -> str:
    plan = importing.plan_of(kept, actor=current_actor())
    parts: dict[str, tuple[Any, ...]] = {part: getattr(plan, part) for part in PARTS}
    filled = next((part for part in PARTS if parts[part]), "added")
    part = request.args.get("part", filled)
    part = part if part in PARTS else filled
    return render_template(
        "imports/preview.html",
        kept=kept, plan=plan, part=part, parts=parts, refusal=refusal, kinds=dict(KIND_TITLES),
        headings=TEMPLATES[kept.kind].headings, said=_words(), value_of=_value,
        rows=slice_of(parts[part], request.args.get("page", 1, type=int)), form=form or EffectiveForm(),
    )


def _words() -> Callable[[str, str], str]:
    """A value as the page shows it: codes in words, nothing as a dash."""
    words = {"population": populations(), "kind": record_kinds(), "language": LANGUAGES, "kpi": kpi_titles()}

    def said(field: str, value: str) -> str:
        return words.get(field, {}).get(value, value) or MISSING

    return said


def _value(change: importing.Change, field: str) -> str:
    found = next((one.after for one in change.fields if one.field == field), None)
    return in_words(getattr(change.row, field, None)) if found is None else found


@blueprint.post("/<int:number>")
@allowed("import_data")
def confirm(number: int) -> str | AnyResponse | tuple[str, int]:
    kept, form = importing.find_kept(number, actor=current_actor()), EffectiveForm(request.form)
    if not form.validate():
        return _preview(kept, form=form), 422
    try:
        with unit_of_work():
            importing.apply_kept(
                kept, seen=request.form.get("seen", ""), since=form.since.data, actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        kept = importing.find_kept(number, actor=current_actor())
        if kept.applied_at:
            raise
        return _preview(kept, refusal, form), status_of(refusal)
    flash(_("The import is done."), "ok")
    return redirect(url_for("imports.preview", number=number))


@blueprint.get("/template/<kind>.xlsx")
@allowed("import_data")
def template(kind: str) -> Response:
    if kind not in TEMPLATES:
        raise Refusal(Message("There is no template of this kind."), kind="not_found")
    found = TEMPLATES[kind]
    year = request.args.get("year", day_of(now()).year, type=int)
    if kind == "kpi":
        content = kpi_workbook(found, kpi_lines(current_scheme(), year, day_of(now())))
    else:
        content = workbook(found.sheet, found.headings_as_written(), ())
    headers = {"Content-Disposition": f'attachment; filename="{kind}.xlsx"'}
    return Response(content, mimetype=MEDIA_TYPE, headers=headers)
