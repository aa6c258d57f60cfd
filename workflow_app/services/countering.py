"""Counter-entries: how an entry is taken back, and with an offence the sanction that came with it (scheme §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor


def is_taken_back(entry: LedgerEntry) -> bool:
    """Whether a counter-entry names it."""
    return db.session.scalar(select(LedgerEntry.id).filter_by(corrects_id=entry.id)) is not None


def sanctions_of(offence: LedgerEntry) -> Sequence[LedgerEntry]:
    """The sanctions that were recorded for an offence and that still stand."""
    back = select(LedgerEntry.corrects_id).where(LedgerEntry.corrects_id.is_not(None))
    query = select(LedgerEntry).where(LedgerEntry.follows_id == offence.id, LedgerEntry.id.not_in(back))
    return db.session.scalars(query).all()


def counter(
    entry: LedgerEntry, note: str, *, author_id: int | None, actor: Actor, now: datetime
) -> tuple[LedgerEntry, list[LedgerEntry]]:
    """Take an entry back, and the sanctions of an offence with it: the counter-entry, and those of the sanctions."""
    with_it = [_counter(one, note, author_id, actor, now) for one in sanctions_of(entry)]
    made = _counter(entry, note, author_id, actor, now)
    db.session.add_all([made, *with_it])
    db.session.flush()
    return made, with_it


def _counter(entry: LedgerEntry, note: str, author_id: int | None, actor: Actor, now: datetime) -> LedgerEntry:
    return LedgerEntry(
        employee_id=entry.employee_id, review_id=entry.review_id, kind="counter", form=entry.form, item=entry.item,
        rule=entry.rule, rung=entry.rung, note=note, happened_on=entry.happened_on, corrects_id=entry.id,
        author_id=author_id, recorded_by_id=actor.account_id, recorded_at=now,
    )
