"""Who stands before which gate of training, and what is lacking (scheme §1, row 7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from states.gates import Cleared, GateFacts, Standing, stand_before
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Clearance, Employee, SchemeVersion
from workflow_app.queries.postings import histories, transfers
from workflow_app.queries.tests_taken import taken_by
from workflow_app.schemes import read_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Select

    from states.scheme import Scheme
    from states.scheme.forms import Gate

MOST_PEOPLE = 3000


@dataclass(frozen=True)
class GateInForce:
    """A gate of a published scheme, and the day since when that scheme has it."""

    gate: Gate
    scheme: Scheme
    since: date


@dataclass(frozen=True)
class Place:
    """One person before one gate."""

    employee: Employee
    gate: Gate
    standing: Standing


def gates_in_force() -> list[GateInForce]:
    """The gates of the newest published version of every scheme, each code once."""
    query = select(SchemeVersion).where(SchemeVersion.published_at.is_not(None))
    by_code: dict[str, list[SchemeVersion]] = defaultdict(list)
    for version in db.session.scalars(query.order_by(SchemeVersion.code, SchemeVersion.published_at, SchemeVersion.id)):
        by_code[version.code].append(version)
    found: dict[str, GateInForce] = {}
    for versions in by_code.values():
        newest = next((one for one in reversed(versions) if one.state == "published"), None)
        scheme = read_scheme(newest) if newest else None
        for gate in scheme.gates if scheme else ():
            if scheme is not None:
                found.setdefault(gate.code, GateInForce(gate, scheme, _since(versions, gate.code)))
    return list(found.values())


def standings(people: Sequence[Employee], gates: Sequence[GateInForce]) -> Mapping[int, list[Place]]:
    """By employee id, where each person stands before each gate. Three queries, however many people."""
    ids = [person.id for person in people]
    if not ids or not gates:
        return {}
    tests, cleared, moves = taken_by(ids), _cleared(ids), histories(ids)
    found: dict[int, list[Place]] = defaultdict(list)
    for person in people:
        moved = transfers(moves.get(person.id, ()))
        for one in gates:
            facts = GateFacts(
                joined=person.joined, post=person.post, transferred=moved[-1].since if moved else None,
                tests=tuple(tests.get(person.id, ())), clearances=tuple(cleared.get(person.id, ())), in_force_since=one.since,
            )
            found[person.id].append(Place(person, one.gate, stand_before(one.gate, facts, one.scheme)))
    return found


def before_gates(today: date, *, superior_id: int | None = None, waiting: bool = True, department: str = "") -> list[Place]:
    """Employed people who are asked by a gate, those who wait alone or all; of one superior or of all.

    The first MOST_PEOPLE are looked at, by department and number: where each stands is worked out one by one.
    """
    query = _employed(today, superior_id, department).order_by(Employee.department, Employee.employee_no)
    people = db.session.scalars(query.limit(MOST_PEOPLE)).all()
    places = standings(people, gates_in_force())
    return [
        place
        for person in people
        for place in places.get(person.id, ())
        if place.standing.asked and (place.standing.waits or not waiting)
    ]


def count_employed(today: date, *, superior_id: int | None = None, department: str = "") -> int:
    """How many people before_gates would have to look at."""
    query = _employed(today, superior_id, department).with_only_columns(func.count())
    return db.session.scalar(query) or 0


def _employed(today: date, superior_id: int | None, department: str) -> Select[tuple[Employee]]:
    query = select(Employee).where(Employee.joined <= today, or_(Employee.left.is_(None), Employee.left >= today))
    if superior_id is not None:
        query = query.where(Employee.superior_id == superior_id)
    return query.where(Employee.department == department) if department else query


def _since(versions: Sequence[SchemeVersion], gate: str) -> date:
    """The company's day on which the first version with this gate was published."""
    having = (one for one in versions if any(each.code == gate for each in read_scheme(one).gates))
    return next(day_of(one.published_at) for one in having if one.published_at)


def _cleared(ids: Sequence[int]) -> Mapping[int, list[Cleared]]:
    found: dict[int, list[Cleared]] = defaultdict(list)
    query = select(Clearance).where(Clearance.employee_id.in_(ids)).order_by(Clearance.effective_on, Clearance.id)
    for row in db.session.scalars(query):
        found[row.employee_id].append(Cleared(row.gate, row.post, row.effective_on))
    return found
