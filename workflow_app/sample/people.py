"""Who is who in the sample: accounts, roles, and the actor behind each person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.permissions import SYSTEM, Actor
from workflow_app.db import db
from workflow_app.models import Account, Employee
from workflow_app.services.account_admin import give_roles, open_for, open_for_everyone, set_active

if TYPE_CHECKING:
    from datetime import datetime

GENERAL_MANAGER, DEPUTY, HR, SECOND_HR = "K1001", "K1005", "K1006", "K1008"
COLLEAGUE, SERVICE_MANAGER = "K1007", "K1009"
ROLES = {
    GENERAL_MANAGER: ["general_manager"],
    DEPUTY: ["deputy_approver", "hr"],
    HR: ["hr"],
    "K1007": ["hr"],
    SECOND_HR: ["hr"],
}
ADMINISTRATOR = "admin"


def open_accounts(*, now: datetime, today: date) -> None:
    """An account for everybody employed, roles for those who hold one, and an administrator."""
    open_for_everyone(actor=SYSTEM, now=now, today=today)
    for number, roles in ROLES.items():
        account = db.session.scalar(select(Account).filter_by(username=number))
        if account is not None:
            give_roles(account, roles, actor=SYSTEM, now=now)
    if db.session.scalar(select(Account.id).filter_by(username=ADMINISTRATOR)) is None:
        give_roles(open_for(ADMINISTRATOR, "", actor=SYSTEM, now=now), ["admin"], actor=SYSTEM, now=now)


def close_accounts_of_leavers(*, now: datetime, today: date) -> None:
    """Whoever has left cannot sign in any more."""
    gone = select(Account).join(Account.employee).where(Employee.left < today, Account.active)
    for account in db.session.scalars(gone):
        set_active(account, active=False, actor=SYSTEM, now=now)


class Cast:
    """The people of the company as actors, by employee id and by number."""

    def __init__(self) -> None:
        accounts = db.session.scalars(select(Account).join(Account.employee)).all()
        self._actors = {account.employee_id: account.actor() for account in accounts}
        self.numbers = {account.username: account.employee_id for account in accounts if account.employee_id}

    def __contains__(self, employee_id: int) -> bool:
        return employee_id in self._actors

    def actor(self, employee_id: int | None) -> Actor:
        """The person behind an id."""
        return self._actors[employee_id]

    def named(self, number: str) -> Actor:
        """The person behind an employee number."""
        return self._actors[self.numbers[number]]
