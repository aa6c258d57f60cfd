"""Files → sheets of raw cells: .xlsx through calamine, .csv as UTF-8 or GB18030."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from python_calamine import CalamineWorkbook

from states.errors import Message
from workflow_app.imports.faults import Fault, Faulty
from workflow_app.imports.unpacking import BROKEN, check_workbook

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_FIELD = 1_000_000


@dataclass(frozen=True)
class Sheet:
    """A sheet's name ("" for CSV) and its rows of raw cells; the first row is row 1."""

    name: str
    rows: Sequence[Sequence[Any]]


def read_sheets(source: Path | bytes, name: str) -> list[Sheet]:
    """The sheets of an .xlsx or .csv file; `Faulty` where it is neither or cannot be read."""
    suffix = Path(name).suffix.lower()
    data = source if isinstance(source, bytes) else _content(source, name)
    if suffix == ".xlsx":
        return _workbook(data, name)
    if suffix == ".csv":
        return [Sheet("", _csv_rows(data, name))]
    raise _unreadable(name, Message("Use an .xlsx workbook or a .csv file; this is neither."))


def _content(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise _unreadable(name, Message("The file cannot be read: %(reason)s.", reason=reason)) from None


def _unreadable(name: str, message: Message) -> Faulty:
    return Faulty([Fault(name, "", 0, "", message)])


def _workbook(data: bytes, name: str) -> list[Sheet]:
    check_workbook(data, name)
    try:
        return _sheets(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except Exception:  # noqa: BLE001 - calamine raises many kinds for broken files, all of them mean this
        raise _unreadable(name, BROKEN) from None


def _sheets(workbook: CalamineWorkbook) -> list[Sheet]:
    return [
        Sheet(title, workbook.get_sheet_by_name(title).to_python(skip_empty_area=False))
        for title in workbook.sheet_names
    ]


def _csv_rows(data: bytes, name: str) -> list[list[str]]:
    text = _decoded(data, name)
    csv.field_size_limit(MOST_FIELD)
    try:
        return list(csv.reader(io.StringIO(text, newline="")))
    except csv.Error as error:
        raise _unreadable(name, Message("This is not a readable CSV file: %(reason)s.", reason=str(error))) from None


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable(name, Message("The text is neither UTF-8 nor GB18030. Save the file as CSV UTF-8."))
