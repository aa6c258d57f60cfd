"""Key figures that were entered or imported apart from the table they belong to (scheme §2.2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from forms.validators import written
from states.scheme.forms import KpiForm
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, KpiActual, Review, Submission

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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


def submitted_tables(employee_id: int, year: int) -> Sequence[Submission]:
    """What raters handed in about this person in the year's cycles that are not signed yet."""
    year_starts, year_ends = date(year, 1, 1), date(year, 12, 31)
    query = (
        select(Submission)
        .join(Submission.assignment)
        .join(Assignment.review)
        .join(Review.cycle)
        .where(
            Review.employee_id == employee_id, Submission.state == "submitted", Assignment.state == "submitted",
            Cycle.state.in_(("open", "calibrating")), Cycle.period_start.between(year_starts, year_ends),
        )
    )
    return db.session.scalars(query).all()


def own_typing(answers: Mapping[str, Any], entered: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The answers without the figures that HR entered: those are shown on the table and are not kept in it.

    A copy kept in the table would count on after HR took the figure back.
    """
    kept = dict(answers)
    for code, figures in entered.items():
        answer = answers.get(code)
        if isinstance(answer, dict):
            kept[code] = answer | dict.fromkeys(figures)
    return kept
