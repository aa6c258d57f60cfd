"""Single cells → text, numbers, dates and periods, as people write them.

Each reader returns None for what it cannot read; the caller names the fault.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)")
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00(?:\.0+)?)?)?")
MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")
YEAR = re.compile(r"(\d{4})(?:\.0+)?\s*年?")
WEEK = re.compile(r"(\d{4})\s*[-年]?\s*(?:W|第)\s*(\d{1,2})\s*周?", re.IGNORECASE)
QUARTER = re.compile(r"(\d{4})\s*[-年]?\s*(?:Q\s*([1-4])|第?\s*([1-4一二三四])\s*季度?)", re.IGNORECASE)
HALF_YEAR = re.compile(r"(\d{4})\s*[-年]?\s*(?:H\s*([12])|([上下])半年)", re.IGNORECASE)
ORDINALS = {"一": "1", "二": "2", "三": "3", "四": "4", "上": "1", "下": "2"}
LONGEST = 40
BLANKS = " \t\r\n\v\f\x85\xa0\u2028\u2029\u3000\u200b\ufeff"
"""What is trimmed: white space, and the marks of no width that pasted text brings along."""


def as_text(cell: Any) -> str:
    """NFKC-normalised, trimmed text; a number as its shortest decimal, a date as YYYY-MM-DD."""
    if isinstance(cell, str):
        # NFKC changes nothing in ASCII, which most cells are.
        return cell.strip() if cell.isascii() else unicodedata.normalize("NFKC", cell).strip(BLANKS)
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, (int, float)):
        return shortest(cell)
    if isinstance(cell, datetime):
        cell = cell.date()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


def shortest(number: float) -> str:
    """A numeric cell as a person would write it: 1001, not 1001.0; 88.1, never 88.0999."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        return str(number)
    # Not by rounding to whole units: that has no room for a figure of thirty digits.
    return f"{int(exact)}" if exact == exact.to_integral_value() else f"{exact.normalize():f}"


def as_number(cell: Any) -> Decimal | None:
    """A plain decimal number, exact; None for anything else."""
    if isinstance(cell, (bool, date)):
        return None
    text = as_text(cell)
    return Decimal(text) if len(text) <= LONGEST and text.isascii() and NUMBER.fullmatch(text) else None


def as_date(cell: Any) -> date | None:
    """A date cell, or text such as 2025-03-01, 2025/3/1, 2025.3.1, 2025年3月1日."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    match = DATE.fullmatch(as_text(cell)) if isinstance(cell, str) else None
    return _date(*match.groups()) if match else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def as_day(cell: Any) -> str | None:
    """A day: 2025-07-14."""
    day = as_date(cell)
    return day.isoformat() if day else None


def as_month(cell: Any) -> str | None:
    """A month: 2025-07. A bare number is refused, since 2025.1 may have been October."""
    day = as_date(cell)
    if day:
        return f"{day:%Y-%m}"
    match = MONTH.fullmatch(as_text(cell)) if isinstance(cell, str) else None
    first = _date(match[1], match[2], "1") if match else None
    return f"{first:%Y-%m}" if first else None


def as_week(cell: Any) -> str | None:
    """An ISO week: 2025-W07; a date means the week it lies in."""
    day = as_date(cell)
    match = None if day else WEEK.fullmatch(as_text(cell))
    try:
        day = date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else day
    except ValueError:
        return None
    if day is None:
        return None
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def as_quarter(cell: Any) -> str | None:
    """A quarter: 2025-Q3; a date means the quarter it lies in."""
    return _part_of_year(cell, QUARTER, "Q", 3)


def as_half_year(cell: Any) -> str | None:
    """A half-year: 2025-H1; a date means the half it lies in."""
    return _part_of_year(cell, HALF_YEAR, "H", 6)


def _part_of_year(cell: Any, shape: re.Pattern[str], letter: str, months: int) -> str | None:
    day = as_date(cell)
    if day:
        return f"{day.year:04d}-{letter}{(day.month - 1) // months + 1}"
    match = shape.fullmatch(as_text(cell)) if isinstance(cell, str) else None
    if match is None:
        return None
    number = match[2] or match[3]
    return f"{match[1]}-{letter}{ORDINALS.get(number, number)}"


def as_year(cell: Any) -> str | None:
    """A year: 2025, or 2025.0 as programs write a whole number into a CSV file."""
    day = as_date(cell)
    if day:
        return f"{day:%Y}"
    match = YEAR.fullmatch(as_text(cell)) if not isinstance(cell, (bool, date)) else None
    return match[1] if match else None
