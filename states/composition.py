"""Records of a year → the parts of the total and the total: exact, missing never 0 (scheme §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from states.periods import months_employed, span_of
from states.scoring import Contribution, year_end

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from states.scheme.composition import Composition, CompositionPart, Pool, Weigh


@dataclass(frozen=True)
class RecordValue:
    """One record: its kind, period as written (`2025-07`), score 0-100 and bonus in points."""

    kind: str
    period: str
    score: Fraction
    bonus: Fraction = Fraction(0)

    @property
    def value(self) -> Fraction:
        """What counts: the score with its bonus, not clipped at 100."""
        return self.score + self.bonus


@dataclass(frozen=True)
class Composed:
    """The year of one person, exact: part code → score in the scheme's order, None where missing.

    `contributions` are the parts as they made the total; `months_counted` the records of the
    kinds that the scheme's coverage names.
    """

    parts: Mapping[str, Fraction | None]
    total: Fraction | None
    months_counted: int
    flags: tuple[str, ...]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True)
class PoolShare:
    """What one pool brings: its mean, its share of the part (of 1), and each record's share of the pool."""

    pool: Pool
    value: Fraction
    share: Fraction
    records: tuple[tuple[RecordValue, Fraction], ...]


def period_weight(period: str, joined: date | None, left: date | None, weigh: Weigh = "by_days") -> Fraction:
    """What a record of this period weighs for somebody employed so, both ends included (§4).

    By days: days employed in it ÷ its days. By whole months: months of it with a day employed ÷
    its months (a week or a day counts whole). 0 means not employed for a single day of it.
    """
    if weigh == "equally":
        return Fraction(1)
    span = span_of(period)
    begin = max(span.start, joined) if joined else span.start
    end = min(span.end, left) if left else span.end
    day = timedelta(days=1)
    employed = max((end - begin) // day + 1, 0)
    if weigh == "by_days" or not employed:
        return Fraction(employed, (span.end - span.start) // day + 1)
    return Fraction(months_employed(span, begin, end), months_employed(span, span.start, None))


def pool_shares(
    records: Iterable[RecordValue], part: CompositionPart, *, joined: date | None, left: date | None
) -> tuple[PoolShare, ...]:
    """The pools of a part that have something to count, with every share that makes its score."""
    listed = list(records)
    weighed = [
        (pool, [(r, period_weight(r.period, joined, left, pool.weigh)) for r in listed if r.kind in pool.kinds])
        for pool in part.pools
    ]
    sums = [(pool, found, sum((weight for _, weight in found), Fraction(0))) for pool, found in weighed]
    filled = [one for one in sums if one[2]]
    whole = sum((weight for _, _, weight in filled), Fraction(0))
    by_count = part.combine == "by_count"
    return tuple(
        PoolShare(
            pool,
            sum((r.value * weight for r, weight in found), Fraction(0)) / total,
            total / whole if by_count else Fraction(1, len(filled)),
            tuple((r, weight / total) for r, weight in found),
        )
        for pool, found, total in filled
    )


def part_score(
    records: Iterable[RecordValue], part: CompositionPart, *, joined: date | None, left: date | None
) -> Fraction | None:
    """One part's score: the mean of its pools' means, or all its records by count (§4)."""
    shares = pool_shares(records, part, joined=joined, left=left)
    return sum((one.value * one.share for one in shares), Fraction(0)) if shares else None


@dataclass(frozen=True)
class PartMean:
    """What the records so far make of one part; `count` is how many there are."""

    part: CompositionPart
    value: Fraction | None
    count: int


def part_means(
    records: Sequence[RecordValue], rule: Composition, *, joined: date | None, left: date | None, without: str = ""
) -> tuple[PartMean, ...]:
    """Every part by the records so far, but for the part that counts records of the kind `without`."""
    return tuple(
        PartMean(
            part,
            part_score(records, part, joined=joined, left=left),
            sum(record.kind in part.kinds for record in records),
        )
        for part in rule.parts
        if without not in part.kinds
    )


def compose(
    records: Sequence[RecordValue], *, joined: date | None, left: date | None, rule: Composition
) -> Composed:
    """Put a person's year together; parts that are missing are renormalised and flagged (§4).

    Without a part that the rule requires there is no total; with `missing: no_total`, without any.
    """
    parts = {part.code: part_score(records, part, joined=joined, left=left) for part in rule.parts}
    made = year_end((part.code, parts[part.code], Fraction(part.weight)) for part in rule.parts)
    lacking = [part for part in rule.parts if parts[part.code] is None]
    barred = any(part.required or rule.missing == "no_total" for part in lacking)
    counted = sum(record.kind in rule.coverage.kinds for record in records)
    flags = tuple(f"no_{part.code}" for part in lacking if part.flagged)
    total = None if barred else made.value
    return Composed(MappingProxyType(parts), total, counted, flags, made.contributions)
