"""Whom a sheet of the document is about: the company, a department, a population, or a superior's people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from states.scheme import builtin_scheme
from workflow_app.db import db
from workflow_app.models import Cycle, Employee
from workflow_app.queries.postings import Place, places_on
from workflow_app.schemes import scheme_of
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

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

    def holds(self, person: Employee, place: Place) -> bool:
        """Whether a person who stood at this place is meant."""
        return (
            (not self.department or place.department == self.department)
            and (not self.population or place.population == self.population)
            and (self.superior_id is None or place.superior_id == self.superior_id)
            and (self.employee_id is None or person.id == self.employee_id)
        )

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
    query = select(Employee).where(Employee.joined <= last, or_(Employee.left.is_(None), Employee.left >= first))
    if scope.employee_id is not None:
        query = query.where(Employee.id == scope.employee_id)
    people = db.session.scalars(query.order_by(Employee.employee_no)).all()
    places = places_on(people, last)
    return [Standing(one, places[one.id]) for one in people if scope.holds(one, places[one.id])]


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
