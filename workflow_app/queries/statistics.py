"""Monthly and yearly statistics (scheme §7, Table 7): figures as the product works them out, never a second way."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.composition import RecordValue, compose, part_score
from states.exact import rounded
from states.permissions import ReviewFacts, may
from states.scheme.composition import CompositionPart, Pool
from workflow_app.db import db
from workflow_app.models import Account, Record, Review
from workflow_app.queries.leave import applicable, year_of_leave
from workflow_app.queries.record_values import FIGURES, value_of
from workflow_app.queries.sheet_scope import Scope, Standing, meant, people_in, portions, ranked_cycles, scheme_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Select

    from states.permissions import Actor
    from states.scheme import Scheme
    from states.scheme.cycles import CycleKind

PARTS_OF_YEAR = {"month": tuple(f"{number:02}" for number in range(1, 13)), "quarter": ("Q1", "Q2", "Q3", "Q4"), "half_year": ("H1", "H2")}
EXCLUDED, WITHOUT_BAND = "excluded", ("left", "too_new")
WITHIN_A_MONTH = frozenset({"day", "week", "month"})
REVIEW_COLUMNS = (
    Review.employee_id, Review.superior_id, Review.vp_id, Review.released_at, Review.rank, Review.total,
    Review.months_counted, Review.parts, Review.final_band, Review.calibrated_band, Review.computed_band, Review.flags,
    Review.state,
)  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """The columns that a scheme's records make: means by kind, single periods, and the year's last part."""

    means: tuple[CycleKind, ...]
    periods: tuple[tuple[CycleKind, str], ...]
    final: CycleKind | None


@dataclass(frozen=True)
class Line:
    """One person. Figures are rounded as the scheme says; None is missing, or not for this reader.

    `periods` hold the score with its bonus, keyed by kind and period. `provisional`: not signed yet.
    """

    standing: Standing
    means: Mapping[str, Decimal | None]
    periods: Mapping[tuple[str, str], Decimal | None]
    bonus: int | None
    final: Decimal | None = None
    total: Decimal | None = None
    counted: int | None = None
    rank: int | None = None
    band: str | None = None
    provisional: bool = False
    withheld: bool = False
    why: str = ""
    """Why a rated person has no band: `excluded`, `left` or `too_new`."""


@dataclass
class Statistics:
    """One sheet: its columns, its people, and the lines as they are worked out, a portion at a time."""

    year: int
    scheme: Scheme
    layout: Layout
    people: list[Standing]
    reviews: Mapping[int, Any]
    month: str = ""
    approvers: Sequence[str] = field(default_factory=list)
    alone: dict[str, CompositionPart] = field(default_factory=dict)

    @property
    def provisional(self) -> bool:
        """Whether a figure on the sheet is not signed yet."""
        return any(row.computed_band and row.final_band is None for row in self.reviews.values() if row is not None)

    def lines(self) -> Iterator[Line]:
        """The people's lines, in the sheet's order."""
        for some in portions(self.people):
            records = _records(some, self.year, self.scheme)
            for one in some:
                found = records.get(one.person.id, [])
                yield self._month_line(one, found) if self.month else self._year_line(one, found)

    def _year_line(self, one: Standing, records: Sequence[RecordValue]) -> Line:
        means, periods, bonus = self._columns(one, records)
        if one.person.id not in self.reviews:
            return self._from_records(one, records, means, periods, bonus)
        row = self.reviews[one.person.id]
        if row is None:
            return Line(one, means, periods, bonus, withheld=True)
        if row.state == EXCLUDED:
            return Line(one, means, periods, bonus, why=EXCLUDED)
        part = self.scheme.composition.part_of(self.layout.final.record_kind) if self.layout.final else None
        final = row.parts.get(part.code) if part else None
        band = row.final_band or row.calibrated_band or row.computed_band
        return Line(
            one, means, periods, bonus, None if final is None else self._shown(Fraction(final)), row.total,
            row.months_counted, row.rank, band, provisional=row.final_band is None and band is not None,
            why="" if band else next((flag for flag in WITHOUT_BAND if flag in row.flags), ""),
        )  # fmt: skip

    def _from_records(self, one: Standing, records: Sequence[RecordValue], means: Any, periods: Any, bonus: Any) -> Line:
        """Somebody without a review in a ranked cycle: what their records alone make, no rank and no band."""
        rule, person = self.scheme.composition, one.person
        made = compose(records, joined=person.joined, left=person.left, rule=rule)
        kind = self.layout.final
        final = self._mean(one, records, kind) if kind else None
        return Line(one, means, periods, bonus, final, self._shown(made.total), made.months_counted)

    def _month_line(self, one: Standing, records: Sequence[RecordValue]) -> Line:
        within = [record for record in records if month_of(record.period) == self.month]
        means, periods, bonus = self._columns(one, within)
        return Line(one, means, periods, bonus)

    def _columns(self, one: Standing, records: Sequence[RecordValue]) -> tuple[Any, Any, int | None]:
        means = {kind.record_kind: self._mean(one, records, kind) for kind in self.layout.means}
        by_period = {(record.kind, record.period): record.value for record in records}
        periods = {
            (kind.record_kind, period): self._shown(by_period.get((kind.record_kind, period)))
            for kind, period in self.layout.periods
        }
        bonus = int(sum(record.bonus for record in records)) or None
        return means, periods, bonus

    def _mean(self, one: Standing, records: Sequence[RecordValue], kind: CycleKind) -> Decimal | None:
        """The mean of one kind of record, weighed as its pool of the total weighs it."""
        person = one.person
        if kind.record_kind not in self.alone:
            self.alone[kind.record_kind] = _alone(kind, self.scheme)
        return self._shown(part_score(records, self.alone[kind.record_kind], joined=person.joined, left=person.left))

    def _shown(self, figure: Fraction | None) -> Decimal | None:
        return None if figure is None else rounded(figure, self.scheme.composition.rounding)


def _alone(kind: CycleKind, scheme: Scheme) -> CompositionPart:
    """A part of the total that counts one kind of record only, weighed as its pool weighs it."""
    code = kind.record_kind
    pools = (pool for part in scheme.composition.parts for pool in part.pools)
    weigh = next(pool.weigh for pool in pools if code in pool.kinds)
    pool = Pool(code=code, title=kind.title, kinds=(code,), weigh=weigh)
    return CompositionPart(code=code, title=kind.title, weight=Decimal(100), pools=(pool,))


def year_statistics(year: int, scope: Scope, *, actor: Actor) -> Statistics:
    """A year's sheet: by population in the scheme's order, by rank, then by number.

    Totals, ranks and bands only where `actor` may see that result (scheme §7): so a rank that is hidden
    does not show in the order either.
    """
    scheme = scheme_for(year)
    days = date(year, 1, 1), date(year, 12, 31)
    people = people_in(scope, *days)
    reviews = _reviews(year, actor, meant(scope, *days))
    order = {one.code: place for place, one in enumerate(scheme.populations)}

    def key(one: Standing) -> tuple[Any, ...]:
        row = reviews.get(one.person.id)
        rank = row.rank if row is not None else None
        return order.get(one.place.population, len(order)), rank is None, rank or 0, one.person.employee_no

    return Statistics(year, scheme, layout_of(scheme, year), sorted(people, key=key), reviews, approvers=_approvers(year))


def month_statistics(month: str, scope: Scope) -> Statistics:
    """A month's sheet, by number. A week belongs to the month that its Thursday lies in."""
    year, number = int(month[:4]), int(month[5:7])
    scheme = scheme_for(year)
    people = people_in(scope, date(year, number, 1), date(year, number, monthrange(year, number)[1]))
    whole = layout_of(scheme, year)
    layout = Layout(
        tuple(kind for kind in whole.means if kind.period in WITHIN_A_MONTH),
        tuple((kind, period) for kind, period in whole.periods if period == month), None,
    )  # fmt: skip
    return Statistics(year, scheme, layout, people, {}, month=month)


