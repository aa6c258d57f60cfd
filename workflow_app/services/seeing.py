"""A customer's link is opened: what its page needs, and that it was opened, in one statement where that can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_app.at_once import NotAtOnceError, can_at_once, row_of
from workflow_app.queries.survey_glance import Glance, glance_at, statement
from workflow_app.survey_links import digest_of, tidied

if TYPE_CHECKING:
    from datetime import datetime

# A write outside a unit of work: one statement, about a moment that decides nothing, and most looks are first ones.
_LOOK = f"""
WITH glance AS ({statement("string_agg", "%(digest)s")}),
seen AS (
    UPDATE invitation SET seen_at = %(now)s FROM glance
    WHERE invitation.id = glance.id AND invitation.seen_at IS NULL AND glance.seen_at IS NULL
        AND glance.expires_at > %(now)s
)
SELECT * FROM glance
"""  # noqa: S608 (of constants)


def look_at(token: str, *, now: datetime) -> tuple[Glance | None, bool]:
    """The invitation of a current token in the common case (None in every other), and whether its first look is noted.

    Before the link has run out, the look is noted with it on PostgreSQL; elsewhere that takes a transaction, which
    is left to the page.
    """
    if not can_at_once():
        found = glance_at(token)
        return found, found is not None and found.seen_at is not None
    try:
        row = row_of(_LOOK, {"digest": digest_of(tidied(token)), "now": now})
    except NotAtOnceError:  # such as a connection that was cut while it was idle
        return None, False
    return (Glance(*row), True) if row is not None else (None, False)
