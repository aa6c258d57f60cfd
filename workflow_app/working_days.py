"""Which days are worked: China's public holidays and shifted days as published, else the weekend."""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

from states import deadlines
from states.scheme import Scheme

WEEKEND = 5


def due_after(now: datetime, days: int, scheme: Scheme) -> datetime:
    """The deadline of something that opens now and may take `days` working days of the scheme."""
    return deadlines.due_at(now, days, zone=zone_of(scheme), is_working_day=calendar_of(scheme))


def end_of_day(day: date, scheme: Scheme) -> datetime:
    """The last minute of a day where the company is, in UTC."""
    return deadlines.end_of(day, zone=zone_of(scheme))


def zone_of(scheme: Scheme) -> ZoneInfo:
    """The time zone in which the scheme counts its days."""
    return ZoneInfo(scheme.calendar.time_zone)


def calendar_of(scheme: Scheme) -> deadlines.IsWorkingDay:
    """The scheme's answer to: is this day worked?"""
    calendar = scheme.calendar
    rule = _worked_in_china if calendar.holidays == "china" else _worked_in_the_week
    if not calendar.extra_holidays and not calendar.extra_workdays:
        return rule
    off, on = frozenset(calendar.extra_holidays), frozenset(calendar.extra_workdays)
    return lambda day: day in on or (day not in off and rule(day))


def _worked_in_the_week(day: date) -> bool:
    return day.weekday() < WEEKEND


@lru_cache(maxsize=2000)
def _worked_in_china(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        # The State Council publishes a year's holidays in the autumn before; until then, the week.
        return _worked_in_the_week(day)
