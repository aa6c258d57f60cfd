"""Key figures that were entered or imported apart from the table they belong to (scheme §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from forms.validators import written
from states.scheme.forms import KpiForm
from workflow_app.db import db
from workflow_app.i18n import t
from workflow_app.models import Assignment, Cycle, Employee, KpiActual, Review, Submission
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal
    from typing import Any

    from states.scheme import Scheme
    from states.scheme.forms import KpiRow


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


@dataclass(frozen=True)
class KpiLine:
    """A key figure of one person that somebody enters, and what is known of it in a year."""

    employee: Employee
    spec: KpiRow
    actual: Decimal | None
    target: Decimal | None


def kpi_lines(scheme: Scheme | None, year: int, today: date) -> Iterator[KpiLine]:
    """Every figure that is entered or comes from records, of all who have a KPI table and are employed."""
    known = {(one.employee_id, one.kpi): one for one in db.session.scalars(select(KpiActual).filter_by(year=year))}
    employed = or_(Employee.left.is_(None), Employee.left >= today)
    for employee in db.session.scalars(select(Employee).where(employed).order_by(Employee.employee_no)):
        form = find_kpi_table(employee, scheme) if scheme else None
        for spec in form.rows if form else ():
            if spec.source_form is None:
                row = known.get((employee.id, spec.code))
                yield KpiLine(employee, spec, row.actual if row else None, row.target if row else None)


def kpi_titles() -> dict[str, str]:
    """Code and title of every key figure of the scheme in force, in the reader's language."""
    scheme = current_scheme()
    forms = scheme.forms.values() if scheme else ()
    return {row.code: t(row.title) for form in forms if isinstance(form, KpiForm) for row in form.rows}


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
