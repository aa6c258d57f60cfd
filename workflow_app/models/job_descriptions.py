"""Job descriptions per post (scheme §7, Table 1), edited by HR from what the scheme says."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.column_types import UtcDateTime
from workflow_app.db import db


class JobDescription(db.Model):
    """What a post is for: sections of {title: {zh, en}, lines: [{zh, en}]}."""

    __tablename__ = "job_description"

    id: Mapped[int] = mapped_column(primary_key=True)
    post: Mapped[str] = mapped_column(String(120), unique=True)
    title_zh: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200))
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))

    __mapper_args__ = {"version_id_col": version}
