"""Asking customers: the campaign of a cycle, the personal links, what is published of the answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from states.declines import parted
from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models.cycles import Cycle, Review
from workflow_app.models.people import Customer


class Campaign(db.Model):
    """How the customers of one cycle are asked: by which rule they are chosen, when reminded, in which words.

    `rule` is what HR chose last (services/choosing_customers); `reminder_days` are days before the last day.
    """

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("cycle.id"), unique=True)
    version: Mapped[int] = mapped_column(default=1)
    rule: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    shared_links: Mapped[bool] = mapped_column(default=True)
    reminder_days: Mapped[list[int]] = mapped_column(JSON, default=list)
    grace_hours: Mapped[int] = mapped_column(default=2)
    note_zh: Mapped[str] = mapped_column(String(1000), default="")
    note_en: Mapped[str] = mapped_column(String(1000), default="")
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)

    cycle: Mapped[Cycle] = relationship()

    __mapper_args__ = {"version_id_col": version}


class Invitation(db.Model):
    """One customer is asked about one review. Only the SHA-256 of the token is kept.

    The token itself is derived from the secret, the id and `generation`, so that a reminder can
    carry the same link; revoking or replacing raises `generation`. Where one customer is asked about several
    people, the others name a leader: its link opens all of them. `opened_at` is the first sent form (begun),
    `seen_at` the first page fetched, by whomever: it decides nothing. `draft` goes with the answer.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("review_id", "customer_id"),
        CheckConstraint("state IN ('created', 'sent', 'opened', 'submitted', 'declined', 'revoked')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"))
    form: Mapped[str] = mapped_column(String(60))
    state: Mapped[str] = mapped_column(String(12), default="created")
    version: Mapped[int] = mapped_column(default=1)
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    reference: Mapped[str | None] = mapped_column(String(12), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decline_kind: Mapped[str | None] = mapped_column(String(20))
    decline_reason: Mapped[str | None] = mapped_column(String(500))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce_reason: Mapped[str | None] = mapped_column(String(300))
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    draft_saved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    review: Mapped[Review] = relationship()
    customer: Mapped[Customer] = relationship()
    leader: Mapped["Invitation | None"] = relationship(remote_side=[id])

    __mapper_args__ = {"version_id_col": version}

    @property
    def declined_because(self) -> str:
        """The reason in the customer's words; `decline_reason` holds the right contact as well."""
        return parted(self.decline_reason)[0]

    @property
    def right_contact(self) -> str:
        """Who should be asked instead, as the customer says: for HR's eyes, nobody is written to by it."""
        return parted(self.decline_reason)[1]


class SurveyPublication(db.Model):
    """What the person rated may read of the answers: kept as it was published, never worked out again.

    A later one differs from the earlier by nobody, or by as many customers as may be shown (services/publishing_answers).
    """

    __tablename__ = "survey_publication"
    __table_args__ = (UniqueConstraint("review_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    form: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    review: Mapped[Review] = relationship()
