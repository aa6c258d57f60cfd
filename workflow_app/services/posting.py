"""Where people stand, and since when: every change of place leaves a posting.

The last posting of a person says what Employee says. An import writes many at once, HR one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import Employee, Posting
from workflow_app.queries.facts import person_facts
from workflow_app.queries.postings import FIELDS, Place, histories, place_of
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from states.permissions import Actor

CHUNK = 400
MOST_ABOVE = 200
NOBODY_ABOVE = Message("Nobody can be their own superior, and superiors must not form a circle.")


@dataclass(frozen=True)
class Moved:
    """One person whose place an import changes: from where, to where, and the joining day before and after."""

    employee_id: int
    before: Place
    after: Place
    joined_before: date
    joined: date


def post_joiners(people: Sequence[tuple[int, date, Place]], *, now: datetime) -> None:
    """The first posting of many new people, since they joined."""
    rows = [_row(number, joined, place, now) for number, joined, place in people]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Posting), rows[start : start + CHUNK])


def check_since(people: Sequence[tuple[str, int]], since: date, *, now: datetime) -> None:
    """Refuse an effective date in the future, or before a later posting of one of the (name, employee id)."""
    if since > day_of(now):
        raise Refusal(Message("The day lies in the future. Record the change on the day it takes effect, or later."))
    known = histories([number for _, number in people])
    newest = {number: history[-1].since for number, history in known.items() if len(history) > 1}
    late = [(name, newest[number]) for name, number in people if newest.get(number, since) > since]
    if late:
        raise Refusal(
            Message(
                "%(name)s has a later change of place on record, of %(day)s. Choose that day or one after it.",
                name=late[0][0], day=late[0][1],
            )
        )


def post_moved(people: Sequence[Moved], since: date, *, now: datetime) -> None:
    """A posting for everybody whose place changes on `since`.

    A second change of one day corrects that day's posting. Where the first posting began on a joining
    day that was wrong, it begins on the right one.
    """
    known = histories([one.employee_id for one in people])
    for one in people:
        history = known.get(one.employee_id) or [_first(one, now)]
        if len(history) == 1 and history[0].since == one.joined_before:
            history[0].since = one.joined
        if one.before != one.after:
            _append(history[-1], one, max(since, one.joined), now)
    db.session.flush()


def transfer(employee: Employee, place: Place, *, since: date, actor: Actor, now: datetime) -> Posting | None:
    """HR moves a person to another place from a day on; None where nothing changes.

    Refuses (forbidden) everybody but HR and HR for themselves, (invalid) a day in the future, before
    joining or before a later posting, and superiors in a circle.
    """
    require(actor, "manage_career", person_facts(employee))
    before = place_of(employee)
    if place == before:
        return None
    _guard(employee, place, since, now)
    moved = Moved(employee.id, before, place, employee.joined, employee.joined)
    post_moved([moved], since, now=now)
    for field in FIELDS:
        setattr(employee, field, getattr(place, field))
    db.session.flush()
    db.session.expire(employee, ["superior", "vp"])
    changed = [field for field in FIELDS if getattr(before, field) != getattr(place, field)]
    detail = {"before": _said(before, changed), "after": _said(place, changed)}
    data = {"fields": changed, "since": since.isoformat()}
    record_event("employee", employee.id, "employee_posted", actor=actor, now=now, data=data, detail=detail)
    return db.session.scalar(select(Posting).filter_by(employee_id=employee.id, since=since))


def _guard(employee: Employee, place: Place, since: date, now: datetime) -> None:
    if since < employee.joined:
        raise Refusal(Message("%(name)s joined on %(day)s only. Choose a later day.", name=employee.name, day=employee.joined))
    if not place.department or not place.post or not place.population:
        raise Refusal(Message("Department, post and population are needed."))
    check_since([(employee.name, employee.id)], since, now=now)
    above, seen = place.superior_id, {employee.id}
    while above is not None:
        if above in seen or len(seen) > MOST_ABOVE:
            raise Refusal(NOBODY_ABOVE)
        seen.add(above)
        above = db.session.scalar(select(Employee.superior_id).filter_by(id=above))


def _append(last: Posting, one: Moved, since: date, now: datetime) -> None:
    if last.since >= since:
        for field in FIELDS:
            setattr(last, field, getattr(one.after, field))
        last.recorded_at = now
    else:
        db.session.add(Posting(**_row(one.employee_id, since, one.after, now)))


def _first(one: Moved, now: datetime) -> Posting:
    row = Posting(**_row(one.employee_id, one.joined_before, one.before, now))
    db.session.add(row)
    return row


def _row(employee_id: int, since: date, place: Place, now: datetime) -> dict[str, Any]:
    return {"employee_id": employee_id, "since": since, "recorded_at": now} | asdict(place)


def _said(place: Place, fields: list[str]) -> dict[str, object]:
    return {field: getattr(place, field) for field in fields}
