"""Who stands before which gate of training, and what is lacking (scheme §1, row 7)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from states.gates import Cleared, GateFacts, Standing, stand_before
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Clearance, Employee, SchemeVersion
from workflow_app.queries.postings import histories, transfers
from workflow_app.queries.tests_taken import taken_by
from workflow_app.schemes import current_version, read_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from states.scheme import Scheme
    from states.scheme.forms import Gate


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
    found: dict[str, GateInForce] = {}
    published = select(SchemeVersion.code).filter_by(state="published").distinct().order_by(SchemeVersion.code)
    for code in db.session.scalars(published):
        version = current_version(code)
        scheme = read_scheme(version) if version else None
        for gate in scheme.gates if scheme else ():
            if scheme is not None:
                found.setdefault(gate.code, GateInForce(gate, scheme, _since(code, gate.code)))
    return list(found.values())


def standings(people: Sequence[Employee], gates: Sequence[GateInForce]) -> Mapping[int, list[Place]]:
    """By employee id, where each person stands before each gate. Four queries, however many people."""
    ids = [person.id for person in people]
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


def before_gates(today: date, *, superior_id: int | None = None, waiting: bool = True) -> list[Place]:
    """Everybody employed who is asked by a gate, those who wait alone or all; of one superior or of all."""
    query = select(Employee).where(Employee.joined <= today, or_(Employee.left.is_(None), Employee.left >= today))
    if superior_id is not None:
        query = query.where(Employee.superior_id == superior_id)
    people = db.session.scalars(query.order_by(Employee.department, Employee.employee_no)).all()
    places = standings(people, gates_in_force())
    return [
        place
        for person in people
        for place in places.get(person.id, ())
        if place.standing.asked and (place.standing.waits or not waiting)
    ]


def _since(code: str, gate: str) -> date:
    """The company's day on which the first version with this gate was published."""
    versions = select(SchemeVersion).where(SchemeVersion.code == code, SchemeVersion.published_at.is_not(None))
    days = [
        day_of(version.published_at)
        for version in db.session.scalars(versions.order_by(SchemeVersion.published_at))
        if version.published_at and any(one.code == gate for one in read_scheme(version).gates)
    ]
    return days[0]


def _cleared(ids: Sequence[int]) -> Mapping[int, list[Cleared]]:
    found: dict[int, list[Cleared]] = defaultdict(list)
    query = select(Clearance).where(Clearance.employee_id.in_(ids)).order_by(Clearance.effective_on, Clearance.id)
    for row in db.session.scalars(query):
        found[row.employee_id].append(Cleared(row.gate, row.post, row.effective_on))
    return found
