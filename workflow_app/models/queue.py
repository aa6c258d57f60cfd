"""The durable queue, timers, mail, progress and settings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db


class OutboxMessage(db.Model):
    """A job that was asked for in the same transaction as the change that needs it."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_unfinished", "done_at", "sent_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(36), unique=True)
    job: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)


class InboxMessage(db.Model):
    """A message whose effect is in the database: redelivery has none."""

    __tablename__ = "inbox_message"

    message_key: Mapped[str] = mapped_column(String(80), primary_key=True)
    job: Mapped[str] = mapped_column(String(60))
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Incident(db.Model):
    """A job whose retries are used up: somebody retries or skips it."""

    __tablename__ = "incident"
    __table_args__ = (CheckConstraint("state IN ('open', 'retried', 'skipped')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_key: Mapped[str] = mapped_column(String(80), index=True)
    job: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="open")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Timer(db.Model):
    """Something due at a moment; claimed once per generation."""

    __tablename__ = "timer"
    __table_args__ = (
        UniqueConstraint("subject_type", "subject_id", "kind", "generation"),
        Index("ix_timer_due", "fired_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    generation: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class MailMessage(db.Model):
    """A mail to send, or kept to be read in the application where no SMTP is set.

    One to a customer holds no link: `{survey-link}` stands for it, and is filled in when the mail is sent.
    `withdrawn`: when its turn came there was nothing left to ask; `last_error` says why.
    """

    __tablename__ = "mail_message"
    __table_args__ = (CheckConstraint("state IN ('queued', 'sent', 'kept', 'failed', 'withdrawn')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    to_address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="queued", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
    domain: Mapped[str] = mapped_column(String(190), default="", index=True)
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounced_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bounce_reason: Mapped[str | None] = mapped_column(String(300))


class Progress(db.Model):
    """How far a long job of one subject is."""

    __tablename__ = "progress"
    __table_args__ = (UniqueConstraint("subject_type", "subject_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    total: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)


class Setting(db.Model):
    """A fact about this database, such as being a sample (set when it is created, never after)."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
