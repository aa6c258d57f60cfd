"""The ledger: deductions, bonuses, offences, rewards and sanctions. Rows are added, never changed.

A correction is a counter-entry that names the entry it takes back. Only the person's reply and its time
are written into a row later, once.
"""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db
from workflow_app.models.cycles import Review
from workflow_app.models.people import Employee


class LedgerEntry(db.Model):
    """One entry about one person. `points` are what it takes or brings, never negative.

    `review_id` is the sheet it belongs to; a reward or sanction may stand without one. `standing_until` is
    the last day on which a sanction counts; NULL is without end. `follows_id` is the offence of a sanction.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("kind IN ('deduction', 'bonus', 'offence', 'reward', 'sanction', 'counter')", name="kind"),
        CheckConstraint("points IS NULL OR points >= 0", name="points"),
        CheckConstraint("(kind = 'counter') = (corrects_id IS NOT NULL)", name="counter_corrects"),
        CheckConstraint("reply IS NULL OR replied_at IS NOT NULL", name="reply_has_time"),
        Index("ix_ledger_entry_employee_happened", "employee_id", "happened_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))
    form: Mapped[str] = mapped_column(String(60), default="")
    item: Mapped[str] = mapped_column(String(60), default="")
    clause: Mapped[str] = mapped_column(String(60), default="")
    rule: Mapped[str] = mapped_column(String(60), default="")
    rung: Mapped[str] = mapped_column(String(60), default="")
    times: Mapped[int] = mapped_column(default=1)
    points: Mapped[Decimal | None] = mapped_column(ScaledDecimal(6))
    happened_on: Mapped[date]
    standing_until: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(1000), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), unique=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    reply: Mapped[str | None] = mapped_column(String(1000))
    replied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    author: Mapped[Employee | None] = relationship(foreign_keys=[author_id])
    review: Mapped[Review | None] = relationship()
    corrects: Mapped["LedgerEntry | None"] = relationship(remote_side=[id], foreign_keys=[corrects_id])
    files: Mapped[list["EvidenceFile"]] = relationship(back_populates="entry", order_by="EvidenceFile.id")


class EvidenceFile(db.Model):
    """A file that proves something: of a ledger entry, an appeal or an action."""

    __tablename__ = "evidence_file"
    __table_args__ = (
        CheckConstraint("ledger_entry_id IS NOT NULL OR appeal_id IS NOT NULL OR action_id IS NOT NULL", name="subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"), index=True)
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("appeal.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20), default="evidence")
    filename: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    entry: Mapped[LedgerEntry | None] = relationship(back_populates="files")
