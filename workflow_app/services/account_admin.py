"""Accounts in the hands of HR and the administrator: opening them for everyone, roles, closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, insert, or_, select

from states.errors import Message, Refusal
from states.permissions import ADMIN, DEPUTY_APPROVER, GENERAL_MANAGER, AccountFacts
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import ROLES, Account, Employee
from workflow_app.services.accounts import issue_password_link, open_account
from workflow_app.services.events import record_event
from workflow_app.services.importing.history import record_many
from workflow_app.services.importing.plan import Change, chunks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from states.permissions import Actor

POWERS = frozenset({GENERAL_MANAGER, DEPUTY_APPROVER, ADMIN})
"""Roles that only an administrator gives and takes: HR alone must not make its own approver."""


def account_facts(account: Account) -> AccountFacts:
    """The account as the rules see it."""
    return AccountFacts(account.id, frozenset(account.roles))


def employees_without_account(today: date) -> list[Employee]:
    """Who is employed today and cannot sign in yet, in order of number."""
    taken = select(Account.employee_id).where(Account.employee_id.is_not(None))
    names = select(Account.username)
    query = (
        select(Employee)
        .where(Employee.id.not_in(taken), Employee.employee_no.not_in(names))
        .where(or_(Employee.left.is_(None), Employee.left >= today))
        .order_by(Employee.employee_no)
    )
    return list(db.session.scalars(query))


def open_for_everyone(*, actor: Actor, now: datetime, today: date) -> int:
    """Open an account, named by the employee number, for everyone without one; how many."""
    require(actor, "manage_accounts")
    people = employees_without_account(today)
    for some in chunks(people):
        rows = [
            {"username": person.employee_no, "employee_id": person.id, "roles": [], "active": True, "session_epoch": 1}
            for person in some
        ]
        db.session.execute(insert(Account), rows)
        ids = db.session.scalars(select(Account.id).where(Account.employee_id.in_([person.id for person in some])))
        events = [(number, "account_opened", Change(str(number), "", ())) for number in ids]
        record_many("account", events, actor=actor, now=now)
    return len(people)


def open_for(username: str, employee_no: str, *, actor: Actor, now: datetime) -> Account:
    """Open one account, for an employee or (without a number) for somebody else.

    Refuses an unknown employee (invalid) and one who has an account (conflict).
    """
    require(actor, "manage_accounts")
    employee = None
    if employee_no:
        employee = db.session.scalar(select(Employee).filter_by(employee_no=employee_no))
        if employee is None:
            raise Refusal(Message("There is no employee with the number %(number)s.", number=employee_no))
        if db.session.scalar(select(Account.id).filter_by(employee_id=employee.id)):
            raise Refusal(
                Message("%(name)s has an account already. You find it in the list.", name=employee.name),
                kind="conflict",
            )
    return open_account(username, actor=actor, now=now, employee=employee)


def give_roles(account: Account, roles: Sequence[str], *, actor: Actor, now: datetime) -> Account:
    """Make the account's roles exactly these.

    Refuses unknown roles (invalid), one's own and powerful ones in the hands of HR alone (forbidden),
    and taking the last administrator's (conflict).
    """
    require(actor, "give_roles", account_facts(account))
    wanted = frozenset(roles)
    if unknown := wanted - set(ROLES):
        raise Refusal(Message("There is no role %(role)s.", role=", ".join(sorted(unknown))))
    if (wanted ^ frozenset(account.roles)) & POWERS:
        require(actor, "give_roles", AccountFacts(account.id, POWERS))
    if ADMIN in account.roles and ADMIN not in wanted:
        _keep_an_administrator(account)
    before = list(account.roles)
    if wanted != frozenset(before):
        account.roles = sorted(wanted)
        record_event(
            "account", account.id, "roles_changed", actor=actor, now=now, data={"before": before, "after": account.roles}
        )
    return account


def set_active(account: Account, *, active: bool, actor: Actor, now: datetime) -> Account:
    """Close an account (its sessions end) or open it again. Nobody closes their own."""
    require(actor, "give_roles", account_facts(account))
    if account.active == active:
        return account
    if not active and ADMIN in account.roles:
        _keep_an_administrator(account)
    account.active = active
    account.session_epoch += 1
    record_event("account", account.id, "account_reopened" if active else "account_closed", actor=actor, now=now)
    return account


def issue_links(*, actor: Actor, now: datetime) -> list[tuple[Account, str]]:
    """A fresh password link (as token) for every open account that has no password yet and one may manage."""
    require(actor, "manage_accounts")
    query = select(Account).where(Account.password_hash.is_(None), Account.active).order_by(Account.username)
    accounts = [one for one in db.session.scalars(query) if actor.has(ADMIN, "system") or POWERS.isdisjoint(one.roles)]
    return [(account, issue_password_link(account, actor=actor, now=now)) for account in accounts]


def count_without_password() -> int:
    """How many open accounts wait for their first password."""
    query = select(func.count()).select_from(Account).where(Account.password_hash.is_(None), Account.active)
    return db.session.scalar(query) or 0


def _keep_an_administrator(leaving: Account) -> None:
    others = db.session.scalars(select(Account).where(Account.active, Account.id != leaving.id))
    if not any(ADMIN in one.roles for one in others):
        raise Refusal(
            Message("This is the last administrator. Make somebody else one first."), kind="conflict"
        )
