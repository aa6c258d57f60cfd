"""HR downloads the customers' answers of a cycle, for a statistics program."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Any, cast

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from forms.cycles import offered
from forms.survey_exports import FILES, STYLES, ExportChoice
from states.errors import Message, Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.exports.sheets import MEDIA_TYPE
from workflow_app.exports.survey_answers import Table, write_archive, write_workbook
from workflow_app.i18n import t
from workflow_app.models import Cycle
from workflow_app.queries.survey_export import export_scopes, exports_of
from workflow_app.queries.surveys import minimum_to_show, questionnaire_of
from workflow_app.services.exporting_answers import Wanted, export_answers
from workflow_app.survey_links import LARGEST_ID

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

blueprint = Blueprint("survey_exports", __name__)
WRITERS: dict[str, tuple[Callable[[IO[bytes], Table], None], str, str]] = {
    "xlsx": (write_workbook, MEDIA_TYPE, "xlsx"),
    "csv": (write_archive, "application/zip", "zip"),
}
PIECE = 64 * 1024
IN_MEMORY = 2**20


@blueprint.get("/cycles/<int:cycle_id>/customers/answers")
@allowed("export_answers")
def page(cycle_id: int) -> str:
    return _page(_cycle(cycle_id), ExportChoice())


@blueprint.post("/cycles/<int:cycle_id>/customers/answers")
@allowed("export_answers")
def download(cycle_id: int) -> Any:
    """A POST, since it is recorded. Written into a file of its own first, so that a fault leaves no half of it."""
    cycle, form = _cycle(cycle_id), ExportChoice(request.form)
    _offer(cycle, form)
    if not form.validate():
        return _page(cycle, form), 422
    write, media_type, ending = WRITERS[form.file.data]
    out = cast("IO[bytes]", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115 - closed once it is sent
    try:
        with unit_of_work():
            write(out, export_answers(cycle, _wanted(form), actor=current_actor(), now=now()))
    except Refusal as refusal:
        out.close()
        if refusal.kind == "forbidden":
            raise
        db.session.rollback()
        return _page(_cycle(cycle_id), form, refusal), status_of(refusal)
    return _attachment(out, f"answers-{cycle_id}-{form.style.data}.{ending}", media_type)


def _attachment(out: IO[bytes], name: str, media_type: str) -> Response:
    """A file to keep, sent piece by piece, never shown in place and never kept by a cache."""
    size = out.tell()
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store", "Content-Length": str(size),
    }  # fmt: skip
    return Response(_pieces(out), mimetype=media_type, headers=headers)


def _pieces(out: IO[bytes]) -> Iterator[bytes]:
    with out:
        out.seek(0)
        while piece := out.read(PIECE):
            yield piece


def _wanted(form: ExportChoice) -> Wanted:
    return Wanted(
        form=form.form.data, style=form.style.data, file=form.file.data, identified=bool(form.identified.data),
        reason=form.reason.data or "",
    )  # fmt: skip


def _page(cycle: Cycle, form: ExportChoice, refusal: Refusal | None = None) -> str:
    scopes = _offer(cycle, form)
    return render_template(
        "survey_exports/page.html", cycle=cycle, form=form, refusal=refusal, least=minimum_to_show(cycle),
        scopes=[(t(questionnaire_of(cycle, one.form).title), one) for one in scopes], made=exports_of(cycle),
    )


def _offer(cycle: Cycle, form: ExportChoice) -> list[Any]:
    scopes = export_scopes(cycle, actor=current_actor(), now=now())
    form.form.choices = offered((one.form, t(questionnaire_of(cycle, one.form).title)) for one in scopes)
    form.file.choices = offered((code, _(title)) for code, title in FILES)
    form.style.choices = offered((code, _(title)) for code, title in STYLES)
    return scopes


def _cycle(number: int) -> Cycle:
    found = db.session.get(Cycle, number) if number <= LARGEST_ID else None
    if found is None:
        raise Refusal(Message("There is no such page. The address may be incomplete, or what it showed was removed."),
                      kind="not_found")
    return found
