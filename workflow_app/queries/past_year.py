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
from workflow_app.queries.merges import merges_of
from workflow_app.queries.record_values import FIGURES, value_of
from workflow_app.queries.rulebook import barred_on, were_barred
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from states.leave import Away
    from states.scheme import Scheme

RELEASED = ("released", "closed")


@dataclass(frozen=True)
class PastYear:
    """A year as the database holds it: the people by number, and by their ids the records, released reviews, leave."""

    employees: Sequence[Employee]
    records: Mapping[int, list[RecordValue]]
    reviews: Mapping[int, Review]
    away: Mapping[int, list[Away]]
    merges: Mapping[str, str]
    year: int

    @property
    def names(self) -> dict[str, str]:
        """What people are called, by number."""
        return {one.employee_no: one.name for one in self.employees}

    def people(self, scheme: Scheme) -> list[PersonYear]:
        """The people as the rules want them; `scheme` says which days are worked, for records wholly on leave."""
        found, barred = [], self._barred(scheme)
        for one in self.employees:
            review = self.reviews.get(one.id)
            listed = applicable(_with_own(self.records.get(one.id, []), review), one, self.away.get(one.id, ()), scheme)
            found.append(_person(one, listed, review, barred=one.id in barred))
        return found

    def _barred(self, scheme: Scheme) -> set[int]:
        """Whom sanctions barred when they were ranked; without a review, whom they barred at the end of the year."""
        kept = were_barred(self.reviews.values())
        others = [one.id for one in self.employees if one.id not in self.reviews]
        return {number for number, review in self.reviews.items() if review.id in kept} | set(
            barred_on(date(self.year, 12, 31), scheme.rulebook, others)
        )


def past_year(year: int) -> PastYear:
    """Everybody employed in the year or with a record of it. Reviews count once they are released, not before."""
    records, reviews = _records(year), _reviews(year)
    known = records.keys() | reviews.keys()
    everybody = db.session.scalars(select(Employee).order_by(Employee.employee_no))
    employees = [one for one in everybody if one.id in known or _employed(one, year)]
    cycles = {review.cycle_id: review.cycle for review in reviews.values()}
    merges = {population: into for cycle in cycles.values() for population, into in merges_of(cycle).items()}
    return PastYear(employees, records, reviews, year_of_leave(year, known), merges, year)


def years_with_records() -> list[int]:
    """The years that there are records of, the last one first; a year in which only reviews were made has some too."""
    made = select(Cycle.period_end).filter(Cycle.state.in_(RELEASED)).distinct()
    years = {*db.session.scalars(select(Record.year).distinct()), *(day.year for day in db.session.scalars(made))}
    return sorted(years, reverse=True)


def _employed(one: Employee, year: int) -> bool:
    return one.joined <= date(year, 12, 31) and (one.left is None or one.left >= date(year, 1, 1))


def _records(year: int) -> Mapping[int, list[RecordValue]]:
    query = select(Record.employee_id, *FIGURES).filter(Record.year == year)
    found: dict[int, list[RecordValue]] = defaultdict(list)
    for row in db.session.execute(query.order_by(Record.kind, Record.period, Record.id)):
        found[row.employee_id].append(value_of(row))
    return found


def _reviews(year: int) -> Mapping[int, Review]:
    """By employee: the review of the year's ranked cycle, the last one where there were several."""
    span = Cycle.period_end.between(date(year, 1, 1), date(year, 12, 31))
    cycles = db.session.scalars(select(Cycle).filter(span, Cycle.state.in_(RELEASED)))
    ranked = [cycle.id for cycle in cycles if scheme_of(cycle).cycle_kinds[cycle.kind].ranked]
    query = select(Review).filter(Review.cycle_id.in_(ranked)).options(joinedload(Review.cycle)).order_by(Review.id)
    return {review.employee_id: review for review in db.session.scalars(query)} if ranked else {}


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


def _person(one: Employee, records: list[RecordValue], review: Review | None, *, barred: bool) -> PersonYear:
    excluded = (review.excluded_reason or "excluded") if review and review.state == "excluded" else ""
    population = review.population if review else one.population
    return PersonYear(one.employee_no, population, one.joined, one.left, tuple(records), excluded, barred)
