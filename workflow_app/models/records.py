"""Scores of the year that come from inspections and monthly appraisals, and KPI actuals."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db
from workflow_app.models.people import Employee

SCORE_PLACES = 9


def exact_score(score: Decimal, exact: str | None) -> Fraction:
    """A record's score without any rounding: a total is rounded once, at the end (scheme §4)."""
    return Fraction(exact) if exact else Fraction(score)


class Record(db.Model):
    """One scored inspection or appraisal; `occurrence` tells spot checks of one day apart."""

    __tablename__ = "record"
    __table_args__ = (
        UniqueConstraint("employee_id", "kind", "period", "occurrence"),
        Index("ix_record_year", "year", "employee_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    kind: Mapped[str] = mapped_column(String(40))
    period: Mapped[str] = mapped_column(String(10))
    year: Mapped[int]
    occurrence: Mapped[int] = mapped_column(default=1)
    score: Mapped[Decimal] = mapped_column(ScaledDecimal(SCORE_PLACES))
    exact: Mapped[str | None] = mapped_column(Text)
    """The score as a fraction (`1100/13`) where it has more than `SCORE_PLACES` places, else NULL."""
    bonus: Mapped[int | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), unique=True)
    """The review that this record is the result of; NULL for an imported one."""
    displaced: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """The imported figures that a review's result displaced: they come back when it is withdrawn."""

    employee: Mapped[Employee] = relationship()

    @property
    def exact_score(self) -> Fraction:
        """What totals are put together from; `score` is what pages show."""
        return exact_score(self.score, self.exact)


class KpiActual(db.Model):
    """An entered actual (and target) of one KPI of one person in one year."""

    __tablename__ = "kpi_actual"
    __table_args__ = (UniqueConstraint("employee_id", "year", "kpi"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    year: Mapped[int]
    kpi: Mapped[str] = mapped_column(String(60))
    actual: Mapped[Decimal | None] = mapped_column(ScaledDecimal(SCORE_PLACES))
    target: Mapped[Decimal | None] = mapped_column(ScaledDecimal(SCORE_PLACES))


class ImportPreview(db.Model):
    """An uploaded workbook that was read but not yet applied; once applied, only its digest is kept.

    `created_by_id` is NULL for an import from the command line.
    """

    __tablename__ = "import_preview"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    filename: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    summary: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
