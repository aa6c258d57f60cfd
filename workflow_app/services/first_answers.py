"""The common case of an answer, in few statements: a first one, to a link of one person, while others are still asked.

It says the same as `answering.submit_answers`, and the tests compare every table after both. Whatever is otherwise
(an answer changed or repeated, the last one of a survey, a shared link, a mail to take back, the time of grace) is
`NotPlainError`, before anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import TextClause, bindparam, insert, text, update

from states.exact import half_up
from states.machines.machine import fire
from states.questions import unanswered_required, without_hidden
from states.scheme.forms import Questionnaire
from states.scoring import score_form
from states.stages import FINISHED
from workflow_app.at_once import NotAtOnceError, can_at_once
from workflow_app.column_types import UtcDateTime
from workflow_app.db import db
from workflow_app.models import Event, Invitation, Submission
from workflow_app.queries.surveys import UNANSWERED
from workflow_app.schemes import scheme_read
from workflow_app.services import first_answers_at_once as at_once
from workflow_app.services.answering import SCORE_PLACES, new_reference, says_anything
from workflow_app.survey_links import digest_of, tidied

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from sqlalchemy import Row

_UNANSWERED = "('created', 'sent', 'opened')"
_FINISHED = ", ".join(f"'{state}'" for state in sorted(FINISHED))
# The review first, as everything that moves a review does (answering.lock_invitation).
_HOLD = """
SELECT i.id, i.generation, i.form, c.language, y.kind, v.digest, i.draft_saved_at
FROM review r
JOIN invitation i ON i.review_id = r.id
JOIN customer c ON c.id = i.customer_id
JOIN cycle y ON y.id = r.cycle_id
JOIN scheme_version v ON v.id = y.scheme_version_id
WHERE i.token_hash = :digest
"""
_PLAIN = f"""
    i.id = :id AND i.generation = :generation AND i.state IN {_UNANSWERED} AND i.leader_id IS NULL
    AND r.state <> 'excluded' AND y.state = 'open'
    AND NOT EXISTS (SELECT 1 FROM submission s WHERE s.invitation_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM invitation f WHERE f.leader_id = i.id)
    AND NOT EXISTS (SELECT 1 FROM review_stage g WHERE g.review_id = r.id AND g.stage = :stage AND g.state IN ({_FINISHED}))
    AND EXISTS (SELECT 1 FROM invitation o WHERE o.review_id = i.review_id AND o.id <> i.id AND o.state IN {_UNANSWERED})
    AND NOT EXISTS (SELECT 1 FROM mail_message m WHERE m.state = 'queued' AND (m.key LIKE :invited OR m.key LIKE :reminded))
"""  # noqa: S608 (of constants)
# Asked once the lock is held, so that it sees what whoever held it before has committed.
_FACTS = f"""
SELECT i.state, i.version, i.expires_at, i.opened_at, i.reference,
    (SELECT max(e.version) FROM event e WHERE e.subject_type = 'invitation' AND e.subject_id = i.id) AS events
