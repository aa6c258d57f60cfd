"""Before the launch: who takes part, who does not and why, and where somebody is lacking."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from states.errors import Message
from states.periods import Span, periods_employed
from states.scheme import Scheme, Text
from states.scheme.cycles import StageSpec
from workflow_app.db import db
from workflow_app.models import Cycle, Employee, Review
from workflow_app.queries.leave import is_short, on_leave_throughout
from workflow_app.queries.roster import Roster, read_roster
from workflow_app.schemes import scheme_of
from workflow_app.services.planning import PlannedStage, lacking, plan_review
from workflow_app.working_days import zone_of

TOO_NEW = "too_new"


@dataclass(frozen=True)
class Candidate:
    """Somebody who takes part, and what the review will consist of."""

    employee: Employee
    plan: list[PlannedStage]
    flags: tuple[str, ...] = ()

    @property
    def lacking(self) -> list[tuple[StageSpec, str]]:
        """(stage, form) pairs for which nobody is there."""
        return lacking(self.plan)


@dataclass(frozen=True)
class LeftOut:
    """Somebody who does not take part, and why."""

    employee: Employee
    reason: Message


@dataclass(frozen=True)
class Candidates:
    """Everybody, sorted into those in and those out."""

    people: list[Candidate]
    out: list[LeftOut]

    @property
    def incomplete(self) -> list[Candidate]:
        """Those for whom somebody has to be named."""
        return [candidate for candidate in self.people if candidate.lacking]

    @property
    def too_new(self) -> list[Candidate]:
        """Those who are scored but get no band."""
        return [candidate for candidate in self.people if TOO_NEW in candidate.flags]


def candidates(cycle: Cycle, *, now: datetime) -> Candidates:
    """Sort everybody for a cycle as things stand now, by department, post and number."""
    roster = roster_of(cycle, now)
    elsewhere = _elsewhere(cycle) | _on_leave(cycle)
    found = Candidates([], [])
    for person in sorted(roster.people.values(), key=lambda one: (one.department, one.employee_no)):
        reason = reason_out(person, cycle, elsewhere)
        if reason:
            found.out.append(LeftOut(person, reason))
        else:
            found.people.append(candidate_of(person, cycle, roster))
    return found


def roster_of(cycle: Cycle, now: datetime) -> Roster:
    """Everybody as they are today, with the holders of the roles that this cycle names."""
    return read_roster(local_day(cycle, now), cycle.role_holders)


def chosen(cycle: Cycle, people: Iterable[Employee], roster: Roster) -> list[Candidate]:
    """Those of `people` who take part; for a chunk of the launch."""
    elsewhere = _elsewhere(cycle) | _on_leave(cycle)
    return [candidate_of(one, cycle, roster) for one in people if reason_out(one, cycle, elsewhere) is None]


def candidate_of(person: Employee, cycle: Cycle, roster: Roster) -> Candidate:
    """A person's plan and flags in a cycle."""
    scheme = scheme_of(cycle)
    kind = scheme.cycle_kinds[cycle.kind]
    span = Span(cycle.period, cycle.period_start, cycle.period_end)
    new = kind.period == "year" and _stays_too_new(person, span, scheme)
    return Candidate(person, plan_review(person, kind, roster), (TOO_NEW,) if new else ())


def _stays_too_new(person: Employee, span: Span, scheme: Scheme) -> bool:
    """Whether even a full set of records would be fewer than the scheme asks for."""
    coverage = scheme.composition.coverage
    shapes = [scheme.record_kinds[kind].period for kind in coverage.kinds]
    counts = [periods_employed(span, person.joined, person.left, shape) for shape in shapes]
    return None not in counts and sum(count or 0 for count in counts) < coverage.least


def reason_out(person: Employee, cycle: Cycle, elsewhere: dict[int, Message]) -> Message | None:
    """Why a person does not take part, or None. Nobody without a superior is rated."""
    if person.superior_id is None:
        return Message("Has no superior, and nobody without a superior is rated.")
    if person.left is not None and person.left <= cycle.period_end and not keeps_leavers(cycle):
        return Message("Left on %(day)s, by the end of the period.", day=person.left)
    if scheme_of(cycle).population(person.population) is None:
        return Message("The scheme does not know the population “%(population)s”.", population=person.population)
    if person.joined > cycle.period_end:
        return Message("Joined on %(day)s, after the period.", day=person.joined)
    return elsewhere.get(person.id)


def keeps_leavers(cycle: Cycle) -> bool:
    """Whether the scheme rates people who left before the end of the period all the same."""
    return scheme_of(cycle).cycle_kinds[cycle.kind].leavers == "keep"


def local_day(cycle: Cycle, now: datetime) -> date:
    """The day it is where the company is."""
    return now.astimezone(zone_of(scheme_of(cycle))).date()


def _elsewhere(cycle: Cycle) -> dict[int, Message]:
    """Who is rated in another cycle of this kind and period already, or in one that leaves the same record."""
    query = (
        select(Review.employee_id, Cycle)
        .join(Cycle, Review.cycle_id == Cycle.id)
        .where(
            Cycle.id.in_(_of_one_record(cycle)), Cycle.state != "cancelled", Review.state != "excluded",
        )
    )
    return {
        employee_id: Message("Takes part in “%(cycle)s” already.", cycle=title_of(other))
        for employee_id, other in db.session.execute(query)
    }


def _of_one_record(cycle: Cycle) -> list[int]:
    """Other cycles of the period of this kind, or of one with the same record: a person's figure is of one of them."""
    def record(one: Cycle) -> str | None:
        kind = scheme_of(one).cycle_kinds[one.kind]
        return None if kind.period == "day" else kind.record_kind

    others = db.session.scalars(select(Cycle).where(Cycle.id != cycle.id, Cycle.period == cycle.period))
    return [one.id for one in others if one.kind == cycle.kind or (record(one) and record(one) == record(cycle))]


def _on_leave(cycle: Cycle) -> dict[int, Message]:
    """Who is away for the whole of a week or month: it does not apply to them (scheme §4)."""
    if not is_short(cycle):
        return {}
    return dict.fromkeys(on_leave_throughout(cycle), Message("On leave for the whole period."))


def title_of(cycle: Cycle) -> Text:
    """The cycle's title in both languages, for messages and pages."""
    return Text(zh=cycle.title_zh, en=cycle.title_en)
