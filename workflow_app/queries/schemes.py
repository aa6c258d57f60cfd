"""Published versions of schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import SchemeVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_ID = 2**31 - 1


def published_versions() -> Sequence[SchemeVersion]:
    """Every published version, the newest first."""
    query = select(SchemeVersion).where(SchemeVersion.state == "published")
    return db.session.scalars(query.order_by(SchemeVersion.published_at.desc(), SchemeVersion.id.desc())).all()


def version_by_id(number: int) -> SchemeVersion | None:
    """A published version; a draft is nobody's business yet."""
    return db.session.scalar(select(SchemeVersion).filter_by(id=min(number, LARGEST_ID), state="published"))
