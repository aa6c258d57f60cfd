"""Rows of a customers' list that the person importing it has no say in: those about who rates them, or their reports.

As long as nobody was rated, anybody in HR may bring in the list, their own customers included. From the first launch
that took them in, or one who reports to them, another person in HR imports these rows (or the system, by
`kaoping import`). What is the same as in the system is nobody's business, so a whole list can be imported again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Customer, Cycle, Employee, Invitation, Review, ServiceLink
from workflow_app.queries.facts import barred_reviews
from workflow_app.queries.surveys import UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from states.permissions import Actor
    from workflow_app.services.importing.plan import Change

HOW_TO_WRITE = frozenset({"contact", "email", "language"})
STAFF = "employee_no"
NOT_YOUR_ROW = Message(
    "This row changes how a customer is asked about you or about somebody who reports to you. Leave it out, and let "
    "somebody else in HR import it."
)
NOT_YOUR_PEOPLE = Message(
    "This row changes who serves a customer, and it is about you or somebody who reports to you: customers are asked "
    "about them. Leave it out, and let somebody else in HR import it."
)


class Barred(NamedTuple):
    """A row of the file, its field, and why the actor cannot import it."""

    line: int
    field: str
    why: Message


def barred_rows(changes: Sequence[Change], *, actor: Actor) -> Iterator[Barred]:
    """What of these additions and changes of customers the actor may not import; nothing for the system."""
    if actor.employee_id is None:
        return
    rated, customers = _rated(actor.employee_id), _closed_customers(actor)
    for one in changes:
        own = one.key in customers
        for field in one.fields:
            if field.field in HOW_TO_WRITE and own:
                yield Barred(one.line, field.field, NOT_YOUR_ROW)
            if field.field == STAFF:
                yield from _staff(one, rated, own=own)


def refuse_barred(changes: Sequence[Change], *, actor: Actor) -> None:
    """Refuse (forbidden) to write what the actor may not import, whatever was planned before."""
    for barred in barred_rows(changes, actor=actor):
        raise Refusal(barred.why, kind="forbidden")


def _staff(one: Change, rated: frozenset[str], *, own: bool) -> Iterator[Barred]:
    stored = one.stored["staff"] if one.stored else ()
    moved = rated & frozenset(stored).symmetric_difference(one.row.staff)
    if moved:
        lines = [one.row.lines[number] for number in moved if number in one.row.lines]
        yield Barred(min(lines, default=one.line), STAFF, NOT_YOUR_PEOPLE)
    elif own:
        yield Barred(one.line, STAFF, NOT_YOUR_ROW)


def _rated(me: int) -> frozenset[str]:
    """The numbers of the actor and of those under them, as far as a cycle was launched that rates them."""
    query = (
        select(Employee.employee_no)
        .join(Review, Review.employee_id == Employee.id)
        .join(Review.cycle)
        .where(or_(Employee.id == me, Employee.superior_id == me, (Review.superior_id == me) & (Cycle.state == "open")))
    )
    return frozenset(db.session.scalars(query))


def _closed_customers(actor: Actor) -> frozenset[str]:
    """The numbers of the customers whom the actor serves, once rated, or are still asked about who is the actor's to rate."""
    me = actor.employee_id
    served = (
        select(Customer.customer_no)
        .join(ServiceLink, ServiceLink.customer_id == Customer.id)
        .where(ServiceLink.employee_id == me, select(Review.id).where(Review.employee_id == me).exists())
    )
    closed = barred_reviews(actor, Cycle.state == "open")
    asked = (
        select(Customer.customer_no)
        .join(Invitation, Invitation.customer_id == Customer.id)
        .where(Invitation.review_id.in_(closed), Invitation.state.in_(UNANSWERED))
    )
    return frozenset([*db.session.scalars(served), *db.session.scalars(asked)])
