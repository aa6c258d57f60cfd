"""A year of very many people as arrays. Scores are integers: points times the `scale` of their records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from states.composition import RecordValue
from states.grading import PersonYear

if TYPE_CHECKING:
    from typing import Any

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]
    Days = NDArray[np.datetime64]

MISSING = -(2**31)
"""Stands in an array where there is no score. Missing is never 0."""
HELD_OUT = "excluded"
"""What an exact `PersonYear` gives as the reason where the arrays say only that there is one."""


@dataclass(frozen=True)
class Grid:
    """Records of one kind, at most one a person and period: a row a period, a column a person.

    `scores` (periods, people) are whole numbers from 0 up, points × `scale`, or MISSING; `bonus`
    is of the same shape, 0 where there is none. Raises ValueError for other shapes or types.
    """

    kind: str
    periods: tuple[str, ...]
    scores: NDArray[np.int32]
    bonus: NDArray[np.int32] | None = None
    scale: int = 100

    def __post_init__(self) -> None:
        _check(self.scores, self.bonus, self.scale, dimensions=2)
        if len(self.scores) != len(self.periods):
            raise ValueError(f"{self.kind}: {len(self.periods)} periods for {len(self.scores)} rows")

    def fits(self, people: int) -> bool:
        """Whether there is a column for each of so many people."""
        return bool(self.scores.shape[1] == people)

    def of(self, person: int) -> list[RecordValue]:
        """One person's records, exact."""
        column = self.scores[:, person]
        extra = np.zeros_like(column) if self.bonus is None else self.bonus[:, person]
        return [
            _record(self, period, score, more)
            for period, score, more in zip(self.periods, column, extra, strict=True)
            if score != MISSING
        ]


@dataclass(frozen=True)
class Listed:
    """Records of one kind, as many a person and period as there are: an entry a record.

    `who` are the people's places, in order; `when` the places of their periods in `periods`;
    `scores` and `bonus` as in a Grid, but none is missing. Raises ValueError for anything else.
    """

    kind: str
    periods: tuple[str, ...]
    who: Ints
    when: Ints
    scores: NDArray[np.int32]
    bonus: NDArray[np.int32] | None = None
    scale: int = 100

    def __post_init__(self) -> None:
        _check(self.scores, self.bonus, self.scale, dimensions=1)
        if not len(self.who) == len(self.when) == len(self.scores):
            raise ValueError(f"{self.kind}: who, when and scores are not of one length")
        if len(self.who) and (np.any(np.diff(self.who) < 0) or self.who[0] < 0):
            raise ValueError(f"{self.kind}: who must be in order, from 0 up")
        if len(self.when) and not 0 <= self.when.min() <= self.when.max() < len(self.periods):
            raise ValueError(f"{self.kind}: when points to no period")

    def fits(self, people: int) -> bool:
        """Whether everybody it names is one of so many people."""
        return not len(self.who) or int(self.who[-1]) < people

    def of(self, person: int) -> list[RecordValue]:
        """One person's records, exact."""
        first, after = np.searchsorted(self.who, [person, person + 1])
        extra = np.zeros_like(self.scores) if self.bonus is None else self.bonus
        return [
            _record(self, self.periods[self.when[place]], self.scores[place], extra[place])
            for place in range(first, after)
        ]


def _check(scores: NDArray[Any], bonus: NDArray[Any] | None, scale: int, *, dimensions: int) -> None:
    if scores.dtype != np.int32 or scores.ndim != dimensions:
        raise ValueError(f"scores must be int32 with {dimensions} dimensions")
    if bonus is not None and (bonus.dtype != np.int32 or bonus.shape != scores.shape):
        raise ValueError("bonus must be int32 and of the shape of scores")
    if scale < 1:
        raise ValueError("scale must be a whole number from 1 up")


def _record(source: Grid | Listed, period: str, score: np.int32, bonus: np.int32) -> RecordValue:
    return RecordValue(source.kind, period, Fraction(int(score), source.scale), Fraction(int(bonus), source.scale))


@dataclass(frozen=True)
class Cohort:
    """Everybody who is graded together, by place from 0.

    `population` are places in `populations`. `joined` and `left` (the last day employed) are
    datetime64[D], NaT where unknown; `excluded` and `barred` as in `PersonYear`. People in
    `exact` are composed one by one, from there: whoever has a score that no array here holds.
    """

    populations: tuple[str, ...]
    population: NDArray[np.integer[Any]]
    records: tuple[Grid | Listed, ...]
    joined: Days | None = None
    left: Days | None = None
    excluded: Bools | None = None
    barred: Bools | None = None
    numbers: Sequence[str] | None = None
    exact: Mapping[int, PersonYear] = field(default_factory=dict)

    def __post_init__(self) -> None:
        held = (self.joined, self.left, self.excluded, self.barred, self.numbers)
        if any(one is not None and len(one) != len(self) for one in held):
            raise ValueError("the arrays about people are not of one length")
        if any(one is not None and one.dtype != "datetime64[D]" for one in (self.joined, self.left)):
            raise ValueError("joined and left must be datetime64[D]")
        if any(one is not None and one.dtype != np.bool_ for one in (self.excluded, self.barred)):
            raise ValueError("excluded and barred must be of bool")
        if not all(one.fits(len(self)) for one in self.records):
            raise ValueError("the records are not those of so many people")
        if len(self) and not 0 <= self.population.min() <= self.population.max() < len(self.populations):
            raise ValueError("population points to none")

    def __len__(self) -> int:
        return len(self.population)

    def number(self, person: int) -> str:
        """The employee number, or the place where the cohort has no numbers."""
        return self.numbers[person] if self.numbers is not None else str(person)

    def person(self, person: int) -> PersonYear:
        """One person's year, exact, with every record."""
        if person in self.exact:
            return self.exact[person]
        return PersonYear(
            self.number(person),
            self.populations[int(self.population[person])],
            _date(self.joined, person),
            _date(self.left, person),
            tuple(record for one in self.records for record in one.of(person)),
            HELD_OUT if self.excluded is not None and self.excluded[person] else "",
            bool(self.barred is not None and self.barred[person]),
        )


def _date(days: Days | None, person: int) -> date | None:
    found = None if days is None else days[person].astype("datetime64[D]").item()
    return found if isinstance(found, date) else None
