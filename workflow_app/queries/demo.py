"""The sample company's roles: who to step into, and what each has to do. Only a sample database has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from states.errors import N_
from workflow_app.clock import now
from workflow_app.db import db
from workflow_app.models import Account, Assignment, Cycle, Employee, Invitation, Review, Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

SAMPLE = "sample"
MANAGER, SUPERVISOR, AGENT, ACCOUNTANT = "客户服务经理", "客服主管", "客服专员", "会计"


@dataclass(frozen=True)
class RoleCard:
    """One role: its title, what can be tried in it, and the account of the person who holds it."""

    title: str
    task: str
    account: Account


def is_sample() -> bool:
    """Whether this database was made as the sample company's: set when it is created, never after."""
    return db.session.scalar(select(Setting.value).filter_by(key=SAMPLE)) == "yes"


def role_cards() -> list[RoleCard]:
    """One card a role that somebody with an account holds; nobody stands on two."""
    cards: list[RoleCard] = []
    for title, task, accounts in _candidates():
        taken = {card.account.id for card in cards}
        account = next((one for one in accounts if one.id not in taken), None)
        if account is not None:
            cards.append(RoleCard(title, task, account))
    return cards


def _candidates() -> list[tuple[str, str, Sequence[Account]]]:
    hr = _holders("hr")
    return [
        (N_("Human resources"), N_("Import people, launch a cycle, calibrate, release results."), hr),
        (N_("Human resources, second person"), N_("Calibrates the first one's grade: nobody does their own."), hr),
        (N_("General manager"), N_("Approve the grades, or return them with a reason."), _holders("general_manager")),
        (N_("Deputy approver"), N_("Sign what the general manager scored."), _holders("deputy_approver")),
        (N_("Vice president"), N_("Fill in the feedback cards of a division."), _vice_presidents()),
        (N_("Customer-service manager"), N_("Score the team; be rated on a KPI table."), _in_post(MANAGER)),
        (N_("Supervisor"), N_("Score the people of one shift."), _in_post(SUPERVISOR)),
        (N_("Agent"), N_("Write the self review; see a result and sign for it."), _in_post(AGENT)),
        (N_("Finance"), N_("Rated as office staff, in a ranking apart."), _in_post(ACCOUNTANT)),
        (N_("Administrator"), N_("Accounts, roles, mail and what went wrong."), _holders("admin")),
    ]


def account_named(words: str) -> Account | None:
    """The account of an employee number or a user name."""
    query = select(Account).outerjoin(Account.employee).where(
        Account.active, (Account.username == words) | (Employee.employee_no == words) | (Employee.name == words)
    )
    return db.session.scalars(query.limit(1)).first()


def open_invitation() -> Invitation | None:
    """A customer's invitation that was not answered yet, of a person in customer service if there is one."""
    query = (
        select(Invitation)
        .join(Review, Review.id == Invitation.review_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .where(Invitation.state.in_(("sent", "opened")), Cycle.state == "open", Invitation.expires_at > now())
        .order_by((Review.post == AGENT).desc(), Invitation.id)
    )
    return db.session.scalars(query.limit(1)).first()


def _busiest() -> Select[tuple[Account]]:
    """Accounts of employees, those with the most open forms first."""
    todo = (
        select(func.count(Assignment.id))
        .where(Assignment.assignee_id == Account.employee_id, Assignment.state == "open")
        .correlate(Account)
        .scalar_subquery()
    )
    return select(Account).join(Account.employee).where(Account.active).order_by(todo.desc(), Account.id)


def _holders(role: str) -> Sequence[Account]:
    people_first = Account.employee_id.is_(None)
    accounts = db.session.scalars(select(Account).where(Account.active).order_by(people_first, Account.id))
    # Who holds this role alone comes first: the one who also approves stands on another card.
    return sorted((one for one in accounts if role in one.roles), key=lambda one: len(one.roles))


def _in_post(post: str) -> Sequence[Account]:
    return db.session.scalars(_busiest().where(Employee.post == post).limit(20)).all()


def _vice_presidents() -> Sequence[Account]:
    led = aliased(Employee)
    leads = select(led.id).where(led.vp_id == Employee.id, led.superior_id != Employee.id).exists()
    return db.session.scalars(_busiest().where(leads).limit(20)).all()
