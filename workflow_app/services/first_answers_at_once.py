"""A first answer on PostgreSQL: one look at what was asked, and one message that locks, decides anew and writes.

The two statements of that message are one transaction. The second one begins once the first holds the locks, so it sees
what whoever held them before has committed; it writes all or nothing.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from states.machines.machine import fire
from workflow_app.at_once import last_row_of, row_of

if TYPE_CHECKING:
    from datetime import datetime

_LOOK = """
SELECT i.id, i.generation, i.form, c.language, y.kind, v.digest, i.state, i.version, i.draft_saved_at
FROM invitation i
JOIN review r ON r.id = i.review_id
JOIN customer c ON c.id = i.customer_id
JOIN cycle y ON y.id = r.cycle_id
JOIN scheme_version v ON v.id = y.scheme_version_id
WHERE i.token_hash = %(digest)s
"""
# The review first, as everything that moves a review does (answering.lock_invitation).
_HOLD = """
PREPARE kaoping_hold (int) AS
SELECT i.id FROM review r JOIN invitation i ON i.review_id = r.id WHERE i.id = $1 FOR UPDATE OF r, i
"""
_WRITE = """
PREPARE kaoping_answer (int, int, int, text, text, timestamptz, json, bigint, text, text, timestamptz) AS
WITH moved AS (
    UPDATE invitation i SET state = $4, version = i.version + 1, reference = coalesce(i.reference, $5),
        opened_at = coalesce(i.opened_at, $6), closed_at = $6, draft = NULL, draft_saved_at = NULL
    FROM review r JOIN cycle y ON y.id = r.cycle_id
    WHERE r.id = i.review_id AND i.version = $3 AND i.expires_at > $6 AND i.draft_saved_at IS NOT DISTINCT FROM $11
        AND {plain}
    RETURNING i.id
), kept AS (
    INSERT INTO submission (invitation_id, number, state, version, answers, score, saved_at, submitted_at)
    SELECT id, 1, 'submitted', 1, $7, $8, $6, $6 FROM moved
), noted AS (
    INSERT INTO event (subject_type, subject_id, version, kind, at, data)
    SELECT 'invitation', m.id, coalesce((
        SELECT max(e.version) FROM event e WHERE e.subject_type = 'invitation' AND e.subject_id = m.id
    ), 0) + 1, $9, $6, '{{"number": 1}}' FROM moved m
)
SELECT id FROM moved
"""
_CALLS = "EXECUTE kaoping_hold (%s); EXECUTE kaoping_answer (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_NAMED = {
    ":id": "$1", ":generation": "$2", ":stage": "$10",
    ":invited": "'invitation-' || $1::text || '-%'", ":reminded": "'reminder-' || $1::text || '-%'",
}  # fmt: skip


class Looked(NamedTuple):
    """An invitation as it was when its answer arrived; nothing is locked."""

    id: int
    generation: int
    form: str
    language: str
    kind: str
    digest: str
    state: str
    version: int
    draft_saved_at: datetime | None


def look(digest: str) -> Looked | None:
    """The invitation of a token's digest. Raises NotAtOnceError."""
    row = row_of(_LOOK, {"digest": digest})
    return Looked(*row) if row is not None else None


def statements(plain: str) -> dict[str, str]:
    """What a connection prepares; `plain` is the condition of the common case (services/first_answers)."""
    for name, place in _NAMED.items():
        plain = plain.replace(name, place)
    return {"kaoping_hold": _HOLD, "kaoping_answer": _WRITE.format(plain=plain)}


def write(
    prepared: dict[str, str], seen: Looked, answers: dict[str, Any], *,
    stage: str, score: int | None, reference: str, kind: str, now: datetime,
) -> bool:  # fmt: skip
    """Keep the answers if the case is still the common one; False, and nothing is written, where it is not.

    `score` is scaled as its column is. Raises NotAtOnceError, after which it is unknown whether they were kept: the
    ordinary way finds out, and takes them for a repeat if they were.
    """
    moved = fire("invitation", "submit", seen.state)
    values = (
        seen.id, seen.id, seen.generation, seen.version, moved, reference, now, json.dumps(answers), score, kind, stage,
        seen.draft_saved_at,
    )  # fmt: skip
    return last_row_of(prepared, _CALLS, values) is not None
