"""Statements that are a transaction of their own, on PostgreSQL: no ping before them, no round trips around them.

For the few pages that thousands of people open in the same hour. A statement that fails for whatever reason is told
as `NotAtOnceError`, without its values, and whoever asked does the same the ordinary way.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
from flask import g

from workflow_app.db import db

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.pool import PoolProxiedConnection

ENGINE = "glance"


class NotAtOnceError(Exception):
    """It has to be done the ordinary way."""


def can_at_once() -> bool:
    """Whether this database takes statements so: PostgreSQL does."""
    return ENGINE in db.engines


def row_of(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The first row of a statement in psycopg's own words (`%(name)s`), which is prepared once a connection."""
    with _connection() as pooled:
        driver: Any = pooled.driver_connection
        found: tuple[Any, ...] | None = driver.execute(statement, values, prepare=True).fetchone()
        return found


def last_row_of(prepared: Mapping[str, str], calls: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    """Execute statements that were prepared by name in one message: one transaction, the first row of the last one.

    Each of them sees what was committed before it began, so a second one sees what a lock of the first waited for.
    """
    with _connection() as pooled:
        driver: Any = pooled.driver_connection
        for name, statement in prepared.items():
            if name not in pooled.info:
                driver.execute(statement)
                pooled.info[name] = True
        cursor = psycopg.ClientCursor(driver)
        cursor.execute(calls, values)
        while cursor.nextset():
            pass
        return cursor.fetchone()


@contextmanager
def one_connection() -> Iterator[None]:
    """What is done at once in a request inside this shares a connection."""
    with _connection() as pooled:
        g.at_once = pooled
        try:
            yield
        finally:
            g.pop("at_once", None)


@contextmanager
def _connection() -> Iterator[PoolProxiedConnection]:
    shared: PoolProxiedConnection | None = g.get("at_once")
    if shared is not None:
        try:
            yield shared
        except psycopg.Error:
            g.pop("at_once", None)
            shared.invalidate()
            raise NotAtOnceError from None
        return
    pooled = db.engines[ENGINE].raw_connection()
    try:
        yield pooled
    except psycopg.Error:
        # Whatever it was: the next one who needs a connection gets a new one.
        pooled.invalidate()
        raise NotAtOnceError from None
    finally:
        pooled.close()
