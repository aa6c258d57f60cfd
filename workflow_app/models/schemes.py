"""Scheme versions, their notices to the people they rate, and the kinds of cycle that open by the clock."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, attributes, mapped_column

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db


class SchemeVersion(db.Model):
    """One version of a scheme file: draft, published (immutable from then on) or retired.

    A draft has no number: it gets the next one of its code when it is published. `revision` counts the
    saves of a draft, so that two people who edit it notice each other.
    """

    __tablename__ = "scheme_version"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("state IN ('draft', 'published', 'retired')", name="state"),
        CheckConstraint("state = 'draft' OR version IS NOT NULL", name="published_has_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60))
    version: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20), default="draft")
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, deferred=True)  # read once a process, not with every cycle
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(String(1000), default="", server_default="")
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("scheme_version.id"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": revision}


FROZEN = ("code", "version", "text", "digest", "title_zh", "title_en", "published_at")
"""What never changes once a version is published: figures that were made by it must stay explainable."""


class PublishedVersionChanged(RuntimeError):  # noqa: N818 - a fault of the program, named for what happened
    """Somebody tried to change or delete a published version."""


@event.listens_for(SchemeVersion, "before_update")
def _keep_published(_mapper: Any, _connection: Any, version: SchemeVersion) -> None:
    was_draft = "draft" in (attributes.get_history(version, "state").deleted or [version.state])
    changed = [name for name in FROZEN if attributes.get_history(version, name).has_changes()]
    if not was_draft and changed:
        raise PublishedVersionChanged(f"scheme version {version.id} is published: {', '.join(changed)} must stay")


@event.listens_for(SchemeVersion, "before_delete")
def _keep_whole(_mapper: Any, _connection: Any, version: SchemeVersion) -> None:
    if version.state != "draft":
        raise PublishedVersionChanged(f"scheme version {version.id} is published and must stay")


class SchemeNotice(db.Model):
    """A person rated by a published version was told of it, and signs to have read it."""

    __tablename__ = "scheme_notice"
    __table_args__ = (UniqueConstraint("scheme_version_id", "employee_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_version_id: Mapped[int] = mapped_column(ForeignKey("scheme_version.id"))
    employee_id: Mapped[int] = mapped_column(ForeignKey("employee.id"), index=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecurringCycle(db.Model):
    """A kind of cycle that the clock opens, one for every period, once each."""

    __tablename__ = "recurring_cycle"
    __table_args__ = (UniqueConstraint("scheme_code", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)
    first_period: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(default=1)
    switched_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    switched_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __mapper_args__ = {"version_id_col": version}
