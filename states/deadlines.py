"""Deadlines in working days; which days are worked is handed in (scheme: `calendar`)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, tzinfo

LAST_MINUTE = time(23, 59)
_LONGEST_REST = 30

IsWorkingDay = Callable[[date], bool]


def add_working_days(start: date, days: int, is_working_day: IsWorkingDay) -> date:
    """The day that is `days` working days after `start`; 0 means `start`, or the next day worked.

    ValueError for a calendar in which nobody ever works.
    """
    day, left, rest = start, days, 0
    while left > 0 or not is_working_day(day):
        day += timedelta(days=1)
        worked = is_working_day(day)
        left -= worked and left > 0
        rest = 0 if worked else rest + 1
        if rest > _LONGEST_REST:
            message = "no working day in a month"
            raise ValueError(message)
    return day


def due_at(opened: datetime, days: int, *, zone: tzinfo, is_working_day: IsWorkingDay) -> datetime:
    """The last minute (in `zone`) of the working day on which something opened at `opened` is due; in UTC."""
    return end_of(add_working_days(opened.astimezone(zone).date(), days, is_working_day), zone=zone)


def end_of(day: date, *, zone: tzinfo) -> datetime:
    """The last minute of a day in `zone`, as a moment in UTC."""
    return datetime.combine(day, LAST_MINUTE, tzinfo=zone).astimezone(UTC)


def is_late(due: datetime | None, now: datetime) -> bool:
    """Whether a deadline has passed; without one nothing is late."""
    return due is not None and due < now
