"""Which periods of a recurring cycle are due on a day (scheme file: `recurring` of a cycle kind)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from states.periods import LATEST, Span, read_period

if TYPE_CHECKING:
    from states.scheme.recurring import Recurring

MOST_AT_ONCE = 60
DAY = timedelta(days=1)


def opens_on(span: Span, rule: Recurring) -> date:
    """The day on which the cycle of a period opens, where the company is."""
    start = {"first_day": span.start, "last_day": span.end, "after_end": span.end + DAY}[rule.open]
    return start + DAY * rule.days_after


def period_at(day: date, shape: str) -> Span:
    """The period of a shape that a day lies in; a week belongs to its ISO year."""
    iso = day.isocalendar()
    code = {
        "year": f"{day.year}", "half_year": f"{day.year}-H{(day.month + 5) // 6}",
        "quarter": f"{day.year}-Q{(day.month + 2) // 3}", "month": f"{day:%Y-%m}",
        "week": f"{iso.year}-W{iso.week:02}", "day": day.isoformat(),
    }[shape]
    return read_period(code, shape)


def due_periods(first: str, shape: str, rule: Recurring, today: date) -> list[Span]:
    """Every period from `first` on whose opening day has come, the oldest first.

    Refuses a first period so long ago that more than MOST_AT_ONCE would be open at once.
    """
    found: list[Span] = []
    span = read_period(first, shape)
    while opens_on(span, rule) <= today:
        found.append(span)
        if span.end.year >= LATEST:
            break
        span = period_at(span.end + DAY, shape)
    return found


def check_first(first: str, shape: str, rule: Recurring, today: date) -> Span:
    """The first period as HR names it; refuses one from which too many cycles would open at once."""
    span = read_period(first, shape)
    count = len(due_periods(span.code, shape, rule, today)) if opens_on(span, rule) <= today else 0
    if count > MOST_AT_ONCE:
        raise Refusal(
            Message(
                "From this period on, %(count)s cycles would open at once; at most %(most)s may. Choose a later one.",
                count=count, most=MOST_AT_ONCE,
            )
        )
    return span
