"""A small company and its cycles for tests: each function adds one thing and flushes it, never commits."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from workflow_app.db import db
from workflow_app.models import Account, Customer, Cycle, Employee, ServiceLink
from workflow_app.services.launching import create_cycle
from workflow_app.services.publishing import publish_scheme

if TYPE_CHECKING:
    from workflow_app.models import SchemeVersion

# A Monday without holidays around it, ten in the morning in Shanghai.
NOW = datetime(2026, 3, 9, 2, 0, tzinfo=UTC)
_numbers = count(1)


def _add(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row


def make_employee(**values: Any) -> Employee:
    """Somebody on the front line in 客户服务部 since 2020; `superior` and `vp` are employees."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "employee_no": f"T{number:04}", "name": f"员工{number}", "email": f"t{number}@example.com",
        "department": "客户服务部", "post": "客服专员", "population": "front_line", "joined": date(2020, 1, 1),
    }
    return _add(Employee(**(defaults | values)))


def make_account(*roles: str, employee: Employee | None = None, **values: Any) -> Account:
    """An account without a password; sign in with the fixture `sign_in`."""
    defaults: dict[str, Any] = {"username": f"user{next(_numbers)}", "roles": sorted(roles), "locale": "en"}
    return _add(Account(**(defaults | {"employee": employee} | values)))


def make_customer(*served_by: Employee, **values: Any) -> Customer:
    """A customer's contact, and who serves it."""
    number = next(_numbers)
    customer = _add(
        Customer(**({"customer_no": f"C{number}", "name": f"客户{number}", "email": f"c{number}@example.net"} | values))
    )
    for employee in served_by:
        _add(ServiceLink(customer=customer, employee=employee))
    return customer


def make_scheme() -> SchemeVersion:
    """The built-in scheme, published."""
    return publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=NOW)


def make_cycle(kind: str = "year_end", period: str = "2025", **values: Any) -> Cycle:
    """A draft cycle of the built-in scheme."""
    cycle = create_cycle(make_scheme(), kind, period, actor=SYSTEM, now=NOW)
    for name, value in values.items():
        setattr(cycle, name, value)
    db.session.flush()
    return cycle


class Company:
    """General manager, VP, HR director and clerk, manager, supervisor, two agents, one customer."""

    def __init__(self) -> None:
        self.gm = make_employee(name="方总", department="总经办", post="总经理", population="management")
        top = {"population": "management", "superior": self.gm, "vp": self.gm}
        self.vp = make_employee(name="谭副总", department="总经办", post="主管副总", **top)
        self.director = make_employee(name="汤总监", department="人力资源部", post="人力资源总监", **top)
        self.clerk = make_employee(
            name="范专员", department="人力资源部", post="人力资源专员", population="office", superior=self.director,
            vp=self.vp,
        )
        self.manager = make_employee(
            name="卢经理", post="客户服务经理", population="management", superior=self.vp, vp=self.vp
        )
        self.supervisor = make_employee(
            name="宋主管", post="客服主管", population="management", superior=self.manager, vp=self.vp
        )
        self.agent = make_employee(name="侯杰", superior=self.supervisor, vp=self.vp)
        self.other = make_employee(name="武超", superior=self.supervisor, vp=self.vp)
        self.customer = make_customer(self.agent)
        self.hr = make_account("hr", employee=self.clerk)

    @property
    def rated(self) -> set[int]:
        """Everybody but the general manager."""
        people = (self.vp, self.director, self.clerk, self.manager, self.supervisor, self.agent, self.other)
        return {person.id for person in people}
