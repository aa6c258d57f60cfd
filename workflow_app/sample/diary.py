"""What happens when: a list of moments that is played in order, so that the history reads true."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from states.deadlines import IsWorkingDay

OPENS = time(9, 5)
MINUTES = 510
"""A working day lasts from five past nine for so many minutes."""


@dataclass
class Diary:
    """Entries of (moment, what to do then); played in order of time."""

    entries: list[tuple[datetime, int, Callable[[datetime], object]]] = field(default_factory=list)

    def note(self, moment: datetime, act: Callable[[datetime], object]) -> None:
        """Do `act(moment)` when its time comes; of two at one moment the first noted comes first."""
        self.entries.append((moment, len(self.entries), act))

    def play(self, advance: Callable[[int], None]) -> None:
        """Do everything, and tell `advance` after each entry."""
        for moment, _, act in sorted(self.entries, key=lambda entry: entry[:2]):
            act(moment)
            advance(1)


@dataclass(frozen=True)
class WorkingDays:
    """The working days of a cycle, numbered from its launch (0)."""

    days: tuple[date, ...]
    zone: ZoneInfo

    @classmethod
    def since(cls, first: date, count: int, zone: ZoneInfo, is_working_day: IsWorkingDay) -> WorkingDays:
        """So many working days from `first` on, which may be a day of rest itself."""
        return cls(tuple(_worked(first, count, 1, is_working_day)), zone)

    @classmethod
    def before(cls, now: datetime, count: int, zone: ZoneInfo, is_working_day: IsWorkingDay) -> WorkingDays:
        """The last so many working days that are over by `now`."""
        yesterday = now.astimezone(zone).date() - timedelta(days=1)
        return cls(tuple(reversed(_worked(yesterday, count, -1, is_working_day))), zone)

    def moment(self, day: int, rng: Random) -> datetime:
        """Some minute in the working hours of a day; days beyond the last count as the last."""
        return self.at(day, OPENS) + timedelta(minutes=rng.randrange(MINUTES), seconds=rng.randrange(60))

    def at(self, day: int, hour: time) -> datetime:
        """A time of a day, in UTC."""
        local = datetime.combine(self.days[min(day, len(self.days) - 1)], hour, tzinfo=self.zone)
        return local.astimezone(UTC)


def _worked(start: date, count: int, step: int, is_working_day: IsWorkingDay) -> list[date]:
    found: list[date] = []
    day = start
    while len(found) < count:
        if is_working_day(day):
            found.append(day)
        day += timedelta(days=step)
    return found
