"""Periods as they are written: 2025, 2025-H1, 2025-Q3, 2025-07, 2025-W37, 2025-07-09."""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from states.errors import Message, Refusal
from states.scheme import Text

SHAPES = {
    "year": r"(\d{4})",
    "half_year": r"(\d{4})-H([12])",
    "quarter": r"(\d{4})-Q([1-4])",
    "month": r"(\d{4})-(\d{2})",
    "week": r"(\d{4})-W(\d{2})",
    "day": r"(\d{4})-(\d{2})-(\d{2})",
}
EXAMPLES = {
    "year": "2025", "half_year": "2025-H1", "quarter": "2025-Q3", "month": "2025-07", "week": "2025-W37",
    "day": "2025-07-09",
}  # fmt: skip
MONTHS = {"half_year": 6, "quarter": 3, "month": 1}
EARLIEST, LATEST = 1990, 2200


@dataclass(frozen=True)
class Span:
    """A period's code with its first and last day."""

    code: str
    start: date
    end: date


def read_period(code: str, shape: str) -> Span:
    """The days that a period names; `shape` is one of SHAPES. Refuses what is none."""
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


@lru_cache(maxsize=4096)
def span_of(code: str) -> Span:
    """The days of a period of any shape. Refuses what is none."""
    for shape, pattern in SHAPES.items():
        if re.fullmatch(pattern, code):
            return read_period(code, shape)
    raise Refusal(Message("“%(found)s” is no period.", found=code[:40]))


def _days(shape: str, parts: list[int]) -> tuple[date, date]:
    year = parts[0]
    if shape == "year":
        return date(year, 1, 1), date(year, 12, 31)
    if shape in MONTHS:
        count = MONTHS[shape]
        last = parts[1] * count
        return date(year, last - count + 1, 1), date(year, last, monthrange(year, last)[1])
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
    if shape == "half_year":
        half = int(span.code[-1])
        ordinal = "first" if half == 1 else "second"
        return Text(zh=f"{year} 年{'上' if half == 1 else '下'}半年{kind.zh}", en=f"{kind.en}, {ordinal} half of {year}")
    if shape == "quarter":
        quarter = span.code[-1]
        return Text(zh=f"{year} 年第 {quarter} 季度{kind.zh}", en=f"{kind.en}, quarter {quarter} of {year}")
    if shape == "week":
        week = int(span.code[-2:])
        return Text(zh=f"{span.code[:4]} 年第 {week} 周{kind.zh}", en=f"{kind.en}, week {week} of {span.code[:4]}")
    day = f"{start.day} {start:%B} {year}"
    return Text(zh=f"{year} 年 {start.month} 月 {start.day} 日{kind.zh}", en=f"{kind.en}, {day}")


def periods_employed(span: Span, joined: date, left: date | None, shape: str) -> int | None:
    """How many periods of a shape within `span` had a day employed; None for weeks and days, of which there are many."""
    length = {"year": 12, **MONTHS}.get(shape)
    first, last = max(span.start, joined), min(span.end, left or span.end)
    if length is None:
        return None
    if last < first:
        return 0
    return (last.year * 12 + last.month - 1) // length - (first.year * 12 + first.month - 1) // length + 1


def months_employed(span: Span, joined: date, left: date | None) -> int:
    """How many calendar months of the period somebody was employed in, begun months included."""
    first, last = max(span.start, joined), min(span.end, left or span.end)
    if last < first:
        return 0
    return (last.year - first.year) * 12 + last.month - first.month + 1
