"""Rewards and sanctions under the clauses of the rulebook, of anybody: raters too (scheme §1, line 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import LedgerEntry
from workflow_app.queries.facts import person_facts
from workflow_app.services import entering
from workflow_app.services.adjusting import guard_standing, words_of
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import date, datetime

    from states.evidence import Upload
    from states.permissions import Actor
    from states.scheme import Scheme
    from workflow_app.models import Employee


def record_under_clause(
    employee: Employee, rule: str, *, scheme: Scheme, note: str, on: date, standing_until: date | None, actor: Actor,
    now: datetime, file: Upload | None = None,
) -> LedgerEntry:
    """Record what a clause of the scheme's rulebook gives: a reward or a sanction, apart from any appraisal.

    Only a sanction may run out (`standing_until`, its last day). Refuses forbidden (not HR, or oneself) and
    invalid (no such clause, a day in the future, no words, no evidence file of a kind that is taken).
    """
    require(actor, "keep_rulebook", person_facts(employee))
    book = scheme.rulebook
    clause = next((one for one in book.rules if one.code == rule), None) if book else None
    if book is None or clause is None:
        raise Refusal(Message("Choose a clause of the rulebook."))
    said = words_of(note)
    if on > day_of(now):
        raise Refusal(Message("This day lies in the future. Enter the day on which it happened."))
    is_reward = any(rung.code == clause.leads_to for rung in book.rewards)
    if not is_reward:
        guard_standing(standing_until, on)
    entry = LedgerEntry(
        employee_id=employee.id, kind="reward" if is_reward else "sanction", rule=clause.code, rung=clause.leads_to,
        note=said, happened_on=on, standing_until=None if is_reward else standing_until,
        author_id=actor.employee_id, recorded_by_id=actor.account_id, recorded_at=now,
    )  # fmt: skip
    db.session.add(entry)
    if file is not None:
        entering.attach(entry, file, actor=actor, now=now)
    db.session.flush()
    record_event(
        "employee", employee.id, "entry_added", actor=actor, now=now,
        data={"entry": entry.id, "kind": entry.kind, "rule": clause.code}, detail={"note": said},
    )
    return entry
