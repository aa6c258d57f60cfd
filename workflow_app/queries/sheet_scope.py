"""Whom a sheet of the document is about: the company, a department, a population, or a superior's people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import case, func, or_, select

from states.scheme import builtin_scheme
from workflow_app.db import db
from workflow_app.models import Cycle, Employee, Posting
from workflow_app.queries.postings import Place, places_on, posting_on
from workflow_app.schemes import scheme_of
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Select

    from states.scheme import Scheme

CALLED_OFF = ("draft", "cancelled")
CHUNK = 400


@dataclass(frozen=True)
class Scope:
    """Empty means all. `superior_id` keeps to those who reported to this person on the last day."""

    department: str = ""
    population: str = ""
    superior_id: int | None = None
    employee_id: int | None = None

    @property
    def by_place(self) -> Mapping[str, str | int]:
        """What is asked of the place where somebody stood, by the name of the column."""
        asked = {"department": self.department or None, "population": self.population or None, "superior_id": self.superior_id}
        return {name: value for name, value in asked.items() if value is not None}

    @property
    def word(self) -> str:
        """What kind of choice it is, for the history: it names nobody."""
        chosen = (("person", self.employee_id), ("team", self.superior_id), ("department", self.department))
        return next((word for word, value in (*chosen, ("population", self.population)) if value), "company")


@dataclass(frozen=True)
class Standing:
    """A person and where they stood on the last day of the period."""

    person: Employee
    place: Place


def people_in(scope: Scope, first: date, last: date) -> list[Standing]:
    """Who was employed on a day of the period and is meant, by employee number."""
    query = select(Employee).where(Employee.id.in_(meant(scope, first, last)))
    people = db.session.scalars(query.order_by(Employee.employee_no)).all()
    places = places_on(people, last)
    return [Standing(one, places[one.id]) for one in people]


def count_in(scope: Scope, first: date, last: date) -> int:
    """How many people_in would find, without loading anybody."""
    return db.session.scalar(select(func.count()).select_from(meant(scope, first, last).subquery())) or 0


def meant(scope: Scope, first: date, last: date) -> Select[tuple[int]]:
    """The ids of who was employed on a day of the period and is meant, as a query within others."""
    query = select(Employee.id).where(Employee.joined <= last, or_(Employee.left.is_(None), Employee.left >= first))
    if scope.employee_id is not None:
        query = query.where(Employee.id == scope.employee_id)
    if not scope.by_place:
        return query
    # As places_on finds it: the posting of that day, else the first one, else what the employee says.
    query = query.outerjoin(Posting, Posting.id == posting_on(last))
    for name, value in scope.by_place.items():
        now, then = getattr(Employee, name), getattr(Posting, name)
        query = query.where(case((Posting.id.is_(None), now), else_=then) == value)
    return query


def ranked_cycles(year: int) -> list[Cycle]:
    """The cycles that rank people for this year, the newest first."""
    query = select(Cycle).where(Cycle.period == str(year), Cycle.state.not_in(CALLED_OFF)).order_by(Cycle.id.desc())
    return [one for one in db.session.scalars(query) if scheme_of(one).cycle_kinds[one.kind].ranked]


def scheme_for(year: int) -> Scheme:
    """The scheme that a year is rated by: of its ranked cycle, else the one in force."""
    cycles = ranked_cycles(year)
    return scheme_of(cycles[0]) if cycles else current_scheme() or builtin_scheme()


def portions(rows: Sequence[Standing]) -> Iterator[Sequence[Standing]]:
    """The people in portions that one statement can ask for."""
    return (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))
