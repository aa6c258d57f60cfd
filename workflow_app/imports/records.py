"""Records of the year: inspections, monthly appraisals, year-ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from states.errors import Message
from states.periods import EARLIEST, EXAMPLES, LATEST
from workflow_app.imports.cells import (
    as_day,
    as_half_year,
    as_month,
    as_number,
    as_quarter,
    as_text,
    as_week,
    as_year,
)
from workflow_app.imports.reading import Column, Row, Table, read_table

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from states.scheme import Scheme

COLUMNS = (
    Column("employee_no", ("工号",)), Column("kind", ("考核类型",)), Column("period", ("周期",)),
    Column("score", ("得分",)), Column("bonus", ("加分",)), Column("reason", ("事由",)),
)  # fmt: skip
SHAPES: dict[str, Callable[[Any], str | None]] = {
    "week": as_week, "month": as_month, "day": as_day, "year": as_year, "quarter": as_quarter, "half_year": as_half_year,
}  # fmt: skip
Check = Callable[[str, str, str | None], Iterable[tuple[str, Message]]]
"""Asked with person, kind ("" unknown) and period (None unreadable): the faults, each with its field."""
BEST = 100


@dataclass(frozen=True)
class RecordKinds:
    """What a scheme's records are called in a file, and how their periods are written.

    `names` leads from every name to the kind's code, `shapes` from a code to the shape of its period;
    records of the kinds in `dated` weigh by the days employed, so that there must be one. `bonus` is
    the least and the most that a record may carry.
    """

    names: Mapping[str, str]
    shapes: Mapping[str, str]
    dated: frozenset[str]
    bonus: tuple[int, int]

    def is_repeatable(self, kind: str) -> bool:
        """Whether one person may have several records of this kind in one period: checks of a day."""
        return self.shapes.get(kind) == "day"


def record_kinds_of(scheme: Scheme) -> RecordKinds:
    """The kinds of records of a scheme: by title in both languages, by other names, and by code."""
    kinds = scheme.record_kinds
    names = {
        word.casefold(): code
        for code, kind in kinds.items()
        for word in (kind.title.zh, *kind.also_called, kind.title.en, code)
    }
    pools = (pool for part in scheme.composition.parts for pool in part.pools)
    dated = frozenset(kind for pool in pools if pool.weigh != "equally" for kind in pool.kinds)
    bonus = scheme.composition.bonus
    return RecordKinds(names, {code: kind.period for code, kind in kinds.items()}, dated, (bonus.least, bonus.most))


@dataclass(frozen=True)
class RecordRow:
    """One record; `score` is exact, without the bonus, which is 0 where there is none."""

    row: int
    employee_no: str
    kind: str
    period: str
    score: Decimal
    bonus: int
    reason: str

    @property
    def year(self) -> int:
        """The year it belongs to: of a week, the ISO year."""
        return int(self.period[:4])


def read_records(
    source: Path | bytes, *, name: str, kinds: RecordKinds, year: int | None = None,
    check: Check | None = None, advance: Callable[[], None] | None = None,
) -> tuple[list[RecordRow], int, Table]:  # fmt: skip
    """Read records of the scheme's `kinds`; every fault is in `table.faults`, its row left out.

    With `year`, records of other years are left out unread; their number comes second. `check` is
    asked of every row that is read, `advance` called once for every row.
    """
    table = read_table(source, COLUMNS, name=name)
    rows: list[RecordRow] = []
    others = 0
    first: dict[tuple[str, str, str], int] = {}
    for row in table.rows:
        kind, period = _kind(row, table, kinds), None
        if kind:
            period = _period(row, table, kinds.shapes[kind])
        if period and year is not None and int(period[:4]) != year:
            others += 1
        else:
            before = len(table.faults)
            found = _record(row, table, (kind, _sensible(row, table, period)), kinds, first)
            for where, message in check(row.text("employee_no"), kind, period) if check else ():
                table.report(row.number, where, message)
            rows += [found] if found and len(table.faults) == before else []
        if advance:
            advance()
    return rows, others, table


def _kind(row: Row, table: Table, kinds: RecordKinds) -> str:
    said = row.text("kind")
    kind = kinds.names.get(said.casefold(), "")
    if not kind:
        table.report(
            row.number, "kind",
            Message("“%(found)s” is no kind of record; allowed: %(allowed)s.", found=said[:40], allowed=", ".join(kinds.names)),
        )  # fmt: skip
    return kind


def _period(row: Row, table: Table, shape: str) -> str | None:
    period = SHAPES[shape](row.cells["period"])
    if period is None:
        table.report(
            row.number, "period",
            Message("“%(found)s” is no period of this kind. Write it like %(example)s.",
                    found=row.text("period")[:40], example=EXAMPLES[shape]),
        )  # fmt: skip
    return period


def _sensible(row: Row, table: Table, period: str | None) -> str | None:
    """The period, unless its year is a slip of the pen: nothing could ever be worked out for it."""
    if period and not EARLIEST <= int(period[:4]) <= LATEST:
        table.report(
            row.number, "period",
            Message("The year is %(found)s; allowed: %(first)s to %(last)s.", found=period[:4], first=EARLIEST, last=LATEST),
        )  # fmt: skip
        return None
    return period


def _record(
    row: Row, table: Table, what: tuple[str, str | None], kinds: RecordKinds, first: dict[tuple[str, str, str], int]
) -> RecordRow | None:
    kind, period = what
    number = row.text("employee_no")
    if not number:
        table.report(row.number, "employee_no", Message("The employee number is missing."))
    score, bonus = _score(row, table), _bonus(row, table, kinds.bonus)
    if not (number and kind and period):
        return None
    key = (number, kind, period)
    if not kinds.is_repeatable(kind) and first.setdefault(key, row.number) != row.number:
        table.report(
            row.number, "period",
            Message("%(number)s has this kind of record for %(period)s already, in row %(first)s.",
                    number=number, period=period, first=first[key]),
        )  # fmt: skip
        return None
    if score is None or bonus is None:
        return None
    return RecordRow(row.number, number, kind, period, score, bonus, row.text("reason"))


def _score(row: Row, table: Table) -> Decimal | None:
    score = as_number(row.cells["score"])
    if score is not None and 0 <= score <= BEST:
        return score
    said = row.text("score")
    message = Message("The score is missing.")
    if score is not None:
        message = Message("The score is %(found)s; allowed: 0 to 100.", found=said[:40])
    elif said:
        message = Message("“%(found)s” is no number; enter a score from 0 to 100.", found=said[:40])
    table.report(row.number, "score", message)
    return None


def _bonus(row: Row, table: Table, limits: tuple[int, int]) -> int | None:
    cell = row.cells["bonus"]
    if not as_text(cell):
        return 0
    bonus = as_number(cell)
    if bonus is not None and bonus == bonus.to_integral_value() and limits[0] <= bonus <= limits[1]:
        return int(bonus)
    table.report(
        row.number, "bonus",
        Message("The bonus is “%(found)s”; leave it blank or enter a whole number from %(least)s to %(most)s.",
                found=row.text("bonus")[:40], least=limits[0], most=limits[1]),
    )  # fmt: skip
    return None
