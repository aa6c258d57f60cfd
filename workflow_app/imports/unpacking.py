"""Workbooks that would burst the memory: measured before anything reads them.

A small .xlsx can unpack to gigabytes (its directory may lie about it), and one cell at the far corner of a
sheet makes a reader allocate every cell before it. Both are found here by unpacking piece by piece.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from typing import IO

from states.errors import Message
from workflow_app.imports.faults import Fault, Faulty

MOST_UNPACKED = 200 * 1024 * 1024
MOST_CELLS = 20_000_000
PIECE = 256 * 1024
OVERLAP = 64
"""A reference may lie across two pieces; no reference is longer."""

REFERENCE = re.compile(rb"""\br\s*=\s*["']\s*([A-Za-z]{0,4})(\d{1,9})\s*["']""")
TOO_LARGE = Message("The workbook is too large when unpacked. Split it into smaller files.")
TOO_WIDE = Message("A sheet reaches too far to the right or too far down. Delete its empty rows and columns.")
BROKEN = Message("This is not a readable .xlsx workbook. Open it in a spreadsheet program and save it again.")


def check_workbook(data: bytes, name: str) -> None:
    """Raise `Faulty` for an .xlsx that is broken, too large when unpacked, or reaches too far."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            left = MOST_UNPACKED
            for entry in packed.infolist():
                with packed.open(entry) as stream:
                    left -= _measure(stream, left, name, sheet="worksheets/" in entry.filename.lower())
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        raise _fault(name, BROKEN) from None


def _measure(stream: IO[bytes], most: int, name: str, *, sheet: bool) -> int:
    """How many bytes a part unpacks to; for a sheet, its reach is watched as well."""
    size, widest, lowest, tail = 0, 0, 0, b""
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > most:
            raise _fault(name, TOO_LARGE)
        if sheet:
            for column, row in REFERENCE.findall(tail + piece):
                lowest, widest = max(lowest, int(row)), max(widest, _number(column))
            if lowest * widest > MOST_CELLS:
                raise _fault(name, TOO_WIDE)
            tail = piece[-OVERLAP:]
    return size


def _number(column: bytes) -> int:
    number = 0
    for letter in column.upper():
        number = number * 26 + letter - 64
    return number


def _fault(name: str, message: Message) -> Faulty:
    return Faulty([Fault(name, "", 0, "", message)])
