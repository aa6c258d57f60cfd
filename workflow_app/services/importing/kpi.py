"""Key figures of a year: what a file would change, and entering it as the page would (scheme §2.2).

A blank cell leaves what is stored as it is: a template that was filled in half takes nothing away.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.imports.cells import as_text
from workflow_app.models import Employee, KpiActual
from workflow_app.queries.kpi import find_kpi_table
from workflow_app.services.importing.plan import Change, Plan, added_and_changed, differences, in_words
from workflow_app.services.kpi_entry import YEARS, enter_figures
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme import Scheme
    from states.scheme.forms import KpiForm
    from states.scheme.forms import KpiRow as Spec
    from workflow_app.imports.kpi import KpiRow
    from workflow_app.imports.reading import Fault, Table

PARTS = ("actual", "target")
NO_YEAR = Message("Say which year the key figures belong to, from 2000 to 2100.")


@dataclass
class _Known:
    """The people of the file, the table that each is rated on, and what is stored of the year."""

    scheme: Scheme | None
    people: Mapping[str, Employee]
    stored: Mapping[tuple[str, str], dict[str, Any]]
    tables: dict[tuple[str, str], KpiForm | None] = field(default_factory=dict)

    def table_of(self, person: Employee) -> KpiForm | None:
        """The KPI table of a person; people of one post and population have the same."""
        key = (person.population, person.post)
        if key not in self.tables:
            self.tables[key] = find_kpi_table(person, self.scheme) if self.scheme else None
        return self.tables[key]


def plan_kpi(rows: Sequence[KpiRow], table: Table, *, year: int | None) -> Plan:
    """What would be entered and changed. Refuses (invalid) to go on without a year."""
    if year not in YEARS or year is None:
        raise Refusal(NO_YEAR)
    known = _known({row.employee_no for row in rows}, year)
    faults: list[Fault] = []
    found = list(_resolved(rows, known, table, faults))
    pairs = [(_change(row, before), before) for row in found for before in [known.stored.get((row.employee_no, row.kpi))]]
    # A row whose cells are both blank says nothing: it is neither added nor changed.
    added, changed = added_and_changed((change, before) for change, before in pairs if change.fields)
    named = {(row.employee_no, row.kpi) for row in found}
    return Plan(
        "kpi", added, changed,
        unchanged=len(found) - len(added) - len(changed),
        absent=sum(key not in named for key in known.stored),
        faults=tuple(faults), year=year,
    )  # fmt: skip


def write_kpi(plan: Plan, *, actor: Actor, now: datetime, advance: Callable[[int], None]) -> None:
    """Enter the figures person by person, each with its event. Refuses (forbidden) one's own."""
    by_person: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for one in (*plan.added, *plan.changed):
        whole = (one.stored or {}) | {part: value for part, value in _told(one.row).items() if value is not None}
        texts = {part: in_words(whole.get(part)) for part in PARTS}
        by_person[one.row.employee_no][one.row.kpi] = {part: text for part, text in texts.items() if text}
    for employee in db.session.scalars(select(Employee).where(Employee.employee_no.in_(by_person))).all():
        figures = by_person[employee.employee_no]
        enter_figures(employee, plan.year or 0, figures, actor=actor, now=now)
        advance(len(figures))


def _known(numbers: set[str], year: int) -> _Known:
    people = {one.employee_no: one for one in db.session.scalars(select(Employee).where(Employee.employee_no.in_(numbers)))}
    query = (
        select(Employee.employee_no, KpiActual.kpi, KpiActual.actual, KpiActual.target)
        .join(KpiActual, KpiActual.employee_id == Employee.id)
        .where(KpiActual.year == year)
    )
    stored = {(number, kpi): {"actual": actual, "target": target} for number, kpi, actual, target in db.session.execute(query)}
    return _Known(current_scheme(), people, stored)


def _resolved(rows: Sequence[KpiRow], known: _Known, table: Table, faults: list[Fault]) -> Iterator[KpiRow]:
    """The rows by the codes of their key figures; what is wrong with the rest goes into `faults`."""
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        found = _spec(row, known)
        if isinstance(found, tuple):
            faults.append(table.fault(row.row, *found))
        elif first.setdefault((row.employee_no, found.code), row.row) != row.row:
            at = first[row.employee_no, found.code]
            faults.append(table.fault(row.row, "kpi", Message(
                "%(number)s has this key figure already, in row %(first)s.", number=row.employee_no, first=at
            )))
        else:
            yield replace(row, kpi=found.code)


def _spec(row: KpiRow, known: _Known) -> Spec | tuple[str, Message]:
    """The row of the person's table that is meant, or the column and what is wrong with it."""
    person = known.people.get(row.employee_no)
    if person is None:
        return "employee_no", Message(
            "There is no employee with the number %(number)s in the system. Import the employees first.",
            number=row.employee_no,
        )
    form = known.table_of(person)
    if form is None:
        return "employee_no", Message("%(number)s has no KPI table in the current scheme.", number=row.employee_no)
    said = row.kpi.casefold()
    spec = next((one for one in form.rows if said in _names(one)), None)
    allowed = [one.title for one in form.rows if one.source_form is None]
    if spec is None:
        return "kpi", Message(
            "“%(found)s” is no key figure of this person's table; allowed: %(allowed)s.", found=row.kpi[:80],
            allowed=" · ".join(f"{title.zh} {title.en}" for title in allowed),
        )
    if spec.source_form is not None:
        source = known.scheme.forms.get(spec.source_form) if known.scheme else None
        return "kpi", Message(
            "“%(kpi)s” is not entered: it comes from “%(form)s”. Take the row out.", kpi=spec.title,
            form=source.title if source else spec.source_form,
        )
    return spec


def _names(spec: Spec) -> set[str]:
    return {as_text(name).casefold() for name in (spec.code, spec.title.zh, spec.title.en)}


def _change(row: KpiRow, known: Mapping[str, Any] | None) -> Change:
    told = {part: value for part, value in _told(row).items() if value is not None}
    return Change(f"{row.employee_no} {row.kpi}", row.employee_no, differences(known or {}, told), row.row, row, known)


def _told(row: KpiRow) -> dict[str, Any]:
    return {"actual": row.actual, "target": row.target}
