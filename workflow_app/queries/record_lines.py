"""The rows of a monthly record: what an item lost and why, and what stands apart from the items (scheme §7, Table 6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from states.scheme import Scheme, Text
    from states.scheme.forms import DeductionItem
    from workflow_app.models import LedgerEntry, Review, Submission


@dataclass(frozen=True)
class RecordLine:
    """One row of the sheet. `item` and `full` stand in an item's first row only; what is None is blank."""

    item: Text | None = None
    full: Decimal | None = None
    deducted: Decimal | None = None
    clause: Text | str = ""
    evidence: str = ""
    files: int = 0
    on: date | None = None
    follows: Text | str = ""
    own: str = ""


def item_lines(
    item: DeductionItem, submission: Submission, entries: Iterable[LedgerEntry], review: Review, scheme: Scheme
) -> list[RecordLine]:
    """An item's rows: one for every deduction that counts, or one that lost nothing."""
    by_id = {row.id: row for row in entries}
    offences = [row for row in entries if row.kind == "offence" and row.item == item.code and row.review_id == review.id]
    given = submission.answers.get(item.code)
    answer: Mapping[str, Any] = given if isinstance(given, dict) else {}
    cuts = [_entered(item, one, by_id) for one in answer.get("entries") or ()] or _typed(item, answer, submission)
    for row in offences:
        left = item.points - sum((cut.deducted or Decimal(0) for cut in cuts), Decimal(0))
        cuts.append(_offence(row, max(left, Decimal(0)), scheme))
    first, *rest = cuts or [RecordLine()]
    whole = RecordLine(
        item.title, item.points, first.deducted, first.clause, first.evidence, first.files, first.on, first.follows, first.own
    )
    return [whole, *rest]


def _entered(item: DeductionItem, one: Mapping[str, Any], by_id: Mapping[int, LedgerEntry]) -> RecordLine:
    """A deduction of the ledger as the submission froze it, with what stands beside it in the ledger."""
    row = by_id.get(int(one.get("id") or 0))
    clause = item.clause(str(one.get("clause") or ""))
    on = date.fromisoformat(one["on"]) if one.get("on") else None
    return RecordLine(
        None, None, _number(one.get("points")), clause.title if clause else "", str(one.get("note") or ""),
        len(row.files) if row else 0, on, "", (row.reply or "") if row else "",
    )  # fmt: skip


def _typed(item: DeductionItem, answer: Mapping[str, Any], submission: Submission) -> list[RecordLine]:
    """A deduction typed into the form itself; its day is that of the submission."""
    points = _number(answer.get("deducted"))
    if not points:
        return []
    clause = item.clause(str(answer.get("clause") or ""))
    on = submission.submitted_at.date() if submission.submitted_at else None
    return [RecordLine(None, None, points, clause.title if clause else "", str(answer.get("note") or ""), on=on)]


def _offence(row: LedgerEntry, left: Decimal, scheme: Scheme) -> RecordLine:
    """An offence takes what the item has left."""
    follows, reply = _rung(row, scheme), row.reply or ""
    return RecordLine(None, None, left, _rule(row, scheme), row.note, len(row.files), row.happened_on, follows, reply)


def line_apart(row: LedgerEntry, scheme: Scheme) -> RecordLine:
    """A reward, a sanction or a commendation: it stands apart from the items."""
    points = f"+{row.points:f}".rstrip("0").rstrip(".") if row.kind == "bonus" and row.points else ""
    return RecordLine(
        None, None, None, _rule(row, scheme), row.note, len(row.files), row.happened_on, _rung(row, scheme) or points,
        row.reply or "",
    )  # fmt: skip


def _rule(row: LedgerEntry, scheme: Scheme) -> Text | str:
    rules = scheme.rulebook.rules if scheme.rulebook else ()
    return next((one.title for one in rules if one.code == row.rule), "")


def _rung(row: LedgerEntry, scheme: Scheme) -> Text | str:
    ladder = (*scheme.rulebook.rewards, *scheme.rulebook.sanctions) if scheme.rulebook else ()
    return next((one.title for one in ladder if one.code == row.rung), "")


def _number(said: object) -> Decimal | None:
    try:
        return Decimal(str(said)) if said not in (None, "") else None
    except InvalidOperation:
        return None
