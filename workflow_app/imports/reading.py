"""Sheets → rows by field: headings in Chinese or English, any column order, blank rows passed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from states.errors import Message
from workflow_app.imports.cells import as_text
from workflow_app.imports.faults import Fault, Faulty, column_letter
from workflow_app.imports.sources import Sheet, read_sheets

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = ["Column", "Fault", "Faulty", "Row", "Table", "read_table"]

HEADING_ROWS = 10
"""How far down a heading may stand, below a title."""


@dataclass(frozen=True)
class Column:
    """A column of a file: its field, and its headings (Chinese first)."""

    field: str
    headings: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Everything the heading may say."""
        return frozenset({self.field, *self.headings})


@dataclass(frozen=True)
class Row:
    """A row's number as a spreadsheet counts, and its raw cells by field."""

    number: int
    cells: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The cell as text, "" where it is blank."""
        return as_text(self.cells.get(name))


@dataclass
class Table:
    """The rows of one file and the faults found in it so far."""

    file: str
    sheet: str
    headings: Mapping[str, str]
    rows: Sequence[Row]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, row: int, name: str, message: Message) -> Fault:
        """A fault at this row and field, not yet reported."""
        return Fault(self.file, self.sheet, row, self.headings.get(name, name), message)

    def report(self, row: int, name: str, message: Message) -> None:
        """Report a fault at this row and field."""
        self.faults.append(self.fault(row, name, message))


def read_table(source: Path | bytes, columns: Sequence[Column], *, name: str) -> Table:
    """Read the first sheet that has the columns; `Faulty` where the file is not readable.

    A missing or doubled column is a fault of the table; its rows are then empty.
    """
    sheets = read_sheets(source, name)
    found = next((hit for sheet in sheets if (hit := _heading_row(sheet, columns))), None)
    if found is None:
        return _without_columns(sheets, columns, name)
    sheet, place, places = found
    headings = {key: _shown(sheet.rows[place], at) for key, at in places.items()}
    table = Table(name, sheet.name, headings, tuple(_rows(sheet, place, places)))
    _report_doubled(table, sheet.rows[place], columns, place)
    return table


def _shown(heading: Sequence[Any], place: int) -> str:
    return f"{column_letter(place)} {as_text(heading[place])}"


def _places(cells: Sequence[Any], columns: Sequence[Column]) -> dict[str, int]:
    """Field → place of its first column."""
    said = [as_text(cell).casefold() for cell in cells]
    places = {}
    for column in columns:
        hits = [at for at, word in enumerate(said) if word in column.names]
        if hits:
            places[column.field] = hits[0]
    return places


def _heading_row(sheet: Sheet, columns: Sequence[Column]) -> tuple[Sheet, int, dict[str, int]] | None:
    for place, cells in enumerate(sheet.rows[:HEADING_ROWS]):
        places = _places(cells, columns)
        if len(places) == len(columns):
            return sheet, place, places
    return None


def _without_columns(sheets: Sequence[Sheet], columns: Sequence[Column], name: str) -> Table:
    """Name every missing column, at the row that looks most like a heading."""
    rows = [(s, at, _places(cells, columns)) for s in sheets for at, cells in enumerate(s.rows[:HEADING_ROWS])]
    if not any(places for _, _, places in rows):
        first = next((one for one in rows if any(as_text(cell) for cell in one[0].rows[one[1]])), None)
        rows = [first] if first else []
    sheet, place, places = max(rows, key=lambda one: len(one[2]), default=(Sheet("", ()), 0, {}))
    table = Table(name, sheet.name, {}, ())
    for column in columns:
        if column.field not in places:
            table.faults.append(
                Fault(
                    name, sheet.name, place + 1, column.headings[0],
                    Message("The column “%(heading)s” (%(field)s) is missing.",
                            heading=column.headings[0], field=column.field),
                )
            )  # fmt: skip
    return table


def _report_doubled(table: Table, heading: Sequence[Any], columns: Sequence[Column], place: int) -> None:
    for column in columns:
        hits = [at for at, cell in enumerate(heading) if as_text(cell).casefold() in column.names]
        for at in hits[1:]:
            table.faults.append(
                Fault(table.file, table.sheet, place + 1, _shown(heading, at), Message("This column stands here twice."))
            )


def _rows(sheet: Sheet, heading: int, places: Mapping[str, int]) -> Iterator[Row]:
    for at in range(heading + 1, len(sheet.rows)):
        cells = sheet.rows[at]
        found = {key: cells[place] if place < len(cells) else "" for key, place in places.items()}
        if any(as_text(cell) for cell in found.values()):
            yield Row(at + 1, found)
