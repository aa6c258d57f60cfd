"""The year-end appraisal of 2025, launched three weeks ago: somebody stands at every stage."""

from __future__ import annotations

from datetime import datetime, time
from functools import partial
from typing import TYPE_CHECKING

from states.deadlines import add_working_days
from workflow_app.sample.figures import enter_figures
from workflow_app.sample.journey import Travel, Turnout, ask_customers, note_form, travel
from workflow_app.sample.people import HR, SECOND_HR, SERVICE_MANAGER
from workflow_app.sample.steps import running_year
from workflow_app.schemes import scheme_of
from workflow_app.services.assigning import extend
from workflow_app.services.inviting import set_reminder_timer
from workflow_app.services.reminding import run_day, set_daily_timer
from workflow_app.working_days import calendar_of, end_of_day, zone_of

if TYPE_CHECKING:
    from states.permissions import Actor
    from workflow_app.models import Cycle, Review, SchemeVersion
    from workflow_app.sample.journey import Year
    from workflow_app.sample.people import Cast
    from workflow_app.sample.progress import Progress
    from workflow_app.sample.workbooks import Workbooks

WORKING_DAYS = 15
EXTENDED_ON, MORNINGS = 6, (1, 8, 14)
LONGER_BY = 4
"""HR gave those who were away so many working days from today for their self review."""

TO_THE_END = {"self_review": (1, 3), "manager_scoring": (4, 8), "vp_feedback": (9, 13)}
WAYS = {
    "self_open": Travel({}),
    "self_late": Travel({}),
    "self_missed": Travel({}),
    "self_draft": Travel({}, begins="self_review"),
    "scoring_open": Travel({"self_review": (5, 7)}),
    "scoring_draft": Travel({"self_review": (5, 7)}, begins="manager_scoring"),
    "scoring_late": Travel({"self_review": (1, 2)}),
    "card_open": Travel({"self_review": (1, 4), "manager_scoring": (9, 13)}),
    "card_draft": Travel({"self_review": (1, 4), "manager_scoring": (8, 11)}, begins="vp_feedback", begins_on=(12, 14)),
    "survey": Travel(TO_THE_END),
    "ready": Travel(TO_THE_END),
}
PATTERN = (
    "ready", "scoring_open", "card_open", "survey", "self_open", "scoring_open", "ready", "card_open", "scoring_draft",
    "survey", "scoring_late", "self_draft", "ready", "card_open", "scoring_open", "survey", "self_late", "card_draft",
    "ready", "self_missed",
)  # fmt: skip
NAMED = {
    "K1002": "scoring_open", "K1003": "scoring_draft", "K1004": "card_open", "K1005": "scoring_open",
    "K1006": "self_open", "K1007": "card_open", "K1008": "self_draft", "K1009": "scoring_draft",
    "K1013": "self_open", "K1015": "scoring_open", "K1016": "ready",
}  # fmt: skip
"""People whose desks are looked at first: each finds something of their own to do."""
HALF, EVERYBODY = Turnout(answer=0.5, days=(1, 13), unanswered=1), Turnout(answer=1.0, decline=0.0, days=(1, 13))
HELD_UP = frozenset({"self_open", "self_draft", "self_late"})


def make_this_year(version: SchemeVersion, books: Workbooks, cast: Cast, progress: Progress, *, now: datetime) -> Cycle:
    """The running cycle as it stands at `now`."""
    year = running_year(version, "2025", now, WORKING_DAYS, books, cast)
    enter_figures(2025)
    for place, review in enumerate(year.reviews):
        way = NAMED.get(review.employee.employee_no, PATTERN[place % len(PATTERN)])
        travel(year, review, WAYS[way])
        ask_customers(year, review, EVERYBODY if way == "ready" else HALF)
        if way in HELD_UP:
            _hold_up(year, review, way, now)
    _ask_departments(year)
    for day in MORNINGS:
        year.diary.note(year.days.at(day, time(9)), lambda moment: run_day(year.cycle.id, now=moment))
    progress.begin("2025: forms and customers", len(year.diary.entries))
    year.diary.play(progress.advance)
    set_daily_timer(year.cycle, now=now)
    set_reminder_timer(year.cycle.id, now=now, anew=True)
    return year.cycle


def _hold_up(year: Year, review: Review, way: str, now: datetime) -> None:
    """HR gives more time: to some until next week, to some until a day that is over by now."""
    scheme = scheme_of(year.cycle)
    today = now.astimezone(zone_of(scheme)).date()
    longer = add_working_days(today, LONGER_BY, calendar_of(scheme))
    until = year.days.days[-1] if way == "self_late" else longer
    hr = SECOND_HR if review.employee_id == year.cast.numbers[HR] else HR
    year.diary.note(
        year.days.at(EXTENDED_ON, time(16)),
        partial(_extend, review, end_of_day(until, scheme), year.cast.named(hr)),
    )


def _extend(review: Review, due_at: datetime, actor: Actor, now: datetime) -> None:
    extend(review, "self_review", due_at=due_at, actor=actor, now=now)


def _ask_departments(year: Year) -> None:
    """The departments that the service manager serves have answered in part."""
    manager = next((one for one in year.reviews if one.employee.employee_no == SERVICE_MANAGER), None)
    asked = [one for one in year.forms[manager.id] if one.stage == "internal_survey"] if manager else []
    if manager and asked:
        for assignment in asked[: len(asked) // 2]:
            note_form(year, assignment, (3, 12))
