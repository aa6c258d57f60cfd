"""Appeals against a released grade, and legal holds that keep a person's data."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models.accounts import Account
from workflow_app.models.cycles import Review
from workflow_app.models.people import Employee


class Appeal(db.Model):
    """One appeal of the person rated, answered by somebody who neither scored nor calibrated (scheme §8)."""

    __tablename__ = "appeal"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'filed', 'answering', 'upheld', 'dismissed', 'withdrawn')", name="state"
        ),
        CheckConstraint("state NOT IN ('upheld', 'dismissed') OR answer IS NOT NULL", name="decision_has_answer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    grounds: Mapped[str] = mapped_column(Text, default="")
    wish: Mapped[str] = mapped_column(String(1000), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    filed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    handler_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    band_before: Mapped[str | None] = mapped_column(String(8))
    band_after: Mapped[str | None] = mapped_column(String(8))

    review: Mapped[Review] = relationship()
    handler: Mapped[Account | None] = relationship(foreign_keys=[handler_id])

    __mapper_args__ = {"version_id_col": version}


class LegalHold(db.Model):
    """Why a person's data is kept beyond its time; ended by lifting it."""

    __tablename__ = "legal_hold"

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    reason: Mapped[str] = mapped_column(String(1000))
    placed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship()
