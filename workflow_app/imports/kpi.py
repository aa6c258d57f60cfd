"""Actuals and targets of key figures: whose, which, how much (scheme §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from states.errors import Message
from workflow_app.imports.cells import as_number
from workflow_app.imports.reading import Column, Row, Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("employee_no", ("工号",)), Column("kpi", ("指标",)), Column("actual", ("实际",)), Column("target", ("目标",)),
)  # fmt: skip
BELOW = Decimal(10) ** 9
"""Figures are smaller than this, with at most `PLACES` places, as on the page."""
PLACES = 9


@dataclass(frozen=True)
class KpiRow:
    """One key figure of one person, named as the file names it; a blank figure is None."""

    row: int
    employee_no: str
    kpi: str
    actual: Decimal | None
    target: Decimal | None


def read_kpi(source: Path | bytes, *, name: str) -> tuple[list[KpiRow], Table]:
    """Read key figures; every fault is in `table.faults`, and a row with a fault is left out."""
    table = read_table(source, COLUMNS, name=name)
    return [found for row in table.rows if (found := _figure_row(row, table))], table


def _figure_row(row: Row, table: Table) -> KpiRow | None:
    before = len(table.faults)
    number, kpi = row.text("employee_no"), row.text("kpi")
    if not number:
        table.report(row.number, "employee_no", Message("The employee number is missing."))
    if not kpi:
        table.report(row.number, "kpi", Message("The key figure is missing."))
    actual, target = _figure(row, "actual", table), _figure(row, "target", table)
    if actual is not None and actual < 0:
        table.report(row.number, "actual", Message("Enter a figure of 0 or more."))
    if target is not None and target <= 0:
        table.report(row.number, "target", Message("A target must be more than 0."))
    return None if len(table.faults) > before else KpiRow(row.number, number, kpi, actual, target)


def _figure(row: Row, name: str, table: Table) -> Decimal | None:
    said = row.text(name)
    if not said:
        return None
    value = as_number(row.cells[name])
    if value is None:
        table.report(
            row.number, name, Message("“%(found)s” is not a number. Enter digits, such as 88 or 79.5.", found=said[:40])
        )
    elif abs(value) >= BELOW or value != round(value, PLACES):
        table.report(
            row.number, name,
            Message("The figure is too long: it must be below 1,000,000,000, with at most %(places)s decimal places.", places=PLACES),
        )  # fmt: skip
    else:
        return value
    return None
