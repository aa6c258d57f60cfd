"""Everybody at once, for planning a cycle: who leads whom, who is still here, who serves customers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Account, Employee, ServiceLink

NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class Roster:
    """The people of the company on a day."""

    people: dict[int, Employee]
    serving: frozenset[int]
    today: date
    holders: Mapping[str, int] = field(default_factory=dict)
    """Who holds a role: those that HR chose for the cycle, and whoever alone has an account of it."""

    def peers_of(self, person: Employee) -> list[int]:
        """Who has the same superior and works here, in order of their ids; the person left out."""
        return sorted(one.id for one in self._below(person.superior_id) if one.id != person.id)

    def reports_of(self, person: Employee) -> list[int]:
        """Who reports to the person directly and works here, in order of their ids."""
        return sorted(one.id for one in self._below(person.id))

    def _below(self, superior_id: int | None) -> list[Employee]:
        return [one for one in self._lines.get(superior_id or 0, []) if self.works(one)]

    @cached_property
    def _lines(self) -> dict[int, list[Employee]]:
        found: dict[int, list[Employee]] = {}
        for person in self.people.values():
            found.setdefault(person.superior_id or 0, []).append(person)
        return found

    def present(self, employee_id: int | None) -> int | None:
        """The id, if this person works here today; else None: somebody is lacking."""
        person = self.people.get(employee_id) if employee_id else None
        return person.id if person and self.works(person) else None

    def works(self, person: Employee) -> bool:
        """Whether the person has not left."""
        return person.left is None or person.left >= self.today

    def head_of(self, person: Employee) -> int | None:
        """The head of a person's department: the last superior, going up, who is still in it."""
        head, seen = None, {person.id}
        above = self.people.get(person.superior_id or 0)
        while above is not None and above.id not in seen and above.department == person.department:
            seen.add(above.id)
            head, above = above.id, self.people.get(above.superior_id or 0)
        return head

    def heads(self) -> dict[str, int]:
        """The head of each department: who works in it and reports outside it. A lone choice or none."""
        tops: dict[str, list[int]] = {}
        for person in self.people.values():
            superior = self.people.get(person.superior_id or 0)
            if self.works(person) and (superior is None or superior.department != person.department):
                tops.setdefault(person.department, []).append(person.id)
        return {department: ids[0] for department, ids in tops.items() if len(ids) == 1}


def read_roster(today: date, chosen: Mapping[str, int] = NOBODY) -> Roster:
    """Read everybody, left people too; `chosen` are the holders of roles that HR named for a cycle."""
    people = {person.id: person for person in db.session.scalars(select(Employee).order_by(Employee.id))}
    serving = frozenset(db.session.scalars(select(ServiceLink.employee_id).distinct()))
    return Roster(people, serving, today, _only_accounts() | dict(chosen))


def _only_accounts() -> dict[str, int]:
    """The roles of accounts that exactly one employee has."""
    found: dict[str, list[int]] = {}
    accounts = select(Account.employee_id, Account.roles).where(Account.active, Account.employee_id.is_not(None))
    for employee_id, roles in db.session.execute(accounts):
        for role in roles:
            found.setdefault(role, []).append(employee_id)
    return {role: ids[0] for role, ids in found.items() if len(ids) == 1}
