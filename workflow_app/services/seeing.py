"""That a customer's link was opened, noted beside everything else: it locks nothing and waits for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from workflow_app.db import db

if TYPE_CHECKING:
    from datetime import datetime

_SEEN = text("UPDATE invitation SET seen_at = :now WHERE id = :number AND seen_at IS NULL")


def seen_at_once(invitation_id: int, *, now: datetime) -> bool:
    """Note the first look at a link by a single statement; False where it has to be done in a transaction.

    The only write outside one: it is one statement, about a moment that decides nothing, and most looks are first ones.
    """
    engine = db.engines.get("glance")
    if engine is None:
        return False
    try:
        with engine.connect() as connection:
            connection.execute(_SEEN, {"now": now, "number": invitation_id})
    except OperationalError:  # a connection that was cut while it was idle
        return False
    return True
