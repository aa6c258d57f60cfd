"""Calibration moves, approvals and the actions that follow from a grade."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models.accounts import Account
from workflow_app.models.cycles import Review
from workflow_app.models.people import Employee


class CalibrationMove(db.Model):
    """One departure from the computed band, with its reason."""

    __tablename__ = "calibration_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    from_band: Mapped[str] = mapped_column(String(8))
    to_band: Mapped[str] = mapped_column(String(8))
    reason_code: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(1000))
    moved_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)

    review: Mapped[Review] = relationship()
    moved_by: Mapped[Account] = relationship()


class Approval(db.Model):
    """One signature under one review's grade, or its return."""

    __tablename__ = "approval"
    __table_args__ = (CheckConstraint("decision IN ('approved', 'returned')", name="decision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), index=True)
    decision: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(1000), default="")
    reviews: Mapped[int] = mapped_column(default=0)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)

    decided_by: Mapped[Account] = relationship()


class Action(db.Model):
    """What follows from a grade, as a proposal that somebody decides."""

    __tablename__ = "action"
    __table_args__ = (
        UniqueConstraint("review_id", "kind"),
        CheckConstraint("state IN ('proposed', 'approved', 'in_progress', 'done', 'declined')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(12), default="proposed")
    version: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str] = mapped_column(String(1000), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    due_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decision_reason: Mapped[str | None] = mapped_column(String(1000))
    evidence: Mapped[str] = mapped_column(Text, default="", server_default="")
    plan: Mapped[str] = mapped_column(Text, default="", server_default="")
    consented_on: Mapped[date | None]

    review: Mapped[Review] = relationship()
    owner: Mapped[Employee | None] = relationship()

    __mapper_args__ = {"version_id_col": version}
