"""The deduction ledger: what an entry takes off, which entries stand, and what of them counts (scheme §2.3, §4).

Entries are added, never changed: a correction is a counter-entry that names the one it takes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from states.scheme.forms import DeductionItem

Kind = Literal["deduction", "bonus", "offence", "reward", "sanction", "counter"]
Shown = Literal["at_once", "handed_in", "feedback"]
MOST_TIMES = 99
UNREASONED = Message("Say why: choose a clause or write a reason.")
NEGATIVE = Message("Enter the points to take off as a number without a minus sign.")
NOTHING = Message("Enter the points to take off, or choose a clause.")
TIMES = Message("Enter how many times it happened: a whole number from 1 to %(most)s.", most=MOST_TIMES)


@dataclass(frozen=True)
class Entry:
    """One entry as the rules see it; `points` are exact and never negative, None where it has none."""

    id: int
    kind: Kind
    item: str = ""
    clause: str = ""
    times: int = 1
    points: Decimal | None = None
    on: date | None = None
    note: str = ""
    by: str = ""
    """The role of the author: manager, department_head, vp, hr, …"""
    corrects: int | None = None


@dataclass(frozen=True)
class Deduction:
    """What one deduction takes off an item, by a clause or freely with a note."""

    clause: str
    times: int
    points: Decimal
    note: str


def deduction_of(item: DeductionItem, *, points: Decimal | None, clause: str, times: int | None, note: str) -> Deduction:
    """A deduction as the clauses of its item allow it; `Refusal` says what is wrong.

    A clause takes off what it names, for every time where it says so; without one the points are
    free up to the item's, with a note. `times` may be left to be told from the points.
    """
    if points is not None and points < 0:
        raise Refusal(NEGATIVE)
    named = item.clause(clause) if clause else None
    if named is None:
        return _free(item, points, note)
    count = _times_in(points, named.points if named.each else None) if times is None else times
    if not 1 <= count <= MOST_TIMES:
        raise Refusal(TIMES)
    if count > 1 and not named.each:
        raise Refusal(Message("This clause counts once for a deduction, however often it happened."))
    cost = named.points * count
    if points is not None and points not in {cost, min(cost, item.points)}:
        raise Refusal(
            Message("The clause takes off %(points)s. Leave the points empty, or take no clause and give the reason.", points=cost)
        )
    return Deduction(named.code, count, cost, note)


def _free(item: DeductionItem, points: Decimal | None, note: str) -> Deduction:
    if not points:
        raise Refusal(NOTHING)
    if points > item.points:
        raise Refusal(Message("At most %(points)s can be taken off this item.", points=item.points))
    if not note.strip():
        raise Refusal(UNREASONED)
    return Deduction("", 1, points, note)


def _times_in(points: Decimal | None, each: Decimal | None) -> int:
    """How many times the typed points hold the clause's; 1 where they say nothing."""
    whole = points is not None and each is not None and points > 0 and points % each == 0
    return int(points / each) if whole and points is not None and each is not None else 1


def standing(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that no counter-entry takes back, in order; counter-entries themselves take nothing."""
    listed = list(entries)
    taken_back = {one.corrects for one in listed if one.corrects is not None}
    return [one for one in listed if one.kind != "counter" and one.id not in taken_back]


def frozen(entries: Iterable[Entry]) -> dict[str, dict[str, Any]]:
    """What of a sheet's entries counts, by item, in the shape that a submission keeps: all figures as text."""
    found: dict[str, dict[str, Any]] = {}
    for one in standing(entries):
        if one.kind == "deduction":
            found.setdefault(one.item, {"entries": []})["entries"].append(_kept(one))
    return found


def _kept(one: Entry) -> dict[str, str]:
    return {
        "id": str(one.id), "clause": one.clause, "times": str(one.times), "points": _plain(one.points or Decimal(0)),
        "on": one.on.isoformat() if one.on else "", "note": one.note, "by": one.by,
    }  # fmt: skip


def _plain(points: Decimal) -> str:
    text = f"{points:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def with_entries(answers: Mapping[str, Any], entries: Iterable[Entry]) -> dict[str, Any]:
    """Answers with the standing entries put in, beside what was typed and not entered yet."""
    merged = dict(answers)
    for item, held in frozen(entries).items():
        typed = merged.get(item)
        merged[item] = (dict(typed) if isinstance(typed, dict) else {}) | held
    return merged


def is_shown(when: Shown, *, handed_in: bool, released: bool, has_release: bool) -> bool:
    """Whether the person rated sees entries about them: never before the release where a kind has one."""
    if released:
        return True
    return not has_release and (when == "at_once" or (when == "handed_in" and handed_in))


def day_within(day: date, *, start: date, end: date, today: date) -> date:
    """The day of an event, which lies in the period and not in the future; `Refusal` otherwise."""
    if day > today:
        raise Refusal(Message("This day lies in the future. Enter the day on which it happened."))
    if not start <= day <= end:
        raise Refusal(Message("The day must lie in the period appraised, from %(start)s to %(end)s.", start=start, end=end))
    return day


def usual_day(*, start: date, end: date, today: date) -> date:
    """The day taken where none is given: today, or the end of the period that is nearest to it."""
    return min(max(today, start), end)
