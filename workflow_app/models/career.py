"""A person's way through the company: postings, leave, tests taken, and what a passed gate allows."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db
from workflow_app.models.people import Employee


class Posting(db.Model):
    """Where a person stood from `since` until the next posting; the last one is what Employee says."""

    __tablename__ = "posting"
    __table_args__ = (UniqueConstraint("employee_id", "since"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    since: Mapped[date]
    department: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120))
    population: Mapped[str] = mapped_column(String(40))
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    vp_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    superior: Mapped[Employee | None] = relationship(foreign_keys=[superior_id])
    vp: Mapped[Employee | None] = relationship(foreign_keys=[vp_id])


class Leave(db.Model):
    """Days away, both ends included; statutory leave never lowers a score."""

    __tablename__ = "leave"
    __table_args__ = (
        CheckConstraint("last >= first", name="order"),
        CheckConstraint("kind IN ('statutory', 'sick', 'other')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    first: Mapped[date]
    last: Mapped[date]
    note: Mapped[str] = mapped_column(String(500), default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship()


class TestResult(db.Model):
    """One scored test of one person; `score` 0 to 100. A correction names what it corrects."""

    __tablename__ = "test_result"
    __test__ = False  # no test of pytest's

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    form: Mapped[str] = mapped_column(String(60))
    taken_on: Mapped[date]
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    score: Mapped[Decimal] = mapped_column(ScaledDecimal(9))
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(String(500), default="")
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("test_result.id"), unique=True)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship()


class Clearance(db.Model):
    """A person was appointed, or put on duty, once the gate before it was passed (scheme §1, row 7)."""

    __tablename__ = "clearance"
    __table_args__ = (CheckConstraint("step IN ('appointment', 'duty')", name="step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    gate: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(12))
    post: Mapped[str] = mapped_column(String(120))
    effective_on: Mapped[date]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship()
