"""What leave does to periods: wholly away is out, and long leave is long (scheme §4, §5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from states.periods import Span

STATUTORY, SICK, OTHER = "statutory", "sick", "other"
KINDS = (STATUTORY, SICK, OTHER)
DAY = timedelta(days=1)

IsWorkingDay = Callable[[date], bool]


@dataclass(frozen=True)
class Away:
    """Days away, both ends included."""

    first: date
    last: date
    kind: str = OTHER


@dataclass(frozen=True)
class Employment:
    """When somebody is employed; `left` is the last day, None while they are."""

    joined: date
    left: date | None = None

    def within(self, span: Span) -> tuple[date, date] | None:
        """The first and the last day of a period that fall into the employment, or None."""
        first, last = max(span.start, self.joined), min(span.end, self.left or span.end)
        return (first, last) if first <= last else None


def wholly_away(span: Span, leaves: Iterable[Away], employed: Employment, is_working_day: IsWorkingDay) -> bool:
    """Whether no working day of a period is left to be rated: every one of them is a day of leave.

    Leaves that follow each other count together, and a weekend between or after them changes nothing.
    Where a period has no working day at all, its every day must be away. Not employed is not away.
    """
    days = employed.within(span)
    if days is None:
        return False
    gone = _days_away(leaves, *days)
    here = [day for day in _days(*days) if day not in gone]
    return bool(gone) and not any(is_working_day(day) for day in here) and (
        not here or any(is_working_day(day) for day in gone)
    )


def months_away(span: Span, leaves: Iterable[Away], employed: Employment, is_working_day: IsWorkingDay) -> int:
    """How many calendar months of a period somebody was wholly away, of those employed in."""
    listed = list(leaves)
    return sum(wholly_away(month, listed, employed, is_working_day) for month in months_of(span))


def is_long(span: Span, leaves: Iterable[Away], employed: Employment, is_working_day: IsWorkingDay) -> bool:
    """Long leave: more than half of the period's months, of those employed in, were months away (scheme §5)."""
    listed = list(leaves)
    worked = sum(employed.within(month) is not None for month in months_of(span))
    return 2 * months_away(span, listed, employed, is_working_day) > worked > 0


def months_of(span: Span) -> list[Span]:
    """The calendar months that a period touches, each cut to the period."""
    found, first = [], span.start
    while first <= span.end:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append(Span(f"{first:%Y-%m}", first, min(following - DAY, span.end)))
        first = following
    return found


def _days_away(leaves: Iterable[Away], first: date, last: date) -> set[date]:
    return {day for one in leaves for day in _days(max(one.first, first), min(one.last, last))}


def _days(first: date, last: date) -> Iterable[date]:
    return (first + DAY * number for number in range((last - first).days + 1))
