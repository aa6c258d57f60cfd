"""Records of the year: inspections, monthly appraisals, year-ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from states.errors import Message
from workflow_app.imports.cells import as_day, as_month, as_number, as_text, as_week, as_year
from workflow_app.imports.reading import Column, Row, Table, read_table

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

COLUMNS = (
    Column("employee_no", ("工号",)), Column("kind", ("考核类型",)), Column("period", ("周期",)),
    Column("score", ("得分",)), Column("bonus", ("加分",)), Column("reason", ("事由",)),
)  # fmt: skip
KINDS = {
    "周检": "weekly_inspection", "月检": "monthly_inspection", "抽检": "spot_check",
    "月考核": "monthly_appraisal", "年终": "year_end",
}  # fmt: skip
NAMES = KINDS | {code: code for code in KINDS.values()}
PERIODS: dict[str, tuple[Callable[[Any], str | None], str]] = {
    "weekly_inspection": (as_week, "2025-W07"),
    "monthly_inspection": (as_month, "2025-07"),
    "spot_check": (as_day, "2025-07-14"),
    "monthly_appraisal": (as_month, "2025-07"),
    "year_end": (as_year, "2025"),
}
Check = Callable[[str, str, str | None], Iterable[tuple[str, Message]]]
"""Asked with person, kind ("" unknown) and period (None unreadable): the faults, each with its field."""
REPEATABLE = frozenset({"spot_check"})
BEST = 100
MOST_BONUS = 10


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
    source: Path | bytes, *, name: str, year: int | None = None,
    check: Check | None = None, advance: Callable[[], None] | None = None,
) -> tuple[list[RecordRow], int, Table]:  # fmt: skip
    """Read records; every fault is in `table.faults`, and a row with a fault is left out.

    With `year`, records of other years are left out unread; their number comes second. `check` is
    asked of every row that is read, `advance` called once for every row.
    """
    table = read_table(source, COLUMNS, name=name)
    rows: list[RecordRow] = []
    others = 0
    first: dict[tuple[str, str, str], int] = {}
    for row in table.rows:
        kind, period = _kind(row, table), None
        if kind:
            period = _period(row, table, kind)
        if period and year is not None and int(period[:4]) != year:
            others += 1
        else:
            before = len(table.faults)
            found = _record(row, table, kind, period, first)
            for where, message in check(row.text("employee_no"), kind, period) if check else ():
                table.report(row.number, where, message)
            rows += [found] if found and len(table.faults) == before else []
        if advance:
            advance()
    return rows, others, table


def _kind(row: Row, table: Table) -> str:
    said = row.text("kind")
    kind = NAMES.get(said.casefold(), "")
    if not kind:
        table.report(
            row.number, "kind",
            Message("“%(found)s” is no kind of record; allowed: %(allowed)s.", found=said[:40], allowed=", ".join(NAMES)),
        )  # fmt: skip
    return kind


def _period(row: Row, table: Table, kind: str) -> str | None:
    read, example = PERIODS[kind]
    period = read(row.cells["period"])
    if period is None:
        table.report(
            row.number, "period",
            Message("“%(found)s” is no period of this kind. Write it like %(example)s.",
                    found=row.text("period")[:40], example=example),
        )  # fmt: skip
    return period


def _record(
    row: Row, table: Table, kind: str, period: str | None, first: dict[tuple[str, str, str], int]
) -> RecordRow | None:
    number = row.text("employee_no")
    if not number:
        table.report(row.number, "employee_no", Message("The employee number is missing."))
    score, bonus = _score(row, table), _bonus(row, table)
    if not (number and kind and period):
        return None
    key = (number, kind, period)
    if kind not in REPEATABLE and first.setdefault(key, row.number) != row.number:
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


def _bonus(row: Row, table: Table) -> int | None:
    cell = row.cells["bonus"]
    if not as_text(cell):
        return 0
    bonus = as_number(cell)
    if bonus is not None and bonus == bonus.to_integral_value() and 1 <= bonus <= MOST_BONUS:
        return int(bonus)
    table.report(
        row.number, "bonus",
        Message("The bonus is “%(found)s”; leave it blank or enter a whole number from 1 to 10.",
                found=row.text("bonus")[:40]),
    )  # fmt: skip
    return None
