"""Everybody at once, for planning a cycle: who leads whom, who is still here, who serves customers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Employee, ServiceLink


@dataclass(frozen=True)
class Roster:
    """The people of the company on a day."""

    people: dict[int, Employee]
    serving: frozenset[int]
    today: date

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


def read_roster(today: date) -> Roster:
    """Read everybody, left people too."""
    people = {person.id: person for person in db.session.scalars(select(Employee).order_by(Employee.id))}
    serving = frozenset(db.session.scalars(select(ServiceLink.employee_id).distinct()))
    return Roster(people, serving, today)
