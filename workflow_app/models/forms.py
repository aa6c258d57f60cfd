"""Assignments (who fills which form) and submissions (one version of one filled form)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db
from workflow_app.models.cycles import Review
from workflow_app.models.people import Employee
from workflow_app.models.surveys import Invitation


class Assignment(db.Model):
    """One person fills one form of one review; a hand-over closes one and opens another.

    `assignee_id` is NULL when the person is lacking: HR names one. State: waiting, open,
    submitted, handed_over, omitted.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'open', 'submitted', 'handed_over', 'omitted')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    stage: Mapped[str] = mapped_column(String(30))
    form: Mapped[str] = mapped_column(String(60))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_reason: Mapped[str | None] = mapped_column(String(1000))

    review: Mapped[Review] = relationship()
    assignee: Mapped[Employee | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Submission(db.Model):
    """One version of one filled form, of an assignment or of a customer's invitation.

    `score` is 0 to 100, rounded for display to 9 places; figures are worked out from `answers`.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("assignment_id", "number"),
        UniqueConstraint("invitation_id", "number"),
        CheckConstraint("(assignment_id IS NULL) != (invitation_id IS NULL)", name="one_source"),
        CheckConstraint("state IN ('draft', 'submitted', 'superseded')", name="state"),
        CheckConstraint("state = 'draft' OR submitted_at IS NOT NULL", name="submitted_has_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    state: Mapped[str] = mapped_column(String(12), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    score: Mapped[Decimal | None] = mapped_column(ScaledDecimal(9))
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    assignment: Mapped[Assignment | None] = relationship()
    invitation: Mapped[Invitation | None] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Redaction(db.Model):
    """HR hides words of one free answer; the answer stays as it was given. The newest one of an answer counts.

    `shown` is read instead (empty: nothing is); a redaction that is taken back shows the whole again.
    """

    __tablename__ = "redaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), index=True)
    question: Mapped[str] = mapped_column(String(60))
    shown: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(String(500))
    taken_back: Mapped[bool] = mapped_column(default=False)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)

    submission: Mapped[Submission] = relationship()


class AnswerFile(db.Model):
    """A file that answers a question of a staff form; customers hand in none."""

    __tablename__ = "answer_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), index=True)
    question: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    assignment: Mapped[Assignment] = relationship()
