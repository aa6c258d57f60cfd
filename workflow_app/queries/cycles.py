"""What is read of cycles: the list, the cockpit's counts, the reviews of a stage, what needs a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from states.scheme import Text
from states.stages import CALIBRATION, CLOSED, CYCLE_STAGES, EXCLUDED
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Employee, Event, Incident, Invitation, Review, ReviewStage
from workflow_app.queries.paging import Paged, page_of
from workflow_app.queries.surveys import survey_stage
from workflow_app.schemes import scheme_of

READY = "ready"
PER_PAGE = 30
DONE = (*CYCLE_STAGES, CLOSED, EXCLUDED)


@dataclass(frozen=True)
class CycleRow:
    """A cycle in the list, with how many reviews it has and how many of them are through."""

    cycle: Cycle
    reviews: int
    through: int
    late: int


@dataclass(frozen=True)
class StageCount:
    """How many reviews stand at a stage, and how many of them are late."""

    code: str
    title: Text
    count: int
    late: int


@dataclass(frozen=True)
class Filters:
    """What the cockpit's list is narrowed to."""

    stage: str = ""
    text: str = ""
    department: str = ""
    only: str = ""


def cycles_in(states: Iterable[str]) -> Sequence[Cycle]:
    """The cycles in any of these states, newest period first."""
    query = select(Cycle).where(Cycle.state.in_(tuple(states)))
    return db.session.scalars(query.order_by(Cycle.period_end.desc(), Cycle.id.desc())).all()


def all_cycles(now: datetime) -> list[CycleRow]:
    """Every cycle, those that run first, then by period."""
    counts = {row[0]: row[1:] for row in db.session.execute(_counts_by_cycle(now))}
    running = case((Cycle.state.in_(("closed", "cancelled")), 1), else_=0)
    cycles = db.session.scalars(
        select(Cycle).options(joinedload(Cycle.scheme_version)).order_by(running, Cycle.period_end.desc(), Cycle.id.desc())
    )
    return [CycleRow(cycle, *counts.get(cycle.id, (0, 0, 0))) for cycle in cycles]


def _counts_by_cycle(now: datetime) -> Select[tuple[int, int, int, int]]:
    return select(
        Review.cycle_id,
        func.count(),
        func.sum(case((Review.state.in_(DONE), 1), else_=0)),
        func.sum(case((_is_late(now), 1), else_=0)),
    ).group_by(Review.cycle_id)


def _is_late(now: datetime) -> ColumnElement[bool]:
    """Whether a review's present stage is past its deadline (calibration and after have their own pages)."""
    return and_(
        Review.state.not_in(DONE),
        select(ReviewStage.id)
        .where(
            ReviewStage.review_id == Review.id, ReviewStage.stage == Review.state, ReviewStage.state == "open",
            ReviewStage.due_at < now,
        )
        .exists(),
    )


def stage_counts(cycle: Cycle, *, now: datetime) -> list[StageCount]:
    """Reviews by the stage they stand at, in the scheme's order; stages of nobody count 0."""
    found = {
        state: (count, late)
        for state, count, late in db.session.execute(
            select(Review.state, func.count(), func.sum(case((_is_late(now), 1), else_=0)))
            .where(Review.cycle_id == cycle.id)
            .group_by(Review.state)
        )
    }
    stages = scheme_of(cycle).cycle_kinds[cycle.kind].stages
    return [StageCount(stage.code, stage.title, *found.get(stage.code, (0, 0))) for stage in stages]


def count_state(cycle: Cycle, *states: str) -> int:
    """How many reviews of the cycle are in any of these states."""
    query = select(func.count()).select_from(Review).where(Review.cycle_id == cycle.id, Review.state.in_(states))
    return db.session.scalar(query) or 0


def reviews_page(cycle: Cycle, filters: Filters, page: int, *, now: datetime) -> Paged[Review]:
    """One page of the reviews at a stage, late ones first, then by deadline and number."""
    due = (
        select(ReviewStage.due_at)
        .where(ReviewStage.review_id == Review.id, ReviewStage.stage == Review.state)
        .scalar_subquery()
    )
    query = (
        filtered(cycle, filters, now=now)
        .options(joinedload(Review.employee), selectinload(Review.stages))
        .order_by(due.is_(None), due, Employee.employee_no)
    )
    return page_of(query, page, PER_PAGE)


