"""Entering the key figures of a person's year: finance and record actuals, own targets (scheme §2.2)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import KpiActual
from workflow_app.queries.facts import person_facts
from workflow_app.queries.kpi import find_kpi_table
from workflow_app.services import filling
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme import Scheme
    from states.scheme.forms import KpiForm
    from workflow_app.models import Employee

YEARS = range(2000, 2101)
NO_TABLE = Message("This person has no KPI table in the current scheme.")


def kpi_table_of(employee: Employee, scheme: Scheme) -> KpiForm:
    """The KPI table that this person is rated on, in any cycle kind; refuses (not_found) where there is none."""
    table = find_kpi_table(employee, scheme)
    if table is None:
        raise Refusal(NO_TABLE, kind="not_found")
    return table


def enter_figures(
    employee: Employee, year: int, figures: Mapping[str, Mapping[str, str]], *, actor: Actor, now: datetime
) -> list[str]:
    """Keep what was entered, by key figure: `actual` and `target` as exact text, absent ones are taken away.

    The key figures that changed. Refuses (forbidden) everybody but HR, and HR for themselves. Nothing
    changed is nothing written.
    """
    require(actor, "enter_kpi", person_facts(employee))
    known = {
        row.kpi: row for row in db.session.scalars(select(KpiActual).filter_by(employee_id=employee.id, year=year))
    }
    changed: dict[str, Any] = {}
    for kpi, entered in figures.items():
        values = {part: _figure(entered.get(part)) for part in ("actual", "target")}
        before = _values(known.get(kpi))
        if values != before:
            _keep(known.get(kpi), employee, year, kpi, values)
            changed[kpi] = {"before": _texts(before), "after": _texts(values)}
    if changed:
        data = {"year": year, "kpis": sorted(changed)}
        record_event("employee", employee.id, "kpi_entered", actor=actor, now=now, data=data, detail=changed)
        db.session.flush()
        filling.score_tables_again(employee.id, year)
    return sorted(changed)


def _figure(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None


def _values(row: KpiActual | None) -> dict[str, Decimal | None]:
    return {"actual": row.actual if row else None, "target": row.target if row else None}


def _texts(values: Mapping[str, Decimal | None]) -> dict[str, str | None]:
    return {part: None if value is None else str(value) for part, value in values.items()}


def _keep(row: KpiActual | None, employee: Employee, year: int, kpi: str, values: Mapping[str, Decimal | None]) -> None:
    if row is None:
        row = KpiActual(employee_id=employee.id, year=year, kpi=kpi)
        db.session.add(row)
    row.actual, row.target = values["actual"], values["target"]
