"""Who saved a draft of a scheme last, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Account, Event

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import SchemeVersion

SAVES = ("scheme_draft_started", "scheme_draft_saved", "scheme_published", "scheme_draft_discarded")


class Save(NamedTuple):
    """The name of whoever saved (nothing for the system), and the moment."""

    name: str
    at: datetime


def last_save(draft: SchemeVersion) -> Save | None:
    """The last time that the draft was written, or None."""
    query = (
        select(Event)
        .where(Event.subject_type == "scheme", Event.subject_id == draft.id, Event.kind.in_(SAVES))
        .order_by(Event.version.desc())
        .limit(1)
    )
    event = db.session.scalar(query)
    if event is None:
        return None
    account = db.session.get(Account, event.actor_id) if event.actor_id else None
    person = account.employee if account else None
    return Save(person.name if person else (account.username if account else ""), event.at)
