"""What leave does to periods: wholly away is out, and long leave is long (scheme §4, §5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from states.composition import period_weight
from states.exact import weighted_mean
from states.periods import Span

if TYPE_CHECKING:
    from states.composition import RecordValue
    from states.scheme.composition import Composition, Pool

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


def without_lowering(
    records: Iterable[RecordValue], is_away: Callable[[str], bool], rule: Composition, employed: Employment
) -> list[RecordValue]:
    """The records, in order, without those that leave would be held against somebody by (scheme §4).

    `is_away` says of a period whether it was wholly leave. A record of such a period is left out only where it is
    below the mean of the others that it would be averaged with; the best of them are looked at first.
    """
    listed = list(records)
    judged: dict[int, list[bool]] = {}
    for pools in _means(rule):
        for place, lowers in _judged(listed, is_away, pools, employed):
            judged.setdefault(place, []).append(lowers)
    return [one for place, one in enumerate(listed) if place not in judged or not all(judged[place])]


def _means(rule: Composition) -> Iterator[Sequence[Pool]]:
    """The pools of every mean that records are put into: each alone, or a part's together where they count by number."""
    for part in rule.parts:
        yield from [part.pools] if part.combine == "by_count" else [(pool,) for pool in part.pools]


def _judged(
    records: Sequence[RecordValue], is_away: Callable[[str], bool], pools: Sequence[Pool], employed: Employment
) -> Iterator[tuple[int, bool]]:
    """The places of the records of leave in one mean, and whether each would lower it."""
    weigh = {kind: pool.weigh for pool in pools for kind in pool.kinds}
    kept, doubtful = [], []
    for place, one in enumerate(records):
        if one.kind in weigh:
            entry = (one.value, period_weight(one.period, employed.joined, employed.left, weigh[one.kind]))
            if is_away(one.period):
                doubtful.append((place, entry))
            else:
                kept.append(entry)
    for place, entry in sorted(doubtful, key=lambda found: -found[1][0]):
        others = weighted_mean(kept)
        lowers = others is not None and entry[0] < others
        if not lowers:
            kept.append(entry)
        yield place, lowers


def _days_away(leaves: Iterable[Away], first: date, last: date) -> set[date]:
    return {day for one in leaves for day in _days(max(one.first, first), min(one.last, last))}


def _days(first: date, last: date) -> Iterable[date]:
    return (first + DAY * number for number in range((last - first).days + 1))
