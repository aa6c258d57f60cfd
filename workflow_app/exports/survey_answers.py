"""Customers' answers as files for statistics programs: a workbook of two sheets, or two CSV files in one archive.

Written row by row, so that many answers take no more memory than a few. What begins like a formula stays text: in a
workbook by the kind of the cell, in CSV behind an apostrophe.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from workflow_app.exports.formulas import like_formula
from workflow_app.exports.paper import Book
from workflow_app.exports.paper import Column as PaperColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from states.codebook import Cell, Column

ANSWERS, CODE_BOOK = "answers", "codebook"
BOOK_HEADINGS = (
    "column", "question", "part", "kind", "text_zh", "text_en", "values", "scored", "reversed", "weight",
    "not_applicable", "not_asked", "withheld",
)  # fmt: skip


@dataclass(frozen=True)
class Table:
    """The answers with their headings, and the columns that the code book explains by name.

    `rows` is read once. `about` are the columns that stand before the questions: name, words in Chinese and English.
    """

    about: Sequence[tuple[str, str, str]]
    columns: Sequence[Column]
    names: Sequence[str]
    rows: Iterable[Sequence[Cell]]

    @property
    def headings(self) -> list[str]:
        """The names of all columns."""
        return [*(name for name, _, _ in self.about), *self.names]

    def code_book(self) -> Iterator[Sequence[Cell]]:
        """One line a column: what was asked, which values stand for what."""
        for name, chinese, english in self.about:
            yield (name, None, None, None, chinese, english, *[None] * 7)
        for name, one in zip(self.names, self.columns, strict=True):
            yield _explained(name, one)


def _explained(name: str, one: Column) -> Sequence[Cell]:
    titles = (one.title, one.part_title) if one.part_title else (one.title,)
    values = "; ".join(f"{value.code} = {value.title.zh} | {value.title.en}" for value in one.values)
    return (
        name, one.question, one.part or None, one.kind, " – ".join(each.zh for each in titles),
        " – ".join(each.en for each in titles), values or None, int(one.scored), int(one.reversed), one.weight,
        one.missing.not_applicable, one.missing.hidden, one.missing.withheld,
    )  # fmt: skip


def write_workbook(out: IO[bytes], table: Table) -> None:
    """Two sheets: the answers, the code book. Figures are figures, days are days, all else is text."""
    book = Book()
    for name, headings, rows in _sheets(table):
        sheet = book.sheet(name, [PaperColumn(heading, 14) for heading in headings])
        sheet.head()
        for row in rows:
            sheet.add(row)
        sheet.end()
    out.write(book.content())


def write_archive(out: IO[bytes], table: Table) -> None:
    """Two CSV files, in UTF-8 with the mark by which spreadsheets know it."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, headings, rows in _sheets(table):
            entry = zipfile.ZipInfo(f"{name}.csv")  # without the time at which it was made
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file, io.TextIOWrapper(file, "utf-8-sig", newline="") as text:
                writer = csv.writer(text)
                writer.writerow(map(_written, headings))
                writer.writerows(map(_written, row) for row in rows)


def _sheets(table: Table) -> Iterator[tuple[str, Sequence[str], Iterable[Sequence[Cell]]]]:
    yield ANSWERS, table.headings, table.rows
    yield CODE_BOOK, BOOK_HEADINGS, table.code_book()


def _written(value: Cell) -> str:
    """A cell as CSV has it. A negative figure is no formula; a text that begins like one gets an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    return f"'{value}" if like_formula(value) else value
