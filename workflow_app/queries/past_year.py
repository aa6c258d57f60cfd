"""A year as it was: everybody's records, their year-ends, and who was kept out of the ranking."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.grading import PersonYear, RecordValue
from workflow_app.db import db
from workflow_app.models import Cycle, Employee, Record, Review
from workflow_app.queries.leave import applicable, year_of_leave
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from states.scheme import Scheme


@dataclass(frozen=True)
class PastYear:
    """The people in order of their numbers, as the rules want them, and what they are called."""

    people: list[PersonYear]
    names: dict[str, str]


def past_year(year: int, scheme: Scheme) -> PastYear:
    """Everybody employed in the year or with a record of it; records of periods wholly on leave are left out by `scheme`."""
    records, reviews = _records(year), _reviews(year)
    known = records.keys() | reviews.keys()
    people = [
        one
        for one in db.session.scalars(select(Employee).order_by(Employee.employee_no))
        if one.id in known or _employed(one, year)
    ]
    away = year_of_leave(year, known)
    found = []
    for one in people:
        listed = applicable(_with_own(records.get(one.id, []), reviews.get(one.id)), one, away.get(one.id, ()), scheme)
        found.append(_person(one, listed, reviews.get(one.id)))
    return PastYear(found, {one.employee_no: one.name for one in people})


def years_with_records() -> list[int]:
    """The years that there are records of, the last one first; a year in which only reviews were made has some too."""
    made = select(Cycle.period_end).join(Review).filter(Review.total.is_not(None)).distinct()
    years = {*db.session.scalars(select(Record.year).distinct()), *(day.year for day in db.session.scalars(made))}
    return sorted(years, reverse=True)


def _employed(one: Employee, year: int) -> bool:
    return one.joined <= date(year, 12, 31) and (one.left is None or one.left >= date(year, 1, 1))


def _records(year: int) -> Mapping[int, list[RecordValue]]:
    found: dict[int, list[RecordValue]] = defaultdict(list)
    for row in db.session.scalars(select(Record).filter(Record.year == year).order_by(Record.kind, Record.period, Record.id)):
        found[row.employee_id].append(RecordValue(row.kind, row.period, Fraction(row.score), Fraction(row.bonus or 0)))
    return found


def _reviews(year: int) -> Mapping[int, Review]:
    """By employee: the review of the year's ranked cycle, the last one where there were several."""
    query = (
        select(Review).join(Cycle)
        .filter(Cycle.period_end.between(date(year, 1, 1), date(year, 12, 31)), Cycle.state != "cancelled")
        .options(joinedload(Review.cycle).joinedload(Cycle.scheme_version)).order_by(Review.id)
    )  # fmt: skip
    return {
        review.employee_id: review
        for review in db.session.scalars(query)
        if scheme_of(review.cycle).cycle_kinds[review.cycle.kind].ranked
    }


def _with_own(records: list[RecordValue], review: Review | None) -> list[RecordValue]:
    """The records with the score of the review itself, exactly as it was worked out, in place of one of that period."""
    made = review.explanation.get("made_of") if review else None
    if review is None or not made or made.get("value") is None:
        return records
    own = RecordValue(
        scheme_of(review.cycle).cycle_kinds[review.cycle.kind].record_kind, review.cycle.period,
        Fraction(made["value"]), Fraction(made.get("bonus") or 0),
    )  # fmt: skip
    return [*(one for one in records if (one.kind, one.period) != (own.kind, own.period)), own]


def _person(one: Employee, records: list[RecordValue], review: Review | None) -> PersonYear:
    excluded = (review.excluded_reason or "excluded") if review and review.state == "excluded" else ""
    barred = review is not None and "barred" in review.flags
    population = review.population if review else one.population
    return PersonYear(one.employee_no, population, one.joined, one.left, tuple(records), excluded, barred)
