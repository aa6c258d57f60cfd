"""Periods as they are written: 2025, 2025-07, 2025-W37, 2025-07-09."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from states.errors import Message, Refusal
from states.scheme import Text

SHAPES = {
    "year": r"(\d{4})",
    "month": r"(\d{4})-(\d{2})",
    "week": r"(\d{4})-W(\d{2})",
    "day": r"(\d{4})-(\d{2})-(\d{2})",
}
EXAMPLES = {"year": "2025", "month": "2025-07", "week": "2025-W37", "day": "2025-07-09"}
EARLIEST, LATEST = 1990, 2200


@dataclass(frozen=True)
class Span:
    """A period's code with its first and last day."""

    code: str
    start: date
    end: date


def read_period(code: str, shape: str) -> Span:
    """The days that a period names; `shape` is year, month, week or day. Refuses what is none."""
    # Full-width digits are what a Chinese keyboard types.
    text = unicodedata.normalize("NFKC", code).strip()
    match = re.fullmatch(SHAPES[shape], text)
    try:
        if match and EARLIEST <= int(match[1]) <= LATEST:
            start, end = _days(shape, [int(part) for part in match.groups()])
            return Span(text, start, end)
    except ValueError:
        pass
    raise Refusal(Message("Write the period like this: %(example)s.", example=EXAMPLES[shape]))


def _days(shape: str, parts: list[int]) -> tuple[date, date]:
    year = parts[0]
    if shape == "year":
        return date(year, 1, 1), date(year, 12, 31)
    if shape == "month":
        return date(year, parts[1], 1), date(year, parts[1], monthrange(year, parts[1])[1])
    if shape == "week":
        monday = date.fromisocalendar(year, parts[1], 1)
        return monday, monday + timedelta(days=6)
    day = date(year, parts[1], parts[2])
    return day, day


def title_for(kind: Text, span: Span, shape: str) -> Text:
    """The usual title of a cycle of this kind in this period, in both languages."""
    year, start = span.start.year, span.start
    if shape == "year":
        return Text(zh=f"{year} {kind.zh}", en=f"{kind.en} {year}")
    if shape == "month":
        return Text(zh=f"{year} 年 {start.month} 月份{kind.zh}", en=f"{kind.en}, {start:%B} {year}")
    if shape == "week":
        week = int(span.code[-2:])
        return Text(zh=f"{span.code[:4]} 年第 {week} 周{kind.zh}", en=f"{kind.en}, week {week} of {span.code[:4]}")
    day = f"{start.day} {start:%B} {year}"
    return Text(zh=f"{year} 年 {start.month} 月 {start.day} 日{kind.zh}", en=f"{kind.en}, {day}")


def months_employed(span: Span, joined: date, left: date | None) -> int:
    """How many calendar months of the period somebody was employed in, begun months included."""
    first, last = max(span.start, joined), min(span.end, left or span.end)
    if last < first:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1
