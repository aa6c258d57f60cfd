"""What the database broke off, because two waited for each other, is done once more: nothing of it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import OperationalError

from workflow_app.db import db

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

# PostgreSQL's serialization_failure and deadlock_detected.
BROKEN_OFF = frozenset({"40001", "40P01"})


def once_more(work: Callable[[], Result]) -> Result:
    """Do the work, and a second time if the database ended its transaction for another's sake; then it may fail."""
    try:
        return work()
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) not in BROKEN_OFF:
            raise
    db.session.rollback()
    return work()