FROM invitation i
JOIN review r ON r.id = i.review_id
JOIN cycle y ON y.id = r.cycle_id
WHERE {_PLAIN}
"""  # noqa: S608 (of constants)


def _text(statement: str, **moments: Any) -> TextClause:
    return text(statement).columns(**moments)  # type: ignore[return-value]


# There the whole file is locked from the beginning of a transaction.
_HELD = _text(_HOLD, draft_saved_at=UtcDateTime())
_PREPARED = at_once.statements(_PLAIN)
_KNOWN = _text(_FACTS, expires_at=UtcDateTime(), opened_at=UtcDateTime())
_table: Any = Invitation.__table__
_ANSWERED = (
    update(_table)
    .where(_table.c.id == bindparam("number"), _table.c.version == bindparam("seen"))
    .values(
        state=bindparam("moved"), version=bindparam("seen") + 1, reference=bindparam("said"),
        opened_at=bindparam("opened"), closed_at=bindparam("closed"), draft=None, draft_saved_at=None,
    )
)  # fmt: skip
_SCALED: Any = Submission.__table__.c.score.type
_SUBMITTED = insert(Submission.__table__)
_RECORDED = insert(Event.__table__)


class NotPlainError(Exception):
    """Not the common case: the ordinary way decides."""


@dataclass(frozen=True)
class Held:
    """An invitation and its review, locked until the transaction ends; what of it never changes."""

    id: int
    generation: int
    form: str
    language: str
    kind: str
    spec: Questionnaire
    stage: str
    draft_saved_at: datetime | None
    seen: at_once.Looked | None = None


def hold(token: str) -> Held:
    """Find the invitation of a current token. Raises NotPlainError where there is none.

    On SQLite the transaction holds it from here on; on PostgreSQL it is locked where it is written.
    """
    digest = digest_of(tidied(token))
    row = _looked(digest) if can_at_once() else db.session.connection().execute(_HELD, {"digest": digest}).first()
    scheme = scheme_read(row.digest) if row is not None else None
    if row is None or scheme is None:
        raise NotPlainError
    stage = next((one for one in scheme.cycle_kinds[row.kind].stages if one.actor == "customers"), None)
    spec = scheme.forms.get(row.form)
    if stage is None or not isinstance(spec, Questionnaire):
        raise NotPlainError
    seen = row if isinstance(row, at_once.Looked) else None
    return Held(row.id, row.generation, row.form, row.language, row.kind, spec, stage.code, row.draft_saved_at, seen)


def _looked(digest: str) -> at_once.Looked | None:
    try:
        seen = at_once.look(digest)
    except NotAtOnceError:
        raise NotPlainError from None
    return seen if seen is not None and seen.state in UNANSWERED else None


def submit_first(held: Held, answers: dict[str, Any], *, now: datetime, flagged: bool = False) -> None:
    """Keep a customer's first answers. Raises NotPlainError, before anything is written, where the case is another."""
    answers = without_hidden(held.spec, answers)
    if not says_anything(held.spec, answers) or unanswered_required(held.spec, answers):
        raise NotPlainError
    kind = "answer_flagged" if flagged else "answer_submitted"
    if held.seen is not None:
        return _write_at_once(held, held.seen, answers, now=now, kind=kind)
    facts = _facts(held)
    if facts is None or now >= facts.expires_at:
        raise NotPlainError
    return _write(held, facts, answers, now=now, kind=kind)


def _score(held: Held, answers: dict[str, Any]) -> Decimal | None:
    score = score_form(held.spec, answers).value
    return None if score is None else half_up(score, SCORE_PLACES)


def _write_at_once(held: Held, seen: at_once.Looked, answers: dict[str, Any], *, now: datetime, kind: str) -> None:
    score = _SCALED.process_bind_param(_score(held, answers), None)
    try:
        kept = at_once.write(
            _PREPARED, seen, answers,
            stage=held.stage, score=score, reference=new_reference(), kind=kind, now=now,
        )  # fmt: skip
    except NotAtOnceError:
        raise NotPlainError from None
    if not kept:
        raise NotPlainError


def _facts(held: Held) -> Row[Any] | None:
    values = {
        "id": held.id, "generation": held.generation, "stage": held.stage,
        "invited": f"invitation-{held.id}-%", "reminded": f"reminder-{held.id}-%",
    }  # fmt: skip
    return db.session.connection().execute(_KNOWN, values).first()


def _write(held: Held, facts: Row[Any], answers: dict[str, Any], *, now: datetime, kind: str) -> None:
    connection = db.session.connection()
    moved = connection.execute(_ANSWERED, {
        "number": held.id, "seen": facts.version, "moved": fire("invitation", "submit", facts.state),
        "said": facts.reference or new_reference(), "opened": facts.opened_at or now, "closed": now,
    })  # fmt: skip
    if moved.rowcount != 1:
        raise NotPlainError
    connection.execute(_SUBMITTED, {
        "invitation_id": held.id, "number": 1, "state": "submitted", "answers": answers, "saved_at": now,
        "submitted_at": now, "score": _score(held, answers),
    })  # fmt: skip
    connection.execute(_RECORDED, {
        "subject_type": "invitation", "subject_id": held.id, "version": (facts.events or 0) + 1, "kind": kind,
        "at": now, "data": {"number": 1},
    })  # fmt: skip
