"""Working days, due dates, lateness. Holidays are passed in: no calendar is hard-coded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
LONGEST = 3660
"""Days looked ahead before a calendar without working days is refused."""


@dataclass(frozen=True)
class WorkingDays:
    """A calendar: weekends off, but for `holidays` and for weekend days that are worked.

    `is_workday` replaces the rule altogether, where the caller has a calendar of its own.
    """

    holidays: Collection[date] = frozenset()
    worked_weekends: Collection[date] = frozenset()
    is_workday: Callable[[date], bool] | None = field(default=None, compare=False)

    def works(self, day: date) -> bool:
        """Whether this is a working day."""
        if self.is_workday is not None:
            return self.is_workday(day)
        return day in self.worked_weekends or (day.weekday() < SATURDAY and day not in self.holidays)


def add_working_days(start: date, days: int, calendar: WorkingDays) -> date:
    """The day `days` working days after `start`, whose own day does not count (0: `start`)."""
    day, left = start, days
    for _ in range(LONGEST):
        if left <= 0:
            return day
        day += timedelta(days=1)
        left -= calendar.works(day)
    raise ValueError("the calendar has no working days")


def working_days_between(start: date, end: date, calendar: WorkingDays) -> int:
    """Working days after `start` up to and including `end`; 0 where `end` is not later."""
    span = max((end - start).days, 0)
    return sum(calendar.works(start + timedelta(days=one)) for one in range(1, span + 1))


def due_at(opened: datetime, days: int, calendar: WorkingDays, zone: str) -> datetime:
    """When a stage opened at `opened` is due: the end of the last working day, local time.

    Returned in UTC, as the first instant that is late.
    """
    local = ZoneInfo(zone)
    last = add_working_days(opened.astimezone(local).date(), days, calendar)
    midnight = datetime.combine(last + timedelta(days=1), time(0), tzinfo=local)
    return midnight.astimezone(ZoneInfo("UTC"))


def is_late(due: datetime | None, now: datetime) -> bool:
    """Whether the due time has come; something without a due time is never late."""
    return due is not None and now >= due
