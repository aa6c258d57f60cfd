"""How long a kind of record is kept (scheme §8)."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime

YEAR = 12


def kept_until_before(now: datetime, months: int) -> datetime:
    """The moment so many calendar months before `now`: what is older may be erased.

    A day that the month does not have becomes its last: a month before 31 March is 28 or 29 February.
    """
    whole = now.year * YEAR + now.month - 1 - months
    year, month = divmod(whole, YEAR)
    return now.replace(year=year, month=month + 1, day=min(now.day, monthrange(year, month + 1)[1]))
