"""Migrations run on the application's own engine."""

from typing import Any, Literal

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from workflow_app.column_types import ScaledDecimal, UtcDateTime
from workflow_app.db import db


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our column types as the plain ones underneath: a migration must outlive the models."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ScaledDecimal):
        return "sa.BigInteger()"
    return False


def without_foreign_keys(connection: Connection) -> None:
    """SQLite changes a table by copying it: with foreign keys on, dropping the old one would empty others.

    Said to the driver before a transaction begins; inside one it has no effect.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute("PRAGMA foreign_keys = OFF")


def with_foreign_keys(connection: Connection) -> None:
    """Nothing may point into the void after a copy; then the keys are watched again."""
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    lost = cursor.execute("PRAGMA foreign_key_check").fetchall()
    cursor.execute("PRAGMA foreign_keys = ON")
    if lost:
        message = f"rows that point nowhere after the migration: {lost[:5]}"
        raise RuntimeError(message)


with current_app.extensions["migrate"].db.engine.connect() as connection:
    without_foreign_keys(connection)
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
    with_foreign_keys(connection)
