"""What the board shows of groups: departments, and who came within two years (scheme §8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from states.errors import Message
from states.fairness import GroupDifference, differences
from workflow_app.models import Cycle, Review
from workflow_app.schemes import scheme_of
from workflow_app.services.calibrating import current_band

NEW_YEARS = 2
NEWCOMERS, OTHERS = Message("With the company for under 2 years"), Message("With the company for 2 years or more")


@dataclass(frozen=True)
class GroupTable:
    """One way to divide the people, and how many of each group stand in the best and in the last bands."""

    best: tuple[GroupDifference[object], ...]
    last: tuple[GroupDifference[object], ...]


def group_tables(cycle: Cycle, reviews: Sequence[Review]) -> tuple[GroupTable, ...]:
    """Departments and newcomers beside all the others, for the two best and the two last bands of the scheme."""
    since = _years_before(cycle.period_end)
    by_department: list[object] = [review.department for review in reviews]
    by_years: list[object] = [NEWCOMERS if review.employee.joined > since else OTHERS for review in reviews]
    codes = [band.code for band in scheme_of(cycle).distribution.bands]
    best, last = set(codes[:2]), set(codes[-2:])
    return tuple(
        GroupTable(_compared(groups, reviews, best), _compared(groups, reviews, last))
        for groups in (by_department, by_years)
        if len(set(map(str, groups))) > 1
    )


def _compared(
    groups: Sequence[object], reviews: Sequence[Review], bands: set[str]
) -> tuple[GroupDifference[object], ...]:
    return differences((group, current_band(review) in bands) for group, review in zip(groups, reviews, strict=True))


def _years_before(day: date) -> date:
    last = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return last.replace(year=last.year - NEW_YEARS)
