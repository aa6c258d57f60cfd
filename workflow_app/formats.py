"""How figures, dates and periods look on a page, in the reader's language and the company's time zone."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction
from typing import TYPE_CHECKING

from flask_babel import format_date, format_datetime, get_locale, gettext, to_user_timezone

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = "—"
MINUS = "\u2212"
CENT = Decimal("0.01")
Number = int | float | Decimal | Fraction

_SKELETONS = {
    "zh": {"date": "y 年 M 月 d 日", "day": "M 月 d 日", "month": "y 年 M 月"},
    "en": {"date": "d MMM y", "day": "d MMM", "month": "MMMM y"},
}


def round_half_up(value: Number | str, places: int = 2) -> Decimal:
    """Round once, half away from zero, exactly: a Fraction never passes through a float."""
    if isinstance(value, Fraction):
        shift = 10**places
        whole, rest = divmod(abs(value.numerator) * shift, value.denominator)
        units = whole + (2 * rest >= value.denominator)
        return Decimal(units if value >= 0 else -units).scaleb(-places)
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _is_words(value: Number | str) -> bool:
    """Nothing, or a figure that has been made ready for reading already: it is left alone."""
    if not isinstance(value, str):
        return False
    try:
        return not Decimal(value).is_finite()
    except InvalidOperation:
        return True


def score(value: Number | str | None, places: int = 2) -> str:
    """Two decimals, or a dash where there is no figure: missing is never nought."""
    if value is None or _is_words(value):
        return str(value or MISSING)
    return str(round_half_up(value, places)).replace("-", MINUS)


def points(value: Number | str | None) -> str:
    """Points as a person writes them: 5, 2.5, never 5.00."""
    if value is None or _is_words(value):
        return str(value or MISSING)
    text = str(round_half_up(value))
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


def signed(value: Number | str | None) -> str:
    """Points with their sign: +5, -2 with a true minus."""
    text = points(value)
    return text if text in {MISSING, "0"} or text.startswith(MINUS) else f"+{text}"


def percent(value: Number | str | None, places: int = 0) -> str:
    """A share (0.2) as a percentage (20 %)."""
    if value is None or _is_words(value):
        return str(value or MISSING)
    share = value if isinstance(value, Fraction) else Fraction(str(value))
    text = str(round_half_up(share * 100, places))
    return f"{text} %".replace("-", MINUS)


def weight(value: Number | str | None) -> str:
    """A part's share of the whole, with one decimal unless it is whole: 37.5 % times the score gives what counts."""
    return percent(value, 1).replace(".0 %", " %")


def day(value: date | datetime | None, style: str = "date") -> str:
    """A date in words: `date` with its year, `day` without, `month`."""
    if value is None:
        return MISSING
    pattern = _SKELETONS[_language()][style]
    if isinstance(value, datetime):
        value = to_user_timezone(value).date()
    return str(format_date(value, pattern))


def short_day(value: date | datetime | None) -> str:
    """A date of this or the coming months, without its year."""
    return day(value, "day")


def moment(value: datetime | None) -> str:
    """Date and time in the company's time zone."""
    return MISSING if value is None else f"{day(value)} {clock(value)}"


def clock(value: datetime | None) -> str:
    """Hours and minutes in the company's time zone."""
    return MISSING if value is None else str(format_datetime(value, "HH:mm"))


def machine_time(value: date | datetime | None) -> str:
    """For the `datetime` attribute of <time>."""
    return "" if value is None else value.isoformat()


def period(value: object) -> str:
    """A period's code in words: 2025, 2025-H2, 2025-Q3, 2025-07, 2025-W37, 2025-07-09."""
    text = "" if value is None else str(value)
    if match := re.fullmatch(r"(\d{4})-(\d{2})", text):
        return day(date(int(match[1]), int(match[2]), 1), "month")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return day(date.fromisoformat(text))
    if match := re.fullmatch(r"(\d{4})-?([HQW])(\d{1,2})", text):
        return _part_of_year(match[1], match[2], int(match[3]))
    if re.fullmatch(r"\d{4}", text):
        return str(gettext("Year %(year)s", year=text))
    return text or MISSING


def _part_of_year(year: str, part: str, number: int) -> str:
    if part == "W":
        return str(gettext("Week %(number)s of %(year)s", number=number, year=year))
    if part == "Q":
        return str(gettext("Quarter %(number)s of %(year)s", number=number, year=year))
    half = (
        gettext("First half of %(year)s", year=year) if number == 1 else gettext("Second half of %(year)s", year=year)
    )
    return str(half)


def plain(value: object) -> object:
    """A message's datum as a person reads it; other types are left to the sentence."""
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, Fraction | Decimal):
        return points(value)
    if isinstance(value, list | tuple | set | frozenset):
        return gettext(", ").join(str(plain(one)) for one in value)
    return value


def initial(name: object) -> str:
    """The letter or sign in the round badge beside a name."""
    text = str(name or "").strip()
    return text[:1].upper() or "·"


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


FILTERS: dict[str, Callable[..., str]] = {
    "score": score,
    "points": points,
    "signed": signed,
    "percent": percent,
    "weight": weight,
    "date": day,
    "day": short_day,
    "datetime": moment,
    "clock": clock,
    "machine_time": machine_time,
    "period": period,
    "initial": initial,
}
