"""What both years have in common: a launched cycle with its customers invited."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Assignment, Employee, Review
from workflow_app.sample.diary import WorkingDays
from workflow_app.sample.errands import run_errands
from workflow_app.sample.journey import Year
from workflow_app.sample.people import COLLEAGUE, DEPUTY, HR
from workflow_app.schemes import read_scheme
from workflow_app.services.assigning import hand_over
from workflow_app.services.inviting import ask_to_send
from workflow_app.services.launching import create_cycle, launch
from workflow_app.working_days import calendar_of, zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Cycle, SchemeVersion
    from workflow_app.sample.people import Cast
    from workflow_app.sample.workbooks import Workbooks

KIND = "year_end"


def launched_year(
    version: SchemeVersion, period: str, first: date, count: int, books: Workbooks, cast: Cast
) -> Year:
    """A year-end cycle launched on the first working day from `first` on."""
    scheme = read_scheme(version)
    days = WorkingDays.since(first, count, zone_of(scheme), calendar_of(scheme))
    return _launched(version, period, days, books, cast)


def running_year(version: SchemeVersion, period: str, now: datetime, count: int, books: Workbooks, cast: Cast) -> Year:
    """A year-end cycle launched so many working days before `now`."""
    scheme = read_scheme(version)
    days = WorkingDays.before(now, count, zone_of(scheme), calendar_of(scheme))
    return _launched(version, period, days, books, cast)


def _launched(version: SchemeVersion, period: str, days: WorkingDays, books: Workbooks, cast: Cast) -> Year:
    hr = cast.named(HR)
    created, launched, asked = (days.at(0, hour) for hour in (time(8, 40), time(8, 50), time(9)))
    cycle = create_cycle(version, KIND, period, actor=hr, now=created)
    launch(cycle, actor=hr, now=launched)
    run_errands(launched)
    ask_to_send(cycle, actor=hr, now=asked)
    run_errands(asked)
    _free_the_deputy(cycle, cast, now=asked)
    return Year(cycle, cast, days, books.standing)


def _free_the_deputy(cycle: Cycle, cast: Cast, *, now: datetime) -> None:
    """Give the deputy approver's questionnaires to a colleague: who answers about somebody cannot sign their grade.

    The general manager answers too; without this nobody would be left to sign.
    """
    colleague = db.session.get_one(Employee, cast.numbers[COLLEAGUE])
    asked = select(Assignment).join(Review).where(
        Review.cycle_id == cycle.id, Assignment.stage == "internal_survey",
        Assignment.assignee_id == cast.numbers[DEPUTY], Assignment.state == "open",
    )
    for assignment in db.session.scalars(asked).all():
        hand_over(assignment, colleague, actor=cast.named(HR), now=now)
