"""Where people stood on a day: the history of their postings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased, joinedload

from workflow_app.db import db
from workflow_app.models import Employee, Posting

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

FIELDS = ("department", "post", "population", "superior_id", "vp_id")
CHUNK = 500


@dataclass(frozen=True)
class Place:
    """Department, post, population and the people above somebody; ids of employees."""

    department: str
    post: str
    population: str
    superior_id: int | None = None
    vp_id: int | None = None


def place_of(row: Employee | Posting) -> Place:
    """The place that an employee or a posting names."""
    return Place(row.department, row.post, row.population, row.superior_id, row.vp_id)


def postings_of(employee_id: int) -> Sequence[Posting]:
    """A person's postings, the newest first."""
    query = select(Posting).filter_by(employee_id=employee_id).options(joinedload(Posting.superior), joinedload(Posting.vp))
    return db.session.scalars(query.order_by(Posting.since.desc())).all()


def histories(employee_ids: Iterable[int]) -> Mapping[int, list[Posting]]:
    """The postings of many people, the oldest first; people without any are not there."""
    found: dict[int, list[Posting]] = defaultdict(list)
    ids = list(employee_ids)
    for start in range(0, len(ids), CHUNK):
        query = select(Posting).where(Posting.employee_id.in_(ids[start : start + CHUNK]))
        for row in db.session.scalars(query.order_by(Posting.employee_id, Posting.since)):
            found[row.employee_id].append(row)
    return found


def places_on(people: Iterable[Employee], day: date) -> dict[int, Place]:
    """Where each person stood on a day, by employee id.

    Before the first posting it is the first; of whom no history is on record, it is where they are now.
    """
    listed = list(people)
    known = histories([person.id for person in listed])
    return {person.id: _on(known.get(person.id, []), person, day) for person in listed}


def posting_on(day: date) -> ColumnElement[int | None]:
    """The same for a query over Employee: the id of the posting that places_on reads."""
    own = aliased(Posting)
    of_them = select(own.id).where(own.employee_id == Employee.id).correlate(Employee).limit(1)
    begun = of_them.where(own.since <= day).order_by(own.since.desc())
    return func.coalesce(begun.scalar_subquery(), of_them.order_by(own.since).scalar_subquery())


def transfers(history: Sequence[Posting]) -> list[Posting]:
    """The postings that changed department or post, the oldest first; a new superior is no transfer."""
    pairs = pairwise(history)
    return [after for before, after in pairs if (before.department, before.post) != (after.department, after.post)]


def _on(history: Sequence[Posting], person: Employee, day: date) -> Place:
    begun = [row for row in history if row.since <= day]
    if begun:
        return place_of(begun[-1])
    return place_of(history[0]) if history else place_of(person)
