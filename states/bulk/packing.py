"""People with their records as `grade` takes them → arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from states.bulk.records import MISSING, Cohort, Grid, Listed

if TYPE_CHECKING:
    from states.bulk.records import Days
    from states.composition import RecordValue
    from states.grading import PersonYear

FINEST_SCALE = 10_000
"""Scores are kept to so many parts of a point; whoever has a finer one is composed one by one."""
MOST = 2**31 - 1
THIN = 4
"""A grid may have so many places for each record; otherwise records are listed."""


@dataclass
class _Kind:
    entries: list[tuple[int, RecordValue]] = field(default_factory=list)

    def packed(self, people: int) -> Grid | Listed:
        periods = tuple(dict.fromkeys(record.period for _, record in self.entries))
        scale = lcm(*(one.denominator for _, r in self.entries for one in (r.score, r.bonus)))
        at = {period: place for place, period in enumerate(periods)}
        who = np.array([person for person, _ in self.entries], dtype=np.int64)
        when = np.array([at[record.period] for _, record in self.entries], dtype=np.int64)
        scores = np.array([int(record.score * scale) for _, record in self.entries], dtype=np.int32)
        bonus = np.array([int(record.bonus * scale) for _, record in self.entries], dtype=np.int32)
        kind, extra = self.entries[0][1].kind, bonus.any()
        twice = len(set(zip(who.tolist(), when.tolist(), strict=True))) < len(who)
        if twice or len(periods) * people > THIN * len(who):
            return Listed(kind, periods, who, when, scores, bonus if extra else None, scale)
        grid = np.full((len(periods), people), MISSING, dtype=np.int32)
        grid[when, who] = scores
        more = np.zeros_like(grid) if extra else None
        if more is not None:
            more[when, who] = bonus
        return Grid(kind, periods, grid, more, scale)


def pack(people: Iterable[PersonYear]) -> Cohort:
    """The same people as arrays. Who has a score that no array holds is kept apart, exact."""
    listed = list(people)
    populations = tuple(dict.fromkeys(person.population for person in listed))
    exact = {place: person for place, person in enumerate(listed) if not all(map(_fits, person.records))}
    kinds: dict[str, _Kind] = {}
    for place, person in enumerate(listed):
        for record in () if place in exact else person.records:
            kinds.setdefault(record.kind, _Kind()).entries.append((place, record))
    return Cohort(
        populations,
        np.array([populations.index(person.population) for person in listed], dtype=np.int64),
        tuple(one.packed(len(listed)) for one in kinds.values()),
        _days([person.joined for person in listed]),
        _days([person.left for person in listed]),
        np.array([bool(person.excluded) for person in listed], dtype=bool),
        np.array([person.barred for person in listed], dtype=bool),
        [person.employee_no for person in listed],
        exact,
    )


def _fits(record: RecordValue) -> bool:
    figures = (record.score, record.bonus)
    return all(one >= 0 and FINEST_SCALE % one.denominator == 0 and one * FINEST_SCALE <= MOST for one in figures)


def _days(dates: Sequence[date | None]) -> Days:
    return np.array(dates, dtype="datetime64[D]")
