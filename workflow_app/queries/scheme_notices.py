"""Who was told of a published version of a scheme, who has read it, and who is still to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from workflow_app.db import db
from workflow_app.models import Employee, SchemeNotice, SchemeVersion
from workflow_app.queries.paging import Paged, page_of
from workflow_app.schemes import read_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Select

FILTERS = ("open", "read", "all")


@dataclass(frozen=True)
class Counts:
    """How many were told, and how many of them have signed to have read it."""

    told: int
    read: int

    @property
    def open(self) -> int:
        """Who has not signed yet."""
        return self.told - self.read


def rated_by(version: SchemeVersion, today: date) -> Select[tuple[Employee]]:
    """Everybody employed today whom a scheme rates: of a population that it knows, and with a superior."""
    codes = [population.code for population in read_scheme(version).populations]
    return select(Employee).where(
        Employee.population.in_(codes), Employee.superior_id.is_not(None), Employee.joined <= today, _employed(today)
    )


def untold(version: SchemeVersion, today: date, *, after: int = 0) -> Select[tuple[Employee]]:
    """Those of them whom nobody has told of this version, by id, beyond the id `after`."""
    told = select(SchemeNotice.employee_id).where(SchemeNotice.scheme_version_id == version.id)
    query = rated_by(version, today).where(Employee.id > after, Employee.id.not_in(told))
    return query.order_by(Employee.id)


def unread(version: SchemeVersion, today: date, *, after: int = 0) -> Select[tuple[SchemeNotice]]:
    """Notices that nobody has signed for, of people who are still here, by id, beyond the id `after`."""
    return (
        select(SchemeNotice)
        .join(Employee, Employee.id == SchemeNotice.employee_id)
        .where(
            SchemeNotice.scheme_version_id == version.id, SchemeNotice.acknowledged_at.is_(None),
            SchemeNotice.id > after, _employed(today),
        )
        .order_by(SchemeNotice.id)
    )  # fmt: skip


def count_of(query: Select[Any]) -> int:
    """How many rows a query would give."""
    return db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0


def counts_of(versions: Sequence[SchemeVersion]) -> dict[int, Counts]:
    """By version id: how many were told and how many have read it."""
    query = (
        select(SchemeNotice.scheme_version_id, func.count(), func.count(SchemeNotice.acknowledged_at))
        .where(SchemeNotice.scheme_version_id.in_([version.id for version in versions]))
        .group_by(SchemeNotice.scheme_version_id)
    )
    found = {number: Counts(told, read) for number, told, read in db.session.execute(query)}
    return {version.id: found.get(version.id, Counts(0, 0)) for version in versions}


def notices_page(
    version: SchemeVersion, *, show: str, text: str = "", department: str = "", page: int = 1
) -> Paged[tuple[SchemeNotice, Employee]]:
    """The people who were told, by department and number; `show` is open, read or all."""
    query = (
        select(Employee)
        .join(SchemeNotice, SchemeNotice.employee_id == Employee.id)
        .where(SchemeNotice.scheme_version_id == version.id)
    )
    if show in ("open", "read"):
        signed = SchemeNotice.acknowledged_at
        query = query.where(signed.is_(None) if show == "open" else signed.is_not(None))
    if text:
        like = f"%{text.lower().replace('%', '').replace('_', '')}%"
        query = query.where(or_(func.lower(Employee.name).like(like), func.lower(Employee.employee_no).like(like)))
    if department:
        query = query.where(Employee.department == department)
    people = page_of(query.order_by(Employee.department, Employee.employee_no), page)
    notices = _of_people(version, [person.id for person in people.items])
    return Paged([(notices[person.id], person) for person in people.items], people.page, people.pages, people.total)


def departments_told(version: SchemeVersion) -> list[str]:
    """The departments of those who were told."""
    query = (
        select(Employee.department)
        .join(SchemeNotice, SchemeNotice.employee_id == Employee.id)
        .where(SchemeNotice.scheme_version_id == version.id)
        .distinct()
    )
    return sorted(db.session.scalars(query))


def notice_of(version: SchemeVersion, employee_id: int | None) -> SchemeNotice | None:
    """A person's own notice of a version, signed or not."""
    if employee_id is None:
        return None
    return db.session.scalar(select(SchemeNotice).filter_by(scheme_version_id=version.id, employee_id=employee_id))


def to_read(employee_id: int) -> Sequence[SchemeVersion]:
    """The versions in force that a person was told of and has not signed for: of each scheme the newest."""
    later = aliased(SchemeVersion)
    superseded = select(later.id).where(
        later.code == SchemeVersion.code, later.state == "published", later.version > SchemeVersion.version
    )
    query = (
        select(SchemeVersion)
        .join(SchemeNotice, SchemeNotice.scheme_version_id == SchemeVersion.id)
        .where(
            SchemeNotice.employee_id == employee_id, SchemeNotice.acknowledged_at.is_(None),
            SchemeVersion.state == "published", ~superseded.exists(),
        )
        .order_by(SchemeVersion.id)
    )  # fmt: skip
    return db.session.scalars(query).all()


def _of_people(version: SchemeVersion, ids: Sequence[int]) -> dict[int, SchemeNotice]:
    query = select(SchemeNotice).where(SchemeNotice.scheme_version_id == version.id, SchemeNotice.employee_id.in_(ids))
    return {notice.employee_id: notice for notice in db.session.scalars(query)}


def _employed(today: date) -> ColumnElement[bool]:
    return or_(Employee.left.is_(None), Employee.left >= today)