def layout_of(scheme: Scheme, year: int) -> Layout:
    """Which records have a mean, which a column of their own for every period: those that coverage counts."""
    rule = scheme.composition
    counted = [kind for code, kind in scheme.record_kinds.items() if rule.part_of(code) is not None]
    final = next((kind for kind in counted if kind.ranked), None)
    single = [kind for kind in counted if kind.record_kind in rule.coverage.kinds and kind.period in PARTS_OF_YEAR]
    periods = tuple((kind, f"{year}-{part}") for kind in single for part in PARTS_OF_YEAR[kind.period])
    means = tuple(kind for kind in counted if kind is not final and kind not in single)
    return Layout(means, periods, final)


def month_of(period: str) -> str:
    """The month that a day, a week or a month belongs to; nothing for longer periods."""
    if "W" in period:
        return f"{date.fromisocalendar(int(period[:4]), int(period[-2:]), 4):%Y-%m}"
    return period[:7] if period[5:7].isdigit() else ""


def _records(some: Sequence[Standing], year: int, scheme: Scheme) -> Mapping[int, list[RecordValue]]:
    """The records that apply: without those of weeks and months wholly on leave that would lower a mean."""
    ids = [one.person.id for one in some]
    query = select(Record.employee_id, *FIGURES).where(Record.year == year, Record.employee_id.in_(ids)).order_by(Record.period, Record.id)
    found: dict[int, list[RecordValue]] = defaultdict(list)
    for row in db.session.execute(query):
        found[row.employee_id].append(value_of(row))
    away = year_of_leave(year, ids)
    return {one.person.id: applicable(found[one.person.id], one.person, away.get(one.person.id, ()), scheme) for one in some}


def _reviews(year: int, actor: Actor, people: Select[tuple[int]]) -> dict[int, Any]:
    """By employee: the figures of their ranked review, or None where they are not for this reader."""
    found: dict[int, Any] = {}
    for cycle in ranked_cycles(year):
        query = select(*REVIEW_COLUMNS).where(Review.cycle_id == cycle.id, Review.employee_id.in_(people))
        for row in db.session.execute(query):
            facts = ReviewFacts(row.employee_id, row.superior_id, row.vp_id, released=row.released_at is not None)
            found.setdefault(row.employee_id, row if may(actor, "see_result", facts).allowed else None)
    return found


def _approvers(year: int) -> Sequence[str]:
    """Who signed the grades of the year."""
    cycles = [one.id for one in ranked_cycles(year)]
    query = (
        select(Account)
        .where(Account.id.in_(select(Review.approved_by_id).where(Review.cycle_id.in_(cycles), Review.approved_by_id.is_not(None))))
        .order_by(Account.id)
    )
    return [one.display_name for one in db.session.scalars(query)]
