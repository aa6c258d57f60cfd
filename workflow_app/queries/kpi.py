"""Key figures that were entered or imported apart from the table they belong to (scheme §2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import written
from states.scheme.forms import KpiForm
from workflow_app.db import db
from workflow_app.models import KpiActual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from states.scheme import Scheme
    from workflow_app.models import Employee


def find_kpi_table(employee: Employee, scheme: Scheme) -> KpiForm | None:
    """The KPI table that this person is rated on, in any cycle kind, or None."""
    for kind in scheme.cycle_kinds.values():
        for stage in kind.stages:
            code = stage.form_for(population=employee.population, post=employee.post)
            form = scheme.forms.get(code or "")
            if isinstance(form, KpiForm):
                return form
    return None


def entered_figures(employee_id: int, year: int) -> dict[str, dict[str, str]]:
    """By key figure: `actual` and `target` as exact text, those that are known."""
    rows = db.session.scalars(select(KpiActual).filter_by(employee_id=employee_id, year=year))
    return {row.kpi: _texts(row) for row in rows}


def _texts(row: KpiActual) -> dict[str, str]:
    known = {"actual": row.actual, "target": row.target}
    return {part: written(value) for part, value in known.items() if value is not None}


def with_entered(answers: Mapping[str, Any], entered: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The table's own figures before those entered apart; a blank one is no figure."""
    merged: dict[str, Any] = {kpi: dict(figures) for kpi, figures in entered.items()}
    for code, answer in answers.items():
        if isinstance(answer, dict):
            given = {part: value for part, value in answer.items() if value not in (None, "")}
            merged[code] = merged.get(code, {}) | given
        else:
            merged[code] = answer
    return merged
