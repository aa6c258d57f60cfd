"""A person's own year as the records tell it: nothing of a running review, nothing provisional."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.composition import PartMean, RecordValue, part_means
from states.scheme import builtin_scheme
from workflow_app.db import db
from workflow_app.models import Record
from workflow_app.queries.leave import applicable, year_of_leave
from workflow_app.queries.people import record_years
from workflow_app.queries.record_values import FIGURES, value_of
from workflow_app.titles import scheme_rating

if TYPE_CHECKING:
    from workflow_app.models import Employee


@dataclass(frozen=True)
class OwnYear:
    """Every part that has records, exact; `bonus` is the sum of points of `commended` records."""

    year: int
    parts: tuple[PartMean, ...]
    bonus: int
    commended: int


def own_year(employee: Employee) -> OwnYear | None:
    """The newest year that has records, or None before the first."""
    years = record_years(employee.id)
    if not years:
        return None
    scheme = scheme_rating(employee.id) or builtin_scheme()
    away = year_of_leave(years[0], [employee.id]).get(employee.id, ())
    values = applicable(_values(employee.id, years[0]), employee, away, scheme)
    parts = part_means(values, scheme.composition, joined=employee.joined, left=employee.left)
    commended = [one for one in values if one.bonus]
    return OwnYear(
        years[0], tuple(one for one in parts if one.count),
        int(sum(one.bonus for one in commended)), len(commended),
    )


def _values(employee_id: int, year: int) -> list[RecordValue]:
    """The year's figures alone: there are a hundred of them, and nobody needs them as rows here."""
    found = db.session.execute(select(*FIGURES).filter_by(employee_id=employee_id, year=year).order_by(Record.id))
    return [value_of(row) for row in found]
