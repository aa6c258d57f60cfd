"""Which customers are asked about a person: HR's rule, drawn by lot so that nobody picks, and the same every time."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST = 500
LONGEST_REST = 36
LONGEST_SEED = 40

OPTED_OUT, BOUNCED, NO_ADDRESS, ASKED_LATELY, NOT_DRAWN = "opted_out", "bounced", "no_address", "asked_lately", "not_drawn"
REASONS = (OPTED_OUT, BOUNCED, NO_ADDRESS, ASKED_LATELY, NOT_DRAWN)


@dataclass(frozen=True)
class Rule:
    """Whom HR wants to ask: `most` customers a person (None: all), rested for `rest_months`, by the lot of `seed`."""

    most: int | None = None
    rest_months: int = 0
    need_address: bool = False
    seed: str = ""

    def __post_init__(self) -> None:
        if self.most is not None and not 1 <= self.most <= MOST:
            raise Refusal(Message("Ask between 1 and %(most)s customers a person, or leave it empty for all.", most=MOST))
        if not 0 <= self.rest_months <= LONGEST_REST:
            raise Refusal(Message("Leave customers in peace for 0 to %(most)s months.", most=LONGEST_REST))
        if len(self.seed) > LONGEST_SEED or (self.most is not None and not self.seed):
            raise Refusal(Message("The lot needs a word of up to %(most)s characters.", most=LONGEST_SEED))


@dataclass(frozen=True)
class Served:
    """One customer of a person as the rule sees it. `fixed`: asked already, or added by hand: stays, and counts."""

    customer_id: int
    customer_no: str
    has_address: bool = True
    opted_out: bool = False
    bounced: bool = False
    last_asked: date | None = None
    fixed: bool = False


@dataclass(frozen=True)
class Choice:
    """Whom the rule asks about one person, and how many it leaves out for which reason (REASONS)."""

    chosen: frozenset[int]
    left_out: Mapping[str, int]


def choose(rule: Rule, person: str, customers: Iterable[Served], *, today: date) -> Choice:
    """Whom to ask about `person` (a number that stays, such as the employee's).

    Who is fixed stays and takes a place. The others are left out for the first reason that holds; of those
    who remain, as many are drawn as there are places. The order of `customers` decides nothing.
    """
    everybody = list(customers)
    fixed = {one.customer_id for one in everybody if one.fixed}
    left_out: Counter[str] = Counter()
    free: list[Served] = []
    rested_since = months_before(today, rule.rest_months)
    for one in everybody:
        if one.fixed:
            continue
        reason = _reason(rule, one, rested_since)
        if reason:
            left_out[reason] += 1
        else:
            free.append(one)
    places = len(free) if rule.most is None else max(0, rule.most - len(fixed))
    drawn = sorted(free, key=lambda one: _lot(rule.seed, person, one.customer_no))[:places]
    if len(free) > len(drawn):
        left_out[NOT_DRAWN] = len(free) - len(drawn)
    return Choice(frozenset(fixed | {one.customer_id for one in drawn}), dict(left_out))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier; the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    raise ValueError(day)


def _reason(rule: Rule, one: Served, rested_since: date) -> str | None:
    if one.opted_out:
        return OPTED_OUT
    if one.bounced:
        return BOUNCED
    if rule.need_address and not one.has_address:
        return NO_ADDRESS
    lately = rule.rest_months and one.last_asked is not None and one.last_asked > rested_since
    return ASKED_LATELY if lately else None


def _lot(seed: str, person: str, customer_no: str) -> tuple[str, str]:
    said = f"{seed}\x1f{person}\x1f{customer_no}"
    return hashlib.sha256(said.encode()).hexdigest(), customer_no
