"""Key figures of the customer-service manager that finance has handed in."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Employee, KpiActual
from workflow_app.sample.people import SERVICE_MANAGER

FIGURES: dict[int, dict[str, tuple[str, str | None]]] = {
    2024: {"department_budget": ("842600", "860000"), "activity_budget": ("126300", "120000")},
    2025: {"department_budget": ("871400", "880000")},
}
"""By year and key figure: actual and target. One figure of 2025 is still missing."""


def enter_figures(year: int) -> None:
    """What finance has entered for a year."""
    person = db.session.scalar(select(Employee.id).filter_by(employee_no=SERVICE_MANAGER))
    if person is None:
        return
    for kpi, (actual, target) in FIGURES[year].items():
        db.session.add(
            KpiActual(
                employee_id=person, year=year, kpi=kpi, actual=Decimal(actual),
                target=Decimal(target) if target else None,
            )
        )
    db.session.flush()
