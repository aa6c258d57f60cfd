"""Records of a year → inspections, monthly, total: exact, missing never 0 (scheme §4)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

from states.exact import mean, weighted_mean
from states.scoring import Contribution, year_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from states.scheme.results import Composition, InspectionRule, MonthlyRule


@dataclass(frozen=True)
class RecordValue:
    """One record: its kind, period as written (`2025-07`), score 0-100 and bonus in points."""

    kind: str
    period: str
    score: Fraction
    bonus: Fraction = Fraction(0)

    @property
    def value(self) -> Fraction:
        """What counts: the score with its bonus, not clipped at 100."""
        return self.score + self.bonus


@dataclass(frozen=True)
class Composed:
    """The year of one person, exact; `contributions` are the parts that made the total."""

    inspections: Fraction | None
    monthly: Fraction | None
    year_end: Fraction | None
    total: Fraction | None
    months_counted: int
    flags: tuple[str, ...]
    contributions: tuple[Contribution, ...]


def month_weight(period: str, joined: date | None, left: date | None, *, whole: bool = False) -> Fraction:
    """Calendar days employed in the month `YYYY-MM` ÷ its days, both ends included (§4).

    `whole` counts any part of a month as one. 0 means not employed for a single day of it.
    """
    year, month = int(period[:4]), int(period[5:7])
    days = monthrange(year, month)[1]
    first, last = date(year, month, 1), date(year, month, days)
    begin = max(first, joined) if joined else first
    end = min(last, left) if left else last
    employed = max((end - begin) // timedelta(days=1) + 1, 0)
    return Fraction(1 if whole and employed else employed, 1 if whole else days)


def inspections(records: Iterable[RecordValue], rule: InspectionRule) -> Fraction | None:
    """The inspections' score: the mean of the pools' means, or pooled by count (§4)."""
    listed = list(records)
    pools = [[r.value for r in listed if r.kind in pool.kinds] for pool in rule.pools]
    if rule.combine == "by_count":
        return mean(value for pool in pools for value in pool)
    return mean(value for pool in pools if (value := mean(pool)) is not None)


def monthly(
    records: Iterable[RecordValue], rule: MonthlyRule, *, joined: date | None, left: date | None
) -> Fraction | None:
    """The mean of the monthly appraisals, each weighted by its share of days employed (§4)."""
    whole = rule.part_months == "whole"
    return weighted_mean(
        (r.value, month_weight(r.period, joined, left, whole=whole)) for r in records if r.kind in rule.kinds
    )


def compose(
    records: Sequence[RecordValue],
    *,
    joined: date | None,
    left: date | None,
    rule: Composition,
    year_end_score: Fraction | None = None,
) -> Composed:
    """Put a person's year together; parts that are missing are renormalised and flagged (§4).

    `year_end_score` is the year-end where it is not among the records. Without a year-end that
    the rule requires there is no total.
    """
    months = [r for r in records if r.kind in rule.monthly.kinds]
    checks = inspections(records, rule.inspections)
    appraisals = monthly(months, rule.monthly, joined=joined, left=left)
    final = year_end_score
    if final is None:
        final = mean(r.value for r in records if r.kind in rule.year_end.kinds)
    parts = year_end(
        (
            ("inspections", checks, Fraction(rule.inspections.weight)),
            ("monthly", appraisals, Fraction(rule.monthly.weight)),
            ("year_end", final, Fraction(rule.year_end.weight)),
        )
    )
    total = None if final is None and rule.year_end.required else parts.value
    flags = ("no_inspections",) * (checks is None) + ("no_year_end",) * (final is None)
    return Composed(checks, appraisals, final, total, len(months), flags, parts.contributions)
