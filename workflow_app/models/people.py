"""Employees, customers and who serves whom."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db


class Employee(db.Model):
    """A person the company employs or employed; `left` is the last day employed."""

    __tablename__ = "employee"

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    name_sort: Mapped[str] = mapped_column(String(240), default="", index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    department: Mapped[str] = mapped_column(String(120), default="", index=True)
    post: Mapped[str] = mapped_column(String(120), default="")
    population: Mapped[str] = mapped_column(String(40))
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    vp_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    joined: Mapped[date]
    left: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    superior: Mapped["Employee | None"] = relationship(foreign_keys=[superior_id], remote_side=[id])
    vp: Mapped["Employee | None"] = relationship(foreign_keys=[vp_id], remote_side=[id])

    __mapper_args__ = {"version_id_col": version}


class Customer(db.Model):
    """A customer's contact who may be asked about the people who serve it.

    Nobody is mailed who has opted out, or whose address does not work (`bounced_at`, until it is changed).
    """

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_no: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(8), default="zh")
    opted_out_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ServiceLink(db.Model):
    """An employee serves a customer."""

    __tablename__ = "service_link"
    __table_args__ = (UniqueConstraint("customer_id", "employee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)

    customer: Mapped[Customer] = relationship()
    employee: Mapped[Employee] = relationship()