def filtered(cycle: Cycle, filters: Filters, *, now: datetime) -> Select[tuple[Review]]:
    """The reviews of a cycle that the filters leave."""
    query = select(Review).join(Review.employee).where(Review.cycle_id == cycle.id)
    if filters.stage == READY:
        query = query.where(Review.state.in_(CYCLE_STAGES))
    elif filters.stage:
        query = query.where(Review.state == filters.stage)
    if filters.text:
        like = f"%{_escaped(filters.text)}%"
        names = (Employee.name, Employee.employee_no, Employee.name_sort)
        query = query.where(or_(*(name.ilike(like, escape="\\") for name in names)))
    if filters.department:
        query = query.where(Review.department == filters.department)
    if filters.only == "late":
        query = query.where(_is_late(now))
    if filters.only == "lacking":
        query = query.where(_is_lacking())
    return query


def _escaped(text: str) -> str:
    return text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _is_lacking() -> ColumnElement[bool]:
    return (
        select(Assignment.id)
        .where(
            Assignment.review_id == Review.id, Assignment.assignee_id.is_(None), Assignment.state.in_(("waiting", "open"))
        )
        .exists()
    )


def departments(cycle: Cycle) -> Sequence[str]:
    """The departments of a cycle's reviews."""
    query = select(Review.department).where(Review.cycle_id == cycle.id).distinct().order_by(Review.department)
    return db.session.scalars(query).all()


def assignments_at(reviews: Sequence[Review]) -> dict[int, list[Assignment]]:
    """By review id, the live forms of the stage each review stands at."""
    by_review: dict[int, list[Assignment]] = {}
    at = {review.id: review.state for review in reviews}
    query = (
        select(Assignment)
        .where(Assignment.review_id.in_(at), Assignment.state != "handed_over")
        .options(joinedload(Assignment.assignee))
        .order_by(Assignment.id)
    )
    for assignment in db.session.scalars(query):
        if assignment.stage == at[assignment.review_id]:
            by_review.setdefault(assignment.review_id, []).append(assignment)
    return by_review


def answers_at(reviews: Sequence[Review]) -> dict[int, tuple[int, int]]:
    """By review id: how many customers have answered, of how many."""
    answered = func.sum(case((Invitation.state == "submitted", 1), else_=0))
    ids = [review.id for review in reviews]
    query = select(Invitation.review_id, answered, func.count()).where(Invitation.review_id.in_(ids))
    return {row[0]: (row[1], row[2]) for row in db.session.execute(query.group_by(Invitation.review_id))}


def lacking_assignments(cycle: Cycle) -> Sequence[Assignment]:
    """The forms of a running cycle for which somebody has to be named."""
    query = (
        select(Assignment)
        .join(Review)
        .where(
            Review.cycle_id == cycle.id, Review.state != EXCLUDED, Assignment.assignee_id.is_(None),
            Assignment.state.in_(("waiting", "open")),
        )
        .options(joinedload(Assignment.review).joinedload(Review.employee))
        .order_by(Assignment.review_id, Assignment.id)
    )
    return db.session.scalars(query).all()


def short_surveys(cycle: Cycle) -> int:
    """How many reviews have an open survey with fewer answers than count."""
    scheme = scheme_of(cycle)
    codes = [stage.code for stage in scheme.cycle_kinds[cycle.kind].stages if stage.actor == "customers"]
    answered = (
        select(func.count())
        .select_from(Invitation)
        .where(Invitation.review_id == Review.id, Invitation.state == "submitted")
        .scalar_subquery()
    )
    query = (
        select(func.count(Review.id.distinct()))
        .join(ReviewStage, ReviewStage.review_id == Review.id)
        .where(
            Review.cycle_id == cycle.id, Review.state != EXCLUDED, ReviewStage.stage.in_(codes),
            ReviewStage.state == "open", answered < scheme.least_to_count(survey_stage(cycle)),
        )
    )
    return db.session.scalar(query) or 0


def open_incidents() -> int:
    """How many jobs wait for somebody to retry or skip them."""
    return db.session.scalar(select(func.count()).select_from(Incident).filter_by(state="open")) or 0


def history_of(review: Review) -> Sequence[Event]:
    """Everything that happened to a review, newest first."""
    query = select(Event).filter_by(subject_type="review", subject_id=review.id).options(joinedload(Event.detail))
    return db.session.scalars(query.order_by(Event.version.desc())).all()


def waits_for_calibration(cycle: Cycle) -> bool:
    """Whether the cycle's kind is calibrated at all."""
    return scheme_of(cycle).cycle_kinds[cycle.kind].stage(CALIBRATION) is not None
