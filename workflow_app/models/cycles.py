"""Cycles, reviews and their stages."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from states.errors import Message
from states.exclusions import exclusion_words
from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db
from workflow_app.models.people import Employee
from workflow_app.models.schemes import SchemeVersion


class Cycle(db.Model):
    """One run of one cycle kind over one period, pinned to a scheme version."""

    __tablename__ = "cycle"
    __table_args__ = (
        UniqueConstraint("scheme_version_id", "kind", "period", "title_en"),
        UniqueConstraint("recurring_id", "period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    kind: Mapped[str] = mapped_column(String(40))
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    period: Mapped[str] = mapped_column(String(10))
    period_start: Mapped[date]
    period_end: Mapped[date]
    state: Mapped[str] = mapped_column(String(20), default="draft", index=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recurring_id: Mapped[int | None] = mapped_column(ForeignKey("recurring_cycle.id"))
    role_holders: Mapped[dict[str, int]] = mapped_column(JSON, default=dict, server_default="{}")
    """Role of the scheme → the employee whom HR chose for it in this cycle."""
    launched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    returned_reason: Mapped[str | None] = mapped_column(String(1000))
    composed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    distributed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    scheme_version: Mapped[SchemeVersion] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Review(db.Model):
    """One person in one cycle. `version` is the number of its events (bumped by record_event).

    Department, post, population and raters are as they stood at launch. Computed, calibrated and
    final band are three columns: none overwrites another.
    """

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("cycle_id", "employee_id"),
        Index("ix_review_cycle_state", "cycle_id", "state"),
        CheckConstraint("final_band IS NULL OR approved_at IS NOT NULL", name="final_is_approved"),
        CheckConstraint("state != 'excluded' OR excluded_reason IS NOT NULL", name="exclusion_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    state: Mapped[str] = mapped_column(String(30))
    prev_state: Mapped[str | None] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(default=0)
    last_op: Mapped[str | None] = mapped_column(String(40))
    department: Mapped[str] = mapped_column(String(120))
    post: Mapped[str] = mapped_column(String(120))
    population: Mapped[str] = mapped_column(String(40))
    """Where the person is ranked: as on the cut-off date, once the totals are composed."""
    form_population: Mapped[str | None] = mapped_column(String(40))
    """The population that the forms were chosen by, where the ranking has moved away from it."""
    superior_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    vp_id: Mapped[int | None] = mapped_column(ForeignKey("employee.id"), index=True)
    excluded_code: Mapped[str | None] = mapped_column(String(20))
    excluded_reason: Mapped[str | None] = mapped_column(String(500))

    parts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict, server_default="{}")
    total: Mapped[Decimal | None] = mapped_column(ScaledDecimal(2))
    months_counted: Mapped[int | None]
    rank: Mapped[int | None]
    ranked_in: Mapped[str | None] = mapped_column(String(40))
    """The population in which the person is ranked: another than `population` where HR merged them."""
    flags: Mapped[list[str]] = mapped_column(JSON, default=list)
    explanation: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    computed_band: Mapped[str | None] = mapped_column(String(8))
    calibrated_band: Mapped[str | None] = mapped_column(String(8))
    final_band: Mapped[str | None] = mapped_column(String(8))
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    cycle: Mapped[Cycle] = relationship()
    employee: Mapped[Employee] = relationship(foreign_keys=[employee_id])
    superior: Mapped[Employee | None] = relationship(foreign_keys=[superior_id])
    vp: Mapped[Employee | None] = relationship(foreign_keys=[vp_id])
    stages: Mapped[list["ReviewStage"]] = relationship(order_by="ReviewStage.position", back_populates="review")

    @property
    def rated_as(self) -> str:
        """The population whose forms this review is filled on."""
        return self.form_population or self.population

    @property
    def exclusion(self) -> Message | str | None:
        """Why the person is out of the cycle, to be shown in the reader's language; None where not."""
        return exclusion_words(self.excluded_code or "", self.excluded_reason or "") if self.excluded_reason else None

    def part(self, code: str) -> Decimal | None:
        """A part of the total by its code in the scheme, rounded for display; None where it is missing."""
        held = self.parts.get(code)
        return None if held is None else Decimal(held)


class PopulationMerge(db.Model):
    """HR ranks a small population of a cycle together with another, with a reason (scheme §5)."""

    __tablename__ = "population_merge"
    __table_args__ = (UniqueConstraint("cycle_id", "population"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"))
    population: Mapped[str] = mapped_column(String(40))
    into: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500))
    merged_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    merged_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ReviewStage(db.Model):
    """One stage of one review: waiting, open, done or omitted (with a recorded reason)."""

    __tablename__ = "review_stage"
    __table_args__ = (
        UniqueConstraint("review_id", "stage"),
        CheckConstraint("state IN ('waiting', 'open', 'done', 'omitted')", name="state"),
        CheckConstraint("state != 'omitted' OR omission_reason IS NOT NULL", name="omission_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    stage: Mapped[str] = mapped_column(String(30))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    alongside: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    omission_reason: Mapped[str | None] = mapped_column(String(500))

    review: Mapped[Review] = relationship(back_populates="stages")
