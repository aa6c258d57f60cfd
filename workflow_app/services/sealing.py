"""Sealing the history: committed events are chained in blocks, so that no later change goes unseen.

An event is committed unsealed. One sealer at a time takes what is committed, writes each event's digest
and closes a block whose digest covers the block before. Whoever keeps the last digest elsewhere can prove
that nothing up to it was changed, removed or put in between.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, func, select, text, update

from states.errors import Message
from workflow_app.db import db
from workflow_app.models import Event, EventBlock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

BLOCK = 1000
GENESIS = "0" * 64
# An arbitrary number that only the sealers know; held for one transaction (PgBouncer loses session locks).
_SEALERS_LOCK = 7302561


@dataclass
class Audit:
    """What a check of the chain found. `unsealed` counts events still waiting for their block."""

    blocks: int = 0
    events: int = 0
    unsealed: int = 0
    head: str = GENESIS
    faults: list[Message] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Nothing was found to be changed, missing or put in between."""
        return not self.faults


def seal(*, now: datetime, limit: int = BLOCK) -> int:
    """Close one block over the oldest unsealed events; how many it holds (0: nothing was waiting)."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SEALERS_LOCK})
    rows = db.session.execute(_events().where(Event.block_id.is_(None)).order_by(Event.id).limit(limit)).all()
    if not rows:
        return 0
    digests = [event_digest(row) for row in rows]
    previous = db.session.scalar(select(EventBlock.digest).order_by(EventBlock.id.desc()).limit(1)) or GENESIS
    block = EventBlock(
        previous=previous, digest=block_digest(previous, digests), count=len(rows), sealed_at=now
    )
    db.session.add(block)
    db.session.flush()
    db.session.execute(
        update(Event),
        [{"id": row.id, "digest": digest, "block_id": block.id} for row, digest in zip(rows, digests, strict=True)],
    )
    return len(rows)


def event_digest(row: Any) -> str:
    """SHA-256 of what an event says, in one canonical form on every database."""
    said = [
        row.id, row.subject_type, row.subject_id, row.version, row.kind, row.actor_id,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"), row.data,
    ]
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def block_digest(previous: str, digests: Sequence[str]) -> str:
    """SHA-256 over the block before and the events of this one, in order."""
    return hashlib.sha256("\n".join([previous, *digests]).encode()).hexdigest()


def count_blocks() -> int:
    """How many blocks `check_blocks` will go through."""
    return db.session.scalar(select(func.count()).select_from(EventBlock)) or 0


def check_blocks(audit: Audit) -> Iterator[Audit]:
    """Go through the chain block by block, noting faults in `audit`; yields it after each block."""
    blocks = db.session.execute(
        select(EventBlock.id, EventBlock.previous, EventBlock.digest, EventBlock.count.label("held")).order_by(EventBlock.id)
    ).all()
    for block in blocks:
        _check_block(block, audit)
        yield audit
    audit.unsealed = _count(Event.block_id.is_(None))
    _check_versions(audit)


def verify() -> Audit:
    """Check the whole chain at once."""
    audit = Audit()
    for _ in check_blocks(audit):
        pass
    return audit


def _events() -> Select[Any]:
    """What a digest covers. Columns, not objects: what counts is what the database says."""
    return select(
        Event.id, Event.subject_type, Event.subject_id, Event.version, Event.kind, Event.actor_id, Event.at,
        Event.data, Event.digest,
    )


def _check_block(block: Row[Any], audit: Audit) -> None:
    if block.previous != audit.head:
        audit.faults.append(Message("Block %(block)s does not follow the block before it.", block=block.id))
    rows = db.session.execute(_events().where(Event.block_id == block.id).order_by(Event.id)).all()
    if len(rows) != block.held:
        audit.faults.append(
            Message("Block %(block)s held %(count)s events; %(found)s are there.",
                    block=block.id, count=block.held, found=len(rows))
        )
    digests = [event_digest(row) for row in rows]
    changed = [row for row, digest in zip(rows, digests, strict=True) if row.digest != digest]
    audit.faults.extend(
        Message("Event %(event)s (%(kind)s of %(subject)s %(number)s) was changed after it was sealed.",
                event=row.id, kind=row.kind, subject=row.subject_type, number=row.subject_id)
        for row in changed
    )
    if not changed and block_digest(block.previous, digests) != block.digest:
        audit.faults.append(Message("The digest of block %(block)s does not fit its events.", block=block.id))
    audit.blocks += 1
    audit.events += len(rows)
    audit.head = block.digest


def _check_versions(audit: Audit) -> None:
    """Every stream counts its events without a gap, sealed or not."""
    gaps = db.session.execute(
        select(Event.subject_type, Event.subject_id)
        .group_by(Event.subject_type, Event.subject_id)
        .having(func.max(Event.version) != func.count())
    ).all()
    audit.faults.extend(
        Message("The history of %(subject)s %(number)s has a gap.", subject=gap.subject_type, number=gap.subject_id)
        for gap in gaps
    )


def _count(condition: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(Event).where(condition)) or 0
