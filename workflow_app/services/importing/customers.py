"""Customers and who serves them: what a list would change, and writing it.

A list names a customer once for each person who serves it; for a customer it names, it is the whole
truth about who serves it. Customers it does not name stay as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from states.errors import Message
from workflow_app.db import db
from workflow_app.models import Customer, Employee, ServiceLink
from workflow_app.queries.mailed_links import asked_now, mailed
from workflow_app.services.importing.history import record_many
from workflow_app.services.importing.own_customers import barred_rows, refuse_barred
from workflow_app.services.importing.plan import Change, Plan, added_and_changed, chunks, differences
from workflow_app.services.new_links import give_new_links

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.imports.customers import CustomerRow
    from workflow_app.imports.reading import Fault, Table
    from workflow_app.models import Invitation

FIELDS = ("customer", "contact", "email", "language")
COLUMNS = {"customer": "name", "contact": "contact", "email": "email", "language": "language"}


@dataclass(frozen=True)
class _Wanted:
    row: CustomerRow
    staff: tuple[str, ...]
    lines: Mapping[str, int]
    """The row of each employee number."""


def plan_customers(rows: Sequence[CustomerRow], table: Table, *, actor: Actor) -> Plan:
    """What would be added and changed by this actor; the people who serve must be known.

    Refused, row by row, is what the actor has no say in. `links`: how many invitations lose a link with the address.
    """
    wanted = _wanted(rows)
    stored = _stored()
    pairs = ((customer, stored.get(number)) for number, customer in wanted.items())
    added, changed = added_and_changed((_change(customer, known), known) for customer, known in pairs)
    barred = (table.fault(one.line, one.field, one.why) for one in barred_rows([*added, *changed], actor=actor))
    return Plan(
        "customers", added, changed,
        unchanged=len(wanted) - len(added) - len(changed),
        absent=len(stored.keys() - wanted.keys()),
        faults=(*_faults(rows, table), *barred),
        links=len(_links_that_end(changed)),
    )


def write_customers(plan: Plan, *, actor: Actor, now: datetime, advance: Callable[[int], None]) -> None:
    """Insert and update customers, then make the links what the list says.

    Refuses (forbidden) what the actor has no say in. What was mailed to an address that changes, and is not answered,
    gets a new link; HR sends it.
    """
    refuse_barred([*plan.added, *plan.changed], actor=actor)
    ended = _links_that_end(plan.changed)
    for some in chunks(list(plan.added)):
        db.session.execute(insert(Customer), [{"customer_no": one.key, **_values(one)} for one in some])
        advance(len(some))
    _update(plan.changed)
    advance(len(plan.changed))
    ids = dict(db.session.execute(select(Customer.customer_no, Customer.id)).tuples().all())
    _link([*plan.added, *plan.changed], ids)
    events = [(ids[one.key], "customer_added", one) for one in plan.added]
    events += [(ids[one.key], "customer_changed", one) for one in plan.changed]
    record_many("customer", events, actor=actor, now=now)
    db.session.expire_all()
    give_new_links(ended, actor=actor, now=now)


def _wanted(rows: Sequence[CustomerRow]) -> dict[str, _Wanted]:
    first: dict[str, CustomerRow] = {}
    lines: dict[str, dict[str, int]] = {}
    for row in rows:
        first.setdefault(row.customer_no, row)
        staff = lines.setdefault(row.customer_no, {})
        if row.employee_no:
            staff.setdefault(row.employee_no, row.row)
    return {number: _Wanted(row, tuple(sorted(lines[number])), lines[number]) for number, row in first.items()}


def _stored() -> dict[str, dict[str, Any]]:
    query = select(Customer.id, Customer.customer_no, *(getattr(Customer, name) for name in COLUMNS.values()))
    customers = {row["id"]: {"staff": [], **row} for row in db.session.execute(query).mappings()}
    links = select(ServiceLink.customer_id, Employee.employee_no).join(Employee)
    for customer_id, employee_no in db.session.execute(links):
        customers[customer_id]["staff"].append(employee_no)
    return {customer["customer_no"]: customer for customer in customers.values()}


def _change(wanted: _Wanted, known: Mapping[str, Any] | None) -> Change:
    after = {name: getattr(wanted.row, name) for name in FIELDS} | {"employee_no": ", ".join(wanted.staff)}
    before: dict[str, Any] = {}
    if known:
        before = {name: known[column] for name, column in COLUMNS.items()}
        before["employee_no"] = ", ".join(sorted(known["staff"]))
    return Change(wanted.row.customer_no, wanted.row.customer, differences(before, after), wanted.row.row, wanted, known)


def _faults(rows: Sequence[CustomerRow], table: Table) -> Iterator[Fault]:
    people = set(db.session.scalars(select(Employee.employee_no)))
    for line in table.rows:
        if line.text("employee_no") and line.text("employee_no") not in people:
            yield table.fault(line.number, "employee_no", Message(
                "There is no employee with the number %(number)s in the system. Import the employees first.",
                number=line.text("employee_no"),
            ))
    first: dict[str, CustomerRow] = {}
    for row in rows:
        named = first.setdefault(row.customer_no, row)
        for column in FIELDS:
            if getattr(row, column) != getattr(named, column):
                yield table.fault(row.row, column, Message(
                    "Customer %(number)s stands here with “%(found)s”, in row %(first)s with “%(before)s”.",
                    number=row.customer_no, found=getattr(row, column), first=named.row, before=getattr(named, column),
                ))


def _links_that_end(changed: Sequence[Change]) -> Sequence[Invitation]:
    numbers = [one.key for one in changed if _moves(one)]
    ids: list[int] = []
    for some in chunks(numbers):
        ids += db.session.scalars(select(Customer.id).where(Customer.customer_no.in_(some)))
    return mailed(asked_now(ids))


def _moves(change: Change) -> bool:
    return any(each.field == "email" for each in change.fields)


def _values(change: Change) -> dict[str, Any]:
    return {column: getattr(change.row.row, name) for name, column in COLUMNS.items()}


def _update(changed: Sequence[Change]) -> None:
    table = Customer.__table__
    values: dict[str, Any] = {column: bindparam(f"new_{column}") for column in COLUMNS.values()}
    statement = update(table).where(table.c.customer_no == bindparam("number")).values(**values)
    # A new address has not bounced.
    moved = [one.key for one in changed if _moves(one)]
    for numbers in chunks(moved):
        db.session.connection().execute(update(table).where(table.c.customer_no.in_(numbers)).values(bounced_at=None))
    for some in chunks(list(changed)):
        rows = [{"number": one.key, **{f"new_{key}": value for key, value in _values(one).items()}} for one in some]
        db.session.connection().execute(statement, rows)


def _link(changes: Sequence[Change], ids: Mapping[str, int]) -> None:
    people = dict(db.session.execute(select(Employee.employee_no, Employee.id)).tuples().all())
    for some in chunks(list(changes), 400):
        touched = [ids[one.key] for one in some if any(f.field == "employee_no" for f in one.fields)]
        db.session.execute(delete(ServiceLink).where(ServiceLink.customer_id.in_(touched)))
        links = [
            {"customer_id": ids[one.key], "employee_id": people[number]}
            for one in some if ids[one.key] in set(touched) for number in one.row.staff
        ]
        if links:
            db.session.execute(insert(ServiceLink), links)
