"""People: the table, and what is known of one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from workflow_app.db import db
from workflow_app.models import Account, Customer, Cycle, Employee, Record, Review, ServiceLink
from workflow_app.queries.paging import Paged, page_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement

MOST_OFFERED = 300


@dataclass(frozen=True)
class PeopleFilter:
    """What the table is narrowed to; empty means all. `left`: '' employed, 'left', 'all'."""

    words: str = ""
    department: str = ""
    population: str = ""
    left: str = ""


def people_page(wanted: PeopleFilter, page: int, today: date) -> Paged[Employee]:
    """One page of people, by pinyin."""
    query = select(Employee).options(joinedload(Employee.superior)).where(*_conditions(wanted, today))
    return page_of(query.order_by(Employee.name_sort, Employee.employee_no), page)


def _conditions(wanted: PeopleFilter, today: date) -> list[ColumnElement[bool]]:
    conditions = [matching(word) for word in wanted.words.split()[:5]]
    if wanted.department:
        conditions.append(Employee.department == wanted.department)
    if wanted.population:
        conditions.append(Employee.population == wanted.population)
    if wanted.left == "left":
        conditions.append(Employee.left < today)
    elif wanted.left != "all":
        conditions.append(or_(Employee.left.is_(None), Employee.left >= today))
    return conditions


def matching(word: str) -> ColumnElement[bool]:
    """People whose name (also as pinyin, with or without gaps), number, post or address holds the word."""
    text = word.casefold()
    columns = (
        func.lower(Employee.name), func.lower(Employee.employee_no), Employee.name_sort,
        func.replace(Employee.name_sort, " ", ""), func.lower(Employee.email), func.lower(Employee.post),
    )
    return or_(*(column.contains(text, autoescape=True) for column in columns))


def departments() -> Sequence[str]:
    """Every department's name."""
    return db.session.scalars(select(Employee.department).distinct().order_by(Employee.department)).all()


def person(number: int) -> Employee | None:
    """One employee with superior and VP."""
    return db.session.scalar(
        select(Employee).options(joinedload(Employee.superior), joinedload(Employee.vp)).where(Employee.id == number)
    )


def offered_people(today: date) -> Paged[Employee]:
    """Whom a box offers while a name is typed: those employed today, by number, and how many they are in all."""
    query = select(Employee).where(*_conditions(PeopleFilter(), today)).order_by(Employee.employee_no)
    return page_of(query, 1, MOST_OFFERED)


def account_of(employee: Employee) -> Account | None:
    """The employee's account."""
    return db.session.scalar(select(Account).filter_by(employee_id=employee.id))


def reports_of(employee: Employee, today: date) -> Sequence[Employee]:
    """Who reports to this person and is employed today, by pinyin."""
    return db.session.scalars(
        select(Employee)
        .where(Employee.superior_id == employee.id, or_(Employee.left.is_(None), Employee.left >= today))
        .order_by(Employee.name_sort)
    ).all()


def customers_of(employee: Employee) -> Sequence[Customer]:
    """The customers this person serves."""
    query = select(Customer).join(ServiceLink).where(ServiceLink.employee_id == employee.id)
    return db.session.scalars(query.order_by(Customer.customer_no)).all()


def record_years(employee_id: int) -> Sequence[int]:
    """The years a person has records of, newest first."""
    query = select(Record.year).where(Record.employee_id == employee_id).distinct().order_by(Record.year.desc())
    return db.session.scalars(query).all()


def records_of(employee_id: int, year: int) -> Sequence[Record]:
    """A person's records of one year, by kind and period."""
    query = select(Record).where(Record.employee_id == employee_id, Record.year == year)
    return db.session.scalars(query.order_by(Record.kind, Record.period, Record.occurrence)).all()


def reviews_of(employee_id: int) -> Sequence[Review]:
    """A person's reviews, newest period first."""
    query = (
        select(Review)
        .join(Cycle)
        .options(joinedload(Review.cycle))
        .where(Review.employee_id == employee_id)
        .order_by(Cycle.period_end.desc(), Cycle.id.desc())
    )
    return db.session.scalars(query).all()
