"""Bonus, offence and sanctions (scheme §4): what changes a score, and what is recorded apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from states.exact import HUNDRED
from states.scoring import EntryLine, FormScore, ScoreRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from states.scheme.composition import BonusRule
    from states.scheme.results import Rule, Rulebook, Rung

NO_BONUS = Message("Choose a clause of the rulebook that brings points.")


@dataclass(frozen=True)
class Bonus:
    """A commendation: the event it is for, and its points."""

    event: str
    points: int
    id: str = ""


@dataclass(frozen=True)
class Offence:
    """An offence: all points of this item of this form go; the sanction stands apart."""

    form: str
    item: str
    id: str = ""
    on: str = ""
    note: str = ""
    by: str = ""


@dataclass(frozen=True)
class Adjusted:
    """What changes a review's score beside its forms: its offences and its commendations."""

    offences: tuple[Offence, ...] = ()
    bonuses: tuple[Bonus, ...] = ()


def bonus_points(bonuses: Iterable[Bonus], rule: BonusRule) -> int:
    """Points added to a period: once per event, at most `most_a_period`, never clipped at 100.

    Raises `Refusal` for a bonus outside the scheme's limits.
    """
    events: dict[str, int] = {}
    for bonus in bonuses:
        if not rule.least <= bonus.points <= rule.most:
            raise Refusal(
                Message(
                    "A bonus is a whole number from %(least)s to %(most)s.",
                    least=rule.least, most=rule.most,
                )
            )  # fmt: skip
        events[bonus.event] = max(events.get(bonus.event, 0), bonus.points)
    return min(sum(events.values()), rule.most_a_period)


def under_clause(clause: Rule, points: int | None) -> int:
    """The points of a commendation under this clause: exactly those that it names; left out, they are taken from it.

    Raises `Refusal` for others, and for a clause that brings none.
    """
    if clause.bonus is None:
        raise Refusal(NO_BONUS)
    if points not in {None, clause.bonus}:
        raise Refusal(Message("This clause brings %(points)s points, no more and no less. Leave the points empty.", points=clause.bonus))
    return clause.bonus


def outstanding(total: Fraction | None, over: Fraction) -> bool:
    """Whether the final total earns the honour of 优秀员工."""
    return total is not None and total > over


def offence(score: FormScore, items: Iterable[str]) -> FormScore:
    """The same sheet with these items at 0: an offence takes all of an item's points (§4)."""
    return struck(score, [Offence("", item) for item in items])


def struck(score: FormScore, offences: Iterable[Offence]) -> FormScore:
    """The same sheet with the items of these offences at 0, each naming the offence among its entries."""
    by_item: dict[str, list[Offence]] = {}
    for one in offences:
        by_item.setdefault(one.item, []).append(one)
    rows = tuple(_struck(row, by_item[row.code]) if row.code in by_item else row for row in score.rows)
    kept = sum((row.value or Fraction(0) for row in rows), Fraction(0))
    full = sum((row.full for row in rows), Fraction(0))
    return FormScore(kept / full * HUNDRED if full else None, rows, score.flags)


def _struck(row: ScoreRow, offences: Sequence[Offence]) -> ScoreRow:
    left = row.full if row.value is None else row.value
    lines = tuple(
        # The first takes what is left of the item; a second finds nothing any more.
        EntryLine(one.id, Fraction(0) if place else left, on=one.on, note=one.note, by=one.by, kind="offence")
        for place, one in enumerate(offences)
        if one.id
    )
    return replace(row, value=Fraction(0), entries=(*row.entries, *lines))


def on_ladder(counts: Mapping[str, int], rungs: Sequence[Rung], of_a_kind: int) -> dict[str, int]:
    """Carry every `of_a_kind` of one rung over as one of the next; the last rung just counts."""
    carried: dict[str, int] = {}
    up = 0
    for place, rung in enumerate(rungs):
        held = counts.get(rung.code, 0) + up
        last = place == len(rungs) - 1
        up, carried[rung.code] = (0, held) if last else divmod(held, of_a_kind)
    return carried


def bars_band(counts: Mapping[str, int], rulebook: Rulebook) -> bool:
    """Whether standing sanctions, carried up the ladder, keep a person from a barred band."""
    held = on_ladder(counts, rulebook.sanctions, rulebook.of_a_kind)
    return any(held[rung.code] for rung in rulebook.sanctions if rung.bars_band)
