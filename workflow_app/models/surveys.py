"""A customer's personal link to a questionnaire."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models.cycles import Review
from workflow_app.models.people import Customer


class Invitation(db.Model):
    """One customer is asked about one review. Only the SHA-256 of the token is kept.

    The token itself is derived from the secret, the id and `generation`, so that a reminder can
    carry the same link; revoking or replacing raises `generation`.
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

    review: Mapped[Review] = relationship()
    customer: Mapped[Customer] = relationship()

    __mapper_args__ = {"version_id_col": version}
