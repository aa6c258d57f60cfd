"""Reminders: one mail a person and day at most, and about each form once when it opens, nears its end, is late."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.deadlines import add_working_days
from states.permissions import SYSTEM, Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job
from workflow_app.models import Account, Assignment, Cycle, Employee, Event, Review
from workflow_app.queries.facts import review_facts
from workflow_app.schemes import scheme_of
from workflow_app.services.advancing import kind_of
from workflow_app.services.events import record_event
from workflow_app.services.leavers import close_out_leavers
from workflow_app.services.mailing import queue_mail
from workflow_app.services.overdue import close_finished_cycle, close_overdue
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.working_days import calendar_of, zone_of

DAILY = "daily"
AT = time(9, 0)
SOON_WORKING_DAYS = 2
RUNNING = ("open", "calibrating", "approving", "released")


@dataclass(frozen=True)
class Line:
    """One form in a reminder, and why it is named: opened, soon, late, asked or escalated."""

    assignment: Assignment
    why: str

    @property
    def person(self) -> Employee:
        """Whose review it is."""
        return self.assignment.review.employee

    @property
    def stage_title(self) -> object:
        """The stage, in both languages."""
        spec = kind_of(self.assignment.review.cycle).stage(self.assignment.stage)
        return spec.title if spec else self.assignment.stage


def set_daily_timer(cycle: Cycle, *, now: datetime) -> None:
    """Wake up for this cycle at nine on the next working day, where the company is."""
    scheme = scheme_of(cycle)
    zone = zone_of(scheme)
    day = add_working_days(now.astimezone(zone).date() + timedelta(days=1), 0, calendar_of(scheme))
    moment = datetime.combine(day, AT, tzinfo=zone)
    set_timer("cycle", cycle.id, DAILY, due_at=moment, job=Job.REMIND, cycle_id=cycle.id)


def run_day(cycle_id: int, *, now: datetime) -> int:
    """A cycle's morning: close what is overdue, remind, close the cycle if it is over; returns the mails.

    Sets the next morning's timer while the cycle runs. Done twice on a day, it reminds once.
    """
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.state not in RUNNING:
        cancel_timer("cycle", cycle.id, DAILY)
        return 0
    close_out_leavers(cycle, now=now)
    close_overdue(cycle, now=now)
    mails = send_reminders(cycle, now=now)
    if not close_finished_cycle(cycle, now=now):
        set_daily_timer(cycle, now=now)
    return mails


def send_reminders(cycle: Cycle, *, now: datetime) -> int:
    """Mail everybody who has something new, due soon or late in this cycle; returns how many mails."""
    assignments = open_assignments(cycle)
    told = _told(assignments)
    lines = [
        Line(assignment, why)
        for assignment in assignments
        for why in _reasons(cycle, assignment, now)
        if (assignment.id, why, _due(assignment)) not in told
    ]
    return _mail_all(lines, now=now) + _mail_all_escalated(lines, now=now)


def remind_now(assignments: Iterable[Assignment], *, actor: Actor, now: datetime) -> int:
    """HR asks for these forms at once; forms without a person are left out. Returns how many mails."""
    lines = []
    for assignment in assignments:
        require(actor, "manage_review", review_facts(assignment.review))
        if assignment.state == "open" and assignment.assignee_id is not None:
            lines.append(Line(assignment, "asked"))
    return _mail_all(lines, now=now, actor=actor)


def open_assignments(cycle: Cycle) -> Sequence[Assignment]:
    """The forms of a cycle that somebody has to fill now."""
    query = (
        select(Assignment)
        .join(Review)
        .where(Review.cycle_id == cycle.id, Assignment.state == "open", Assignment.assignee_id.is_not(None))
        .options(joinedload(Assignment.review).joinedload(Review.employee), joinedload(Assignment.assignee))
        .order_by(Assignment.due_at, Assignment.id)
    )
    return db.session.scalars(query).all()


def _reasons(cycle: Cycle, assignment: Assignment, now: datetime) -> list[str]:
    """Why a form is worth a line this morning."""
    if assignment.due_at is None:
        return []
    if assignment.due_at < now:
        return ["late"]
    scheme = scheme_of(cycle)
    zone = zone_of(scheme)
    soon = add_working_days(now.astimezone(zone).date(), SOON_WORKING_DAYS, calendar_of(scheme))
    return ["soon"] if assignment.due_at.astimezone(zone).date() <= soon else ["opened"]


def _told(assignments: Sequence[Assignment]) -> set[tuple[int, str, str]]:
    """(assignment, why, deadline) of the reminders so far: a new deadline is a new generation."""
    ids = [assignment.id for assignment in assignments]
    query = select(Event.subject_id, Event.data).where(
        Event.subject_type == "assignment", Event.kind == "reminded", Event.subject_id.in_(ids)
    )
    return {(subject, data["why"], data["due"]) for subject, data in db.session.execute(query)}


def _due(assignment: Assignment) -> str:
    return assignment.due_at.isoformat() if assignment.due_at else ""


def _mail_all(lines: Iterable[Line], *, now: datetime, actor: Actor = SYSTEM) -> int:
    by_person: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        record_event(
            "assignment", line.assignment.id, "reminded", actor=actor, now=now,
            data={"why": line.why, "due": _due(line.assignment)},
        )
        if line.assignment.assignee is not None and line.assignment.assignee.email:
            by_person[line.assignment.assignee.id].append(line)
    for own in by_person.values():
        assignee = own[0].assignment.assignee
        if assignee is not None:
            _mail(assignee, own, now=now)
    return len(by_person)


def _mail_all_escalated(lines: Iterable[Line], *, now: datetime) -> int:
    """What is late and escalates is told to the assignee's own superior too."""
    by_superior: dict[int, list[Line]] = defaultdict(list)
    superiors: dict[int, Employee] = {}
    for line in lines:
        spec = kind_of(line.assignment.review.cycle).stage(line.assignment.stage)
        above = line.assignment.assignee.superior if line.assignment.assignee else None
        if line.why == "late" and spec is not None and spec.overdue == "escalate" and above is not None and above.email:
            superiors[above.id] = above
            by_superior[above.id].append(Line(line.assignment, "escalated"))
    for superior_id, own in by_superior.items():
        _mail(superiors[superior_id], own, now=now)
    return len(by_superior)


def _mail(person: Employee, lines: Sequence[Line], *, now: datetime) -> None:
    cycle = lines[0].assignment.review.cycle
    settings = current_app.config["SETTINGS"]
    chosen = db.session.scalar(select(Account.locale).filter_by(employee_id=person.id))
    locale = chosen or settings.default_locale
    title = cycle.title_zh if locale == "zh" else cycle.title_en
    escalated = lines[0].why == "escalated"
    words = {"person": person, "lines": lines, "title": title, "link": settings.base_url, "escalated": escalated}
    with force_locale(locale):
        late, own = _("Late in your team: %(cycle)s", cycle=title), _("For you to fill in: %(cycle)s", cycle=title)
        queue_mail(
            f"remind-{cycle.id}-{person.id}-{lines[0].why}-{now:%Y%m%dT%H%M}",
            person.email, subject=late if escalated else own,
            text=render_template("cycles/reminder.txt", **words),
            html=render_template("cycles/reminder.html", lang=locale, **words),
            now=now,
        )
