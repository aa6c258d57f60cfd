"""Files as a page sent them: read no further than what is taken, and handed back as attachments only."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, request

from states.errors import Message, Refusal
from states.evidence import MOST_BYTES, Upload
from states.scheme.forms import DeductionForm
from workflow_app.queries.answer_files import file_questions

if TYPE_CHECKING:
    from states.scheme.forms import FormSpec
    from workflow_app.models import AnswerFile, EvidenceFile


def sent_file(name: str = "file") -> Upload | None:
    """The file of a field, or None where none was chosen; one byte more than allowed is enough to refuse it."""
    file = request.files.get(name)
    if file is None or not file.filename:
        return None
    with file.stream as stream:
        return Upload(file.filename, stream.read(MOST_BYTES + 1))


def sent_files(spec: FormSpec) -> dict[str, Upload]:
    """The evidence beside the items of a sheet, by item."""
    items = spec.items if isinstance(spec, DeductionForm) else ()
    found = {item.code: sent_file(f"file_{item.code}") for item in items}
    return {code: upload for code, upload in found.items() if upload is not None}


def sent_answers(spec: FormSpec) -> dict[str, list[Upload]]:
    """The files that answer questions, by question; as many as are sent beside the numbers of those kept before."""
    found = {one.code: _several(f"file_{one.code}", one.most) for one in file_questions(spec)}
    return {code: uploads for code, uploads in found.items() if uploads}


def _several(name: str, most: int) -> list[Upload]:
    files = [file for file in request.files.getlist(name) if file.filename]
    found: list[Upload] = []
    for file in files:
        with file.stream as stream:
            # One more than allowed is enough to be told so.
            if len(found) <= most:
                found.append(Upload(file.filename or "", stream.read(MOST_BYTES + 1)))
    return found


def attachment(file: EvidenceFile | AnswerFile) -> Response:
    """A kept file, to be saved and never shown in the browser; `Refusal` (gone) once its time was over."""
    if not file.size:
        raise Refusal(Message("This file was erased when its time was over."), kind="gone")
    response = Response(file.content, mimetype=file.media_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(file.filename, safe='')}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
