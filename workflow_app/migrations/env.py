"""Migrations run on the application's own engine."""

from typing import Any, Literal

from alembic import context
from flask import current_app

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our column types as the plain ones underneath: a migration must outlive the models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ScaledDecimal):
        return "sa.BigInteger()"
    return False


with current_app.extensions["migrate"].db.engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_as_batch=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
