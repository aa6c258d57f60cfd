"""What a person's desk says: what to do now, late first, then by date; what waits for others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload

from states.errors import Message
from states.scheme import Text
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Invitation, Review, ReviewStage, Submission
from workflow_app.queries.surveys import survey_row, survey_stage
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from states.scheme.cycles import StageSpec

LIVE = ("open", "calibrating", "approving", "released")
ALONE = 2
"""As many forms of one kind stand on their own; more become one row that leads to the team."""

DO_IT = {
    "self": Message("Write my self review"),
    "manager": Message("Score %(name)s"),
    "vp": Message("Fill in the feedback card for %(name)s"),
    "departments": Message("Answer the internal questionnaire about %(name)s"),
    "department_head": Message("Confirm the scores of %(name)s"),
}
DO_THEM = {
    "manager": Message("Score %(count)s people"),
    "vp": Message("Fill in %(count)s feedback cards"),
    "departments": Message("Answer %(count)s internal questionnaires"),
    "department_head": Message("Confirm the scores of %(count)s people"),
}


OPEN = Message("Open")


@dataclass(frozen=True)
class Task:
    """One row of the desk: who or what, why, until when, and its one button (endpoint and arguments)."""

    who: Message
    why: tuple[Any, ...]
    endpoint: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    action: Message = OPEN
    due_at: datetime | None = None
    hint: str = ""
    chip: Any = None

    @property
    def order(self) -> tuple[bool, Any]:
        """Dated rows first, the earliest (so the latest) at the top."""
        return (self.due_at is None, self.due_at)


@dataclass(frozen=True)
class _Open:
    assignment: Assignment
    draft: Submission | None

    @property
    def review(self) -> Review:
        return self.assignment.review

    @property
    def stage(self) -> StageSpec | None:
        cycle = self.review.cycle
        return scheme_of(cycle).cycle_kinds[cycle.kind].stage(self.assignment.stage)


def form_tasks(employee_id: int, now: datetime) -> list[Task]:
    """The forms that wait for this person: alone, or together where many of one kind have one deadline."""
    groups: dict[tuple[Any, ...], list[_Open]] = defaultdict(list)
    for one in _open_forms(employee_id):
        late = one.assignment.due_at is not None and one.assignment.due_at < now
        mine = one.review.employee_id == employee_id
        groups[one.review.cycle_id, one.assignment.stage, mine, late, one.assignment.due_at].append(one)
    tasks: list[Task] = []
    for some in groups.values():
        spec = some[0].stage
        together = len(some) > ALONE and spec is not None and spec.actor in DO_THEM
        tasks += [_together(some, employee_id)] if together else [_alone(one, employee_id) for one in some]
    return tasks


def _open_forms(employee_id: int) -> list[_Open]:
    review = joinedload(Assignment.review)
    query = (
        select(Assignment)
        .join(Assignment.review)
        .join(Review.cycle)
        .where(Assignment.assignee_id == employee_id, Assignment.state == "open", Cycle.state.in_(LIVE))
        .options(review.joinedload(Review.employee), review.joinedload(Review.cycle).joinedload(Cycle.scheme_version))
        .order_by(Assignment.due_at, Assignment.id)
    )
    found = db.session.scalars(query).all()
    drafts = _drafts([one.id for one in found])
    return [_Open(one, drafts.get(one.id)) for one in found]


def _drafts(ids: Sequence[int]) -> dict[int, Submission]:
    query = select(Submission).where(Submission.assignment_id.in_(ids), Submission.state == "draft")
    return {one.assignment_id: one for one in db.session.scalars(query) if one.assignment_id}


def _alone(one: _Open, employee_id: int) -> Task:
    spec, review = one.stage, one.review
    actor = spec.actor if spec else ""
    if review.employee_id == employee_id and actor == "self":
        who = DO_IT["self"]
    elif actor in DO_IT and not _is_sheet(spec):
        who = Message(DO_IT[actor].key, name=review.employee.name)
    else:
        stage = spec.title if spec else one.assignment.stage
        who = Message("%(stage)s: %(name)s", stage=stage, name=review.employee.name)
    why: list[Any] = [cycle_title(review.cycle)]
    if review.employee_id != employee_id:
        why.append(review.post)
    if one.assignment.returned_reason:
        why.append(Message("returned: %(reason)s", reason=one.assignment.returned_reason))
    elif one.draft:
        why.append(Message("draft saved on %(when)s", when=one.draft.saved_at))
    action = Message("Continue") if one.draft else Message("Begin")
    return Task(who, tuple(why), "forms.fill", {"assignment_id": one.assignment.id}, action, one.assignment.due_at)


def _together(some: Sequence[_Open], employee_id: int) -> Task:
    first, spec = some[0], some[0].stage
    cycle = first.review.cycle
    started = sum(1 for one in some if one.draft)
    done = db.session.scalar(
        select(func.count())
        .select_from(Assignment)
        .join(Assignment.review)
        .where(
            Review.cycle_id == cycle.id, Assignment.assignee_id == employee_id,
            Assignment.stage == first.assignment.stage, Assignment.state == "submitted",
        )
    )
    counts = Message(
        "done %(done)s · begun %(started)s · not begun %(left)s", done=done or 0, started=started, left=len(some) - started
    )
    key = DO_THEM[spec.actor].key if spec else ""
    who = Message(key, count=len(some))
    if spec is not None and _is_sheet(spec):
        who = Message("%(stage)s: %(count)s people", stage=spec.title, count=len(some))
    return Task(
        who, (cycle_title(cycle), counts), "team.table", {"cycle": cycle.id},
        Message("Open the team"), first.assignment.due_at,
    )


def _is_sheet(spec: StageSpec | None) -> bool:
    """An inspection is called by its own title: its inspector does not score the person as a superior does."""
    return spec is not None and spec.actor == "manager" and spec.code != "manager_scoring"


def result_tasks(employee_id: int) -> list[Task]:
    """Released results that this person has not signed for."""
    query = (
        select(Review)
        .join(Review.cycle)
        .where(
            Review.employee_id == employee_id, Review.released_at.is_not(None), Review.acknowledged_at.is_(None),
            Review.state != "closed", Cycle.state.in_(("released", "open")),
        )
        .options(joinedload(Review.cycle).joinedload(Cycle.scheme_version))
    )
    return [
        Task(
            Message("Read my result and sign for it"),
            (cycle_title(review.cycle), Message("signing says that you have seen it, not that you agree")),
            "results.review", {"review_id": review.id}, Message("See the result"), _stage_due(review, signature.code),
        )
        for review in db.session.scalars(query)
        if (signature := scheme_of(review.cycle).cycle_kinds[review.cycle.kind].signature_stage) is not None
    ]


def _stage_due(review: Review, stage: str) -> datetime | None:
    return next((one.due_at for one in review.stages if one.stage == stage and one.state == "open"), None)


def survey_waits(employee_id: int) -> list[Task]:
    """My customers' questionnaires: how many came back, how many more it takes."""
    answered = case((Invitation.state == "submitted", 1), else_=0)
    query = (
        select(Review, func.count(Invitation.id), func.sum(answered), func.max(Invitation.expires_at))
        .join(Review.cycle)
        .join(Invitation, Invitation.review_id == Review.id)
        .where(Review.employee_id == employee_id, Cycle.state == "open")
        .group_by(Review.id)
    )
    waits = []
    for review, invited, came, ends in db.session.execute(query):
        row = survey_row(review)
        if row is None or row.state != "open":
            continue
        least = scheme_of(review.cycle).least_to_count(survey_stage(review.cycle))
        got = int(came or 0)
        who = Message("My customers' questionnaires: %(got)s of %(all)s answered", got=got, all=invited)
        why: tuple[Any, ...] = (Message("open until %(day)s", day=ends),)
        if got < least:
            why += (Message("below %(least)s answers the part counts as missing, never as zero", least=least),)
        waits.append(Task(who, why, chip=Message("Customer survey")))
    return waits


