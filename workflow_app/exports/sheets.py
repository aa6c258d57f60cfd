"""Plain workbooks: a heading row that stays in sight, text that no spreadsheet takes for a formula."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH = 18


def workbook(sheet: str, headings: Sequence[str], rows: Iterable[Sequence[object]], widths: Sequence[int] = ()) -> bytes:
    """One sheet with headings and rows as an .xlsx file. Strings stay strings, `=1+1` too."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True, "bottom": 1, "bg_color": "#f4f2ec"})
        text = book.add_format({"num_format": "@"})
        for column, heading in enumerate(headings):
            page.set_column(column, column, widths[column] if column < len(widths) else WIDTH, text)
            page.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                page.write(number, column, value)
        page.freeze_panes(1, 0)
    return out.getvalue()
