"""Small companies for tests: each function makes one thing and flushes it; what a test cares about, it says."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from states.permissions import SYSTEM, Actor
from states.scheme import builtin_scheme_text
from workflow_app.db import db
from workflow_app.models import (
    Account,
    Customer,
    Cycle,
    Employee,
    Record,
    Review,
    ReviewStage,
    SchemeVersion,
    ServiceLink,
)
from workflow_app.services.publishing import publish_scheme

NOW = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
"""Monday, 5 January 2026, ten in the morning in Shanghai: a working day."""
_numbers = count(1)


def make_employee(name: str | None = None, *, superior: Employee | None = None, **values: Any) -> Employee:
    """A front-line employee since 2019, below `superior` and below their VP unless told otherwise."""
    number = next(_numbers)
    values.setdefault("employee_no", f"T{number:04}")
    values.setdefault("population", "front_line")
    values.setdefault("department", "客户服务部")
    values.setdefault("post", "客服专员")
    values.setdefault("joined", date(2019, 1, 7))
    values.setdefault("vp", superior.vp if superior else None)
    values.setdefault("email", f"{values['employee_no'].lower()}@example.com")
    employee = Employee(name=name or f"员工{number}", superior=superior, **values)
    return _kept(employee)


def make_account(employee: Employee | None = None, *roles: str, **values: Any) -> Account:
    """An account that can sign in through `sign_in`; its password is not set."""
    values.setdefault("username", employee.employee_no if employee else f"u{next(_numbers)}")
    return _kept(Account(employee=employee, roles=list(roles), **values))


def make_hr(name: str = "范海燕", **values: Any) -> Account:
    """Somebody in human resources, with the account."""
    employee = make_employee(name, department="人力资源部", post="人力资源专员", population="office", **values)
    return make_account(employee, "hr")


def make_customer(employee: Employee, **values: Any) -> Customer:
    """A customer whom the employee serves."""
    number = next(_numbers)
    values.setdefault("customer_no", f"C{number:05}")
    values.setdefault("name", f"客户{number}")
    values.setdefault("email", f"c{number}@example.net")
    customer = _kept(Customer(**values))
    _kept(ServiceLink(customer=customer, employee=employee))
    return customer


def make_record(employee: Employee, kind: str, period: str, score: str, **values: Any) -> Record:
    """One record; the year is the first part of the period."""
    values.setdefault("year", int(period[:4]))
    return _kept(Record(employee=employee, kind=kind, period=period, score=Decimal(score), **values))


def make_months(employee: Employee, score: str = "86", months: int = 12, year: int = 2025) -> None:
    """Monthly appraisals of the first months of a year."""
    for month in range(1, months + 1):
        make_record(employee, "monthly_appraisal", f"{year}-{month:02}", score)


def make_scheme() -> SchemeVersion:
    """The built-in scheme, published."""
    return publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=NOW)


def make_cycle(version: SchemeVersion | None = None, **values: Any) -> Cycle:
    """A year-end cycle of 2025 in the state that the test wants, without reviews."""
    values.setdefault("state", "open")
    values.setdefault("title_zh", "2025 年终考核")
    values.setdefault("title_en", "Year-end appraisal 2025")
    values.setdefault("period", "2025")
    values.setdefault("period_start", date(2025, 1, 1))
    values.setdefault("period_end", date(2025, 12, 31))
    cycle = Cycle(scheme_version=version or make_scheme(), kind="year_end", created_at=NOW, **values)
    return _kept(cycle)


STAGES_TO = ("self_review", "manager_scoring", "vp_feedback", "calibration", "approval", "release", "acknowledgement")


def make_review(cycle: Cycle, employee: Employee, *, at: str = "calibration", **values: Any) -> Review:
    """A review that stands at a stage; the stages before it are done."""
    values.setdefault("state", at)
    review = Review(
        cycle=cycle, employee=employee, department=employee.department, post=employee.post,
        population=employee.population, superior_id=employee.superior_id, vp_id=employee.vp_id,
        flags=values.pop("flags", []), **values,
    )  # fmt: skip
    _kept(review)
    here = STAGES_TO.index(at)
    for position, stage in enumerate(STAGES_TO):
        state = "done" if position < here else "open" if position == here else "waiting"
        _kept(ReviewStage(review_id=review.id, stage=stage, position=position, state=state))
    return review


def actor_of(account: Account) -> Actor:
    """The account as the rules see it."""
    return account.actor()


def _kept(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