def report_waits(employee_id: int) -> list[Task]:
    """My reports whose self review is not in yet, a row for each cycle."""
    query = (
        select(Review)
        .join(Review.cycle)
        .join(ReviewStage, (ReviewStage.review_id == Review.id) & (ReviewStage.stage == Review.state))
        .where(Review.superior_id == employee_id, Cycle.state == "open", ReviewStage.state == "open")
        .options(joinedload(Review.employee), joinedload(Review.cycle))
        .order_by(Review.id)
    )
    by_cycle: dict[int, list[Review]] = defaultdict(list)
    for review in db.session.scalars(query):
        if _own_form(review) is not None:
            by_cycle[review.cycle_id].append(review)
    return [_report_wait(some) for some in by_cycle.values()]


def _own_form(review: Review) -> StageSpec | None:
    """The stage that the review stands at, where the person rated fills a form of their own."""
    spec = scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stage(review.state)
    return spec if spec is not None and spec.actor == "self" and spec.forms else None


def _report_wait(some: Sequence[Review]) -> Task:
    names = [one.employee.name for one in some[:5]]
    rest = len(some) - len(names)
    why: tuple[Any, ...] = (Message("%(names)s", names=names),)
    if rest:
        why += (Message("and %(count)s more", count=rest),)
    who = Message("My people who have not handed in their self review: %(count)s", count=len(some))
    spec = _own_form(some[0])
    return Task(who, (*why, cycle_title(some[0].cycle)), chip=spec.title if spec else "")


def in_order(tasks: Iterable[Task]) -> list[Task]:
    """Late first, then by date, what has no date last."""
    dated = sorted((one for one in tasks if one.due_at), key=lambda one: one.order)
    return dated + [one for one in tasks if not one.due_at]


def cycle_title(cycle: Cycle) -> Text:
    """The cycle's title in both languages."""
    return Text(zh=cycle.title_zh, en=cycle.title_en)
