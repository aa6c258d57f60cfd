"""The append-only history, and the personal details that can be erased from beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db


class Event(db.Model):
    """One thing that happened. Committed unsealed; the sealer chains it within seconds."""

    __tablename__ = "event"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(60))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    digest: Mapped[str | None] = mapped_column(String(64))
    block_id: Mapped[int | None] = mapped_column(ForeignKey("event_block.id"), index=True)

    detail: Mapped["EventDetail | None"] = relationship(back_populates="event")


class EventDetail(db.Model):
    """Personal before and after values of an event; an erasure is an event of its own."""

    __tablename__ = "event_detail"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    event: Mapped[Event] = relationship(back_populates="detail")


class EventBlock(db.Model):
    """One link of the chain: the digest of its events and of the block before."""

    __tablename__ = "event_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    count: Mapped[int]
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime)
