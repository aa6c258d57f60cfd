"""Reads of the rulebook: recorded rewards and sanctions, the ladder each person stands on, whom a sanction bars."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from states.adjustments import bars_band, on_ladder
from workflow_app.db import db
from workflow_app.models import Employee, LedgerEntry
from workflow_app.queries.ledger import ShownEntry, shown_entries
from workflow_app.queries.paging import Paged, slice_of
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from states.scheme import Scheme, Text
    from states.scheme.results import Rulebook
    from workflow_app.models import Cycle, Review

KINDS = ("reward", "sanction")


@dataclass(frozen=True)
class OnLadder:
    """What a person holds of one rung, those carried up from below included."""

    employee: Employee
    rung: Text
    count: int
    bars: bool


def entries_page(scheme: Scheme, page: int) -> Paged[ShownEntry]:
    """Recorded rewards and sanctions, the newest first, those that are taken back too."""
    counters = select(LedgerEntry).where(LedgerEntry.corrects_id.is_not(None))
    rows = _rows() + list(db.session.scalars(counters))
    listed = [one for one in shown_entries(rows, scheme) if one.row.kind in KINDS]
    return slice_of(sorted(listed, key=lambda one: (one.row.happened_on, one.row.id), reverse=True), page)


def ladder(book: Rulebook, today: date) -> list[OnLadder]:
    """Who holds what today, by name; three of a rung (as the rulebook says) count as one of the next."""
    held: dict[int, Counter[str]] = defaultdict(Counter)
    people: dict[int, Employee] = {}
    for row in _standing(today):
        held[row.employee_id][row.rung] += 1
        people[row.employee_id] = row.employee
    found = []
    for number in sorted(people, key=lambda one: people[one].name_sort or people[one].name):
        for rungs in (book.rewards, book.sanctions):
            counts = on_ladder(held[number], rungs, book.of_a_kind)
            found += [OnLadder(people[number], rung.title, counts[rung.code], rung.bars_band) for rung in rungs if counts[rung.code]]
    return found


def barred(cycle: Cycle, employee_ids: Iterable[int]) -> dict[int, list[LedgerEntry]]:
    """Whom standing sanctions bar from the barred bands, with the sanctions: those given by the last day of the
    cycle's period that have not run out by then.
    """
    book = scheme_of(cycle).rulebook
    if book is None:
        return {}
    wanted = set(employee_ids)
    found: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in _standing(cycle.period_end, kind="sanction"):
        if row.employee_id in wanted:
            found[row.employee_id].append(row)
    return {number: rows for number, rows in found.items() if bars_band(Counter(row.rung for row in rows), book)}


def why_barred(review: Review) -> list[LedgerEntry]:
    """The standing sanctions that bar this person's band; none where nothing does."""
    return barred(review.cycle, [review.employee_id]).get(review.employee_id, [])


def _rows() -> list[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.kind.in_(KINDS))
    return list(
        db.session.scalars(
            query.options(
                joinedload(LedgerEntry.employee), joinedload(LedgerEntry.author), selectinload(LedgerEntry.files)
            )
        )
    )


def _standing(day: date, kind: str | None = None) -> list[LedgerEntry]:
    """Rewards and sanctions given by this day that no counter-entry takes back and that have not run out before it."""
    taken_back = select(LedgerEntry.corrects_id).where(LedgerEntry.corrects_id.is_not(None))
    query = (
        select(LedgerEntry)
        .where(
            LedgerEntry.kind.in_((kind,) if kind else KINDS),
            LedgerEntry.id.not_in(taken_back),
            LedgerEntry.happened_on <= day,
            LedgerEntry.standing_until.is_(None) | (LedgerEntry.standing_until >= day),
        )
        .options(joinedload(LedgerEntry.employee))
        .order_by(LedgerEntry.happened_on, LedgerEntry.id)
    )
    return list(db.session.scalars(query))
