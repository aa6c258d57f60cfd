"""A fault in a file: where it stands, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from states.errors import Message

ALPHABET = 26


@dataclass(frozen=True)
class Fault:
    """`row` and `column` are as a spreadsheet counts them; 0 and "" mean the file as a whole."""

    file: str
    sheet: str
    row: int
    column: str
    message: Message

    @property
    def place(self) -> str:
        """Where it stands, in few words: `records.xlsx [考核记录] row 12, column D 得分`."""
        sheet = f" [{self.sheet}]" if self.sheet else ""
        row = f" row {self.row}" if self.row else ""
        column = f"{',' if row else ''} column {self.column}" if self.column else ""
        return f"{self.file}{sheet}{row}{column}"

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


class Faulty(Exception):  # noqa: N818 - the faults are its content
    """A file that cannot be taken as it is, with every fault found in it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


def column_letter(place: int) -> str:
    """A spreadsheet's name of the column at `place`, the first being 0: A, B … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters
