"""A person's own year as the records tell it: nothing of a running review, nothing provisional."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.composition import RecordValue, inspections, monthly
from states.scheme import builtin_scheme
from workflow_app.queries.people import record_years, records_of
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.models import Employee, Record


@dataclass(frozen=True)
class OwnYear:
    """Means are exact, None where there is nothing; `bonus` is the sum of points of `commended` records."""

    year: int
    monthly: Fraction | None
    months: int
    inspections: Fraction | None
    checks: int
    bonus: int
    commended: int


def own_year(employee: Employee) -> OwnYear | None:
    """The newest year that has records, or None before the first."""
    years = record_years(employee.id)
    if not years:
        return None
    rule = (current_scheme() or builtin_scheme()).composition
    records = records_of(employee.id, years[0])
    values = [RecordValue(one.kind, one.period, Fraction(one.score), Fraction(one.bonus or 0)) for one in records]
    months = [one for one in values if one.kind in rule.monthly.kinds]
    checks = [one for one in values if any(one.kind in pool.kinds for pool in rule.inspections.pools)]
    commended = _commended(records)
    return OwnYear(
        years[0], monthly(months, rule.monthly, joined=employee.joined, left=employee.left), len(months),
        inspections(checks, rule.inspections), len(checks),
        sum(one.bonus or 0 for one in commended), len(commended),
    )


def _commended(records: Sequence[Record]) -> list[Record]:
    return [one for one in records if one.bonus]
