"""Made-up years of very many people as arrays, the same each time, and the floor on the same arrays."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from states.bulk import MISSING, Cohort, Grid, Listed
from states.scheme import builtin_scheme

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from states.scheme import Scheme

YEAR = 2025
POPULATIONS = ("front_line", "office", "management")
THIRDS = ("33.333333", "33.333333", "33.333334")
WEIGHTS = {"weekly_inspection": 0.2, "monthly_appraisal": 0.3, "year_end": 0.5}
"""What the floor weighs: the records that both kinds of year have."""


def plain(people: int) -> Cohort:
    """52 weekly and 12 monthly records and the year-end of each; everyone there all year."""
    rng = np.random.default_rng(people)
    records = (
        _grid(rng, "weekly_inspection", [f"{YEAR}-W{week:02d}" for week in range(1, 53)], people),
        _grid(rng, "monthly_appraisal", [f"{YEAR}-{month:02d}" for month in range(1, 13)], people),
        _grid(rng, "year_end", [str(YEAR)], people),
    )
    population = rng.choice(3, size=people, p=[0.7, 0.2, 0.1]).astype(np.int8)
    joined = np.full(people, np.datetime64("2015-01-01"))
    return Cohort(POPULATIONS, population, records, joined, np.full(people, np.datetime64("NaT", "D")))


def lived_in(people: int) -> Cohort:
    """The same, and monthly inspections, spot checks, bonuses, gaps, joiners, leavers, people held out or barred."""
    rng, cohort = np.random.default_rng(people + 1), plain(people)
    weeks, months, year_end = (one for one in cohort.records if isinstance(one, Grid))
    checks = _grid(rng, "monthly_inspection", months.periods, people)
    for grid in (weeks, months, checks):
        grid.scores[rng.random(grid.scores.shape, dtype=np.float32) < 0.05] = MISSING
    bonus = np.where(rng.random(months.scores.shape, dtype=np.float32) < 0.01, 500, 0).astype(np.int32)
    dates = np.datetime64(f"{YEAR}-01-01") + rng.integers(0, 365, (2, people)).astype("timedelta64[D]")
    came, went = rng.random((2, people)) < [[0.15], [0.05]]
    return replace(
        cohort,
        records=(weeks, checks, _spots(rng, people), replace(months, bonus=bonus), year_end),
        joined=_changed(cohort.joined, came, dates[0]),
        left=_changed(cohort.left, went, dates[1]),
        excluded=rng.random(people) < 0.02,
        barred=rng.random(people) < 0.01,
    )


def awkward_scheme() -> Scheme:
    """The built-in scheme with weights that make long numbers, and days employed counting everywhere: 64 bits are too few."""
    scheme = builtin_scheme()
    parts = tuple(
        part.model_copy(
            update={"weight": weight, "pools": tuple(one.model_copy(update={"weigh": "by_days"}) for one in part.pools)}
        )
        for part, weight in zip(scheme.composition.parts, map(Decimal, THIRDS), strict=True)
    )
    return scheme.model_copy(update={"composition": scheme.composition.model_copy(update={"parts": parts})})


def _changed(days: NDArray[Any] | None, who: NDArray[np.bool_], to: NDArray[Any]) -> NDArray[Any]:
    assert days is not None
    return np.where(who, to, days)


def _grid(rng: Generator, kind: str, periods: list[str] | tuple[str, ...], people: int) -> Grid:
    scores = rng.integers(6000, 10001, size=(len(periods), people), dtype=np.int32)
    return Grid(kind, tuple(periods), scores)


def _spots(rng: Generator, people: int) -> Listed:
    """One each on average, on any day of two months."""
    days = tuple(f"{YEAR}-{month:02d}-{day:02d}" for month in (4, 9) for day in range(1, 31))
    who = np.sort(rng.integers(0, people, people))
    when = rng.integers(0, len(days), people)
    return Listed("spot_check", days, who, when, rng.integers(60, 101, people).astype(np.int32), scale=1)


def floor(cohort: Cohort) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Means and their weighted sum in float64, and one argsort: nothing about gaps, bonuses, populations or ties.

    The quickest form that NumPy has for these arrays: sums in 32 bits along the people, which are contiguous.
    """
    total = np.zeros(len(cohort))
    for one in cohort.records:
        if isinstance(one, Grid) and one.kind in WEIGHTS:
            total += one.scores.sum(axis=0, dtype=np.int32) / len(one.periods) * WEIGHTS[one.kind]
    return total, np.argsort(total)
