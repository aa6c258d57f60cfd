"""Workbooks to print and sign: A4, a heading on every sheet of paper, real numbers and dates, no formulas.

Rows are written out as they come (xlsxwriter's constant memory), so a sheet may be as long as the company.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import xlsxwriter

from workflow_app.exports.formulas import like_formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FONT = "宋体"
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    "default_format_properties": {"font_name": FONT, "font_size": 10},
}  # fmt: skip
A4 = 9
LONGEST_TEXT, LONGEST_NAME = 32_767, 31
NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
FORMS = {"score": "0.00", "int": "0"}
GENERAL, DAY = "General", "yyyy-mm-dd"

Form = Literal["text", "score", "points", "int", "date"]


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, its width in characters, and how its figures look."""

    heading: str
    width: float = 12
    form: Form = "text"


class Book:
    """A workbook in the making; `content` ends it."""

    def __init__(self) -> None:
        self._out = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._out, OPTIONS)
        self._styles: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._names: set[str] = set()

    def sheet(self, name: str, columns: Sequence[Column], *, landscape: bool = True) -> Sheet:
        """Another sheet. Rows go in from top to bottom, sheet after sheet."""
        return Sheet(self, self._book.add_worksheet(self._free_name(name)), columns, landscape=landscape)

    def style(self, **properties: Any) -> Format:
        """The cell format with these properties, made once."""
        key = tuple(sorted(properties.items()))
        if key not in self._styles:
            self._styles[key] = self._book.add_format({"font_name": FONT, "font_size": 10, "valign": "vcenter"} | properties)
        return self._styles[key]

    def content(self) -> bytes:
        """The bytes of the .xlsx file."""
        self._book.close()
        return self._out.getvalue()

    def _free_name(self, wanted: str) -> str:
        """A name that a sheet may have: without the signs that Excel refuses, short, and only once."""
        plain = NO_SHEET_NAME.sub(" ", wanted).strip("' ")[:LONGEST_NAME].strip("' ") or "Sheet"
        name, number = plain, 1
        while name.casefold() in self._names or name.casefold() == "history":
            number += 1
            tail = f" {number}"
            name = plain[: LONGEST_NAME - len(tail)] + tail
        self._names.add(name.casefold())
        return name


class Sheet:
    """One sheet: a banner, lines, a heading that stays in sight and on every printed page, rows, a foot."""

    def __init__(self, book: Book, sheet: Worksheet, columns: Sequence[Column], *, landscape: bool) -> None:
        self._book, self._sheet, self._columns = book, sheet, columns
        self._row = 0
        sheet.set_paper(A4)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&C&P / &N")
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)

    @property
    def last(self) -> int:
        """The place of the last column."""
        return len(self._columns) - 1

    def banner(self, words: str) -> None:
        """The title, across the whole width."""
        self._sheet.set_row(self._row, 28)
        self._across(words, bold=True, font_size=15, align="center")

    def line(self, words: str, *, height: float | None = None, bold: bool = False) -> None:
        """A line of words, across the whole width."""
        if height:
            self._sheet.set_row(self._row, height)
        self._across(words, text_wrap=True, bold=bold)

    def head(self, fixed: int = 0) -> None:
        """The headings of the columns: rows scroll below them, and every printed page repeats them.

        `fixed` columns at the left stay in sight too.
        """
        self._sheet.set_row(self._row, 30)
        for place, column in enumerate(self._columns):
            self._text(place, column.heading, bold=True, border=1, bg_color="#f4f2ec", text_wrap=True, align="center")
        self._row += 1
        self._sheet.freeze_panes(self._row, fixed)
        self._sheet.repeat_rows(self._row - 1)

    def add(self, values: Iterable[object], *, bold: bool = False, height: float | None = None) -> None:
        """A row of the table: numbers and dates as such, all other things as text."""
        if height:
            self._sheet.set_row(self._row, height)
        for place, (value, column) in enumerate(zip(values, self._columns, strict=True)):
            self._cell(place, value, column.form, bold=bold)
        self._row += 1

    def spread(self, words: Sequence[str], *, height: float = 22) -> None:
        """A line of words side by side over the width: whom it is about, who signs."""
        self._sheet.set_row(self._row, height)
        width = len(self._columns) // len(words)
        for number, said in enumerate(words):
            first = number * width
            last = self.last if number == len(words) - 1 else first + width - 1
            self._merged(first, last, said, text_wrap=True)
        self._row += 1

    def end(self) -> None:
        """Print what was written and nothing else."""
        if self._row:
            self._sheet.print_area(0, 0, self._row - 1, self.last)

    def _across(self, words: str, **looks: Any) -> None:
        self._merged(0, self.last, words, **looks)
        self._row += 1

    def _merged(self, first: int, last: int, words: str, **looks: Any) -> None:
        if first < last:
            # An empty text first: what the merging itself writes would be taken for a number or a formula.
            self._sheet.merge_range(self._row, first, self._row, last, "", self._book.style(**looks))
        self._text(first, words, **looks)

    def _cell(self, place: int, value: object, form: Form, *, bold: bool) -> None:
        looks: dict[str, Any] = {"border": 1} | ({"bold": True} if bold else {})
        if value is None or value == "":
            self._sheet.write_blank(self._row, place, None, self._book.style(**looks))
        elif isinstance(value, (int, float, Decimal)) and _fits(value):
            style = self._book.style(**looks, num_format=FORMS.get(form, GENERAL), align="right")
            self._sheet.write_number(self._row, place, float(value), style)
        elif isinstance(value, date):
            style = self._book.style(**looks, num_format=DAY, align="center")
            self._sheet.write_datetime(self._row, place, value, style)
        else:
            self._text(place, str(value), **looks, text_wrap=True, num_format="@")

    def _text(self, place: int, words: str, **looks: Any) -> None:
        """Words as words: what begins like a formula stays none, also after somebody edits the cell."""
        quoted = {"quote_prefix": True} if like_formula(words) else {}
        self._sheet.write_string(self._row, place, words[:LONGEST_TEXT], self._book.style(**looks, **quoted))


def _fits(value: float | Decimal) -> bool:
    """Whether a cell holds the number exactly; a longer one is kept as text, digit by digit."""
    return not isinstance(value, Decimal) or Decimal(repr(float(value))) == value
