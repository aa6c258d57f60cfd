"""Reads of the rulebook: recorded rewards and sanctions, the ladder each person stands on, whom a sanction bars."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from states.adjustments import bars_band, on_ladder
from workflow_app.db import db
from workflow_app.models import Employee, LedgerEntry
from workflow_app.queries.ledger import ShownEntry, shown_entries
from workflow_app.queries.paging import Paged, page_of
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
    people = (joinedload(LedgerEntry.employee), joinedload(LedgerEntry.author), selectinload(LedgerEntry.files))
    query = select(LedgerEntry).where(LedgerEntry.kind.in_(KINDS)).options(*people)
    found = page_of(query.order_by(LedgerEntry.happened_on.desc(), LedgerEntry.id.desc()), page)
    counters = select(LedgerEntry).where(LedgerEntry.corrects_id.in_([row.id for row in found.items]))
    shown = shown_entries([*found.items, *db.session.scalars(counters)], scheme)
    return replace(found, items=[one for one in shown if one.row.kind in KINDS])


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


def undecided() -> list[LedgerEntry]:
    """Offences that stand and have no sanction yet, the oldest first: HR decides."""
    taken_back = select(LedgerEntry.corrects_id).where(LedgerEntry.corrects_id.is_not(None))
    followed = select(LedgerEntry.follows_id).where(LedgerEntry.follows_id.is_not(None))
    query = (
        select(LedgerEntry)
        .where(LedgerEntry.kind == "offence", LedgerEntry.id.not_in(taken_back), LedgerEntry.id.not_in(followed))
        .options(joinedload(LedgerEntry.employee), joinedload(LedgerEntry.author), selectinload(LedgerEntry.files))
        .order_by(LedgerEntry.id)
    )
    return list(db.session.scalars(query))


def barred(cycle: Cycle, employee_ids: Iterable[int]) -> dict[int, list[LedgerEntry]]:
    """Whom standing sanctions bar from the barred bands, with the sanctions: those given by the last day of the
    cycle's period that have not run out by then.
    """
    return barred_on(cycle.period_end, scheme_of(cycle).rulebook, employee_ids)


def barred_on(day: date, book: Rulebook | None, employee_ids: Iterable[int]) -> dict[int, list[LedgerEntry]]:
    """The same for a day and a rulebook; without one nobody is barred."""
    wanted = set(employee_ids)
    if book is None or not wanted:
        return {}
    found: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in _standing(day, kind="sanction"):
        if row.employee_id in wanted:
            found[row.employee_id].append(row)
    return {number: rows for number, rows in found.items() if bars_band(Counter(row.rung for row in rows), book)}


def were_barred(reviews: Iterable[Review]) -> set[int]:
    """The ids of the reviews whose person a sanction barred, whether or not it moved them, as kept when they were ranked.

    Where nothing was kept, by what stands in the ledger today.
    """
    found: set[int] = set()
    unknown: dict[Cycle, dict[int, int]] = defaultdict(dict)
    for review in reviews:
        kept = review.explanation.get("inputs", {}).get("barred")
        if kept is None:
            unknown[review.cycle][review.employee_id] = review.id
        elif kept:
            found.add(review.id)
    for cycle, by_employee in unknown.items():
        found |= {by_employee[number] for number in barred(cycle, by_employee)}
    return found


def why_barred(review: Review) -> list[LedgerEntry]:
    """The standing sanctions that bar this person's band; none where nothing does."""
    return barred(review.cycle, [review.employee_id]).get(review.employee_id, [])


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
