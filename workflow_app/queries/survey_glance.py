"""What the customer's page needs to know in the common case, by one statement.

A link to one person, nothing answered, nothing kept, still open. Whatever is otherwise is no such case, and the
page goes the ordinary way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

from states.stages import FINISHED
from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.survey_links import digest_of, tidied

if TYPE_CHECKING:
    from datetime import datetime

_FINISHED = ", ".join(f"'{state}'" for state in sorted(FINISHED))
# As text: putting the statement together by its parts would take longer than the database does.
_STATEMENT = f"""
SELECT i.id, i.generation, i.form, i.expires_at, i.seen_at, e.name, c.language, y.id AS cycle_id, y.scheme_version_id,
    y.kind, y.period,
    (SELECT count(*) FROM invitation o WHERE o.review_id = i.review_id AND o.state <> 'revoked'),
    (SELECT k.version FROM campaign k WHERE k.cycle_id = y.id),
    (SELECT {{joined}}(g.stage, ',') FROM review_stage g WHERE g.review_id = r.id AND g.state IN ({_FINISHED}))
FROM invitation i
JOIN customer c ON c.id = i.customer_id
JOIN review r ON r.id = i.review_id
JOIN employee e ON e.id = r.employee_id
JOIN cycle y ON y.id = r.cycle_id
WHERE i.token_hash = {{digest}} AND i.state IN ('created', 'sent', 'opened') AND i.draft IS NULL AND i.leader_id IS NULL
    AND r.state <> 'excluded' AND y.state = 'open'
    AND NOT EXISTS (SELECT 1 FROM invitation f WHERE f.leader_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.invitation_id = i.id)
"""  # noqa: S608 (of constants)


class Glance(NamedTuple):
    """One open invitation, as its page shows it."""

    id: int
    generation: int
    form: str
    expires_at: datetime
    seen_at: datetime | None
    person: str
    language: str
    cycle_id: int
    scheme_version_id: int
    kind: str
    period: str
    asked: int
    campaign: int | None
    finished: str | None

    @property
    def finished_stages(self) -> frozenset[str]:
        """The codes of the stages of the review that are over."""
        return frozenset((self.finished or "").split(","))


def statement(joined: str, digest: str) -> str:
    """The statement in the words of a database: its way to join texts, and where the token's digest goes."""
    return _STATEMENT.format(joined=joined, digest=digest)


_MOMENTS: Any = {"expires_at": UtcDateTime(), "seen_at": UtcDateTime()}
_ORDINARY: Any = text(statement("group_concat", ":digest")).columns(**_MOMENTS)


def glance_at(token: str) -> Glance | None:
    """The invitation of a current token in the common case, on SQLite; None in every other."""
    row = db.session.execute(_ORDINARY, {"digest": digest_of(tidied(token))}).first()
    return Glance(*row) if row is not None else None
