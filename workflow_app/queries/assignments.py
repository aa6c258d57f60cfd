"""Reads of assignments and what stands beside a form: submissions, evidence, colleagues, the team."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import contains_eager, defer, joinedload

from states.composition import PartMean, part_means
from states.errors import Message, Refusal
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Employee, Review, ReviewStage, SchemeVersion, Submission
from workflow_app.queries.leave import applicable, year_of_leave
from workflow_app.queries.record_values import FIGURES, value_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from states.scheme import Scheme

LARGEST_ID = 2**31 - 1
FEWEST_PEERS = 3
LIVE_CYCLES = ("open", "calibrating", "approving", "released")
UNKNOWN = Message("There is no such form. It may belong to a cycle that was cancelled.")


def find_assignment(assignment_id: int) -> Assignment:
    """An assignment with its review, person, cycle and scheme; refuses (not_found) an unknown one."""
    # Joined as rows of their own: eager options would come along when the row is locked, and
    # PostgreSQL locks nothing across an outer join.
    query = (
        select(Assignment, Review, Employee, Cycle, SchemeVersion)
        .join(Assignment.review)
        .join(Review.employee)
        .join(Review.cycle)
        .join(Cycle.scheme_version)
        .where(Assignment.id == min(assignment_id, LARGEST_ID))
    )
    row = db.session.execute(query).first()
    if row is None:
        raise Refusal(UNKNOWN, kind="not_found")
    found: Assignment = row[0]
    # The session holds rows weakly; once followed, the relationships hold them.
    _ = found.review.employee, found.review.cycle.scheme_version
    return found


def latest_submission(assignment_id: int) -> Submission | None:
    """The newest version of a form, draft or submitted."""
    query = select(Submission).filter_by(assignment_id=assignment_id).order_by(Submission.number.desc()).limit(1)
    return db.session.scalar(query)


def versions_of(assignment_id: int) -> list[Submission]:
    """Every version of a form that was handed in, the newest first."""
    query = select(Submission).where(Submission.assignment_id == assignment_id, Submission.state != "draft")
    return list(db.session.scalars(query.order_by(Submission.number.desc())))


def own_words(review: Review) -> tuple[Assignment, Submission] | None:
    """What the person rated submitted about himself or herself in this review, the latest."""
    query = (
        select(Assignment, Submission)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .where(
            Assignment.review_id == review.id,
            Assignment.assignee_id == review.employee_id,
            Assignment.state == "submitted",
            Submission.state == "submitted",
        )
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


@dataclass(frozen=True)
class Neighbours:
    """The same rater's forms of the same stage: before, after, and the next that is still open."""

    previous: Assignment | None
    next: Assignment | None
    next_open: Assignment | None
    place: int
    count: int
    left: int


def neighbours(assignment: Assignment) -> Neighbours:
    """The rater's other people in this stage of this cycle, by employee number."""
    query = (
        select(Assignment)
        .join(Assignment.review)
        .join(Review.employee)
        .where(
            Assignment.assignee_id == assignment.assignee_id,
            Assignment.stage == assignment.stage,
            Assignment.state.in_(("open", "submitted")),
            Review.cycle_id == assignment.review.cycle_id,
        )
        .order_by(Employee.employee_no)
        .options(contains_eager(Assignment.review).contains_eager(Review.employee))
    )
    listed = list(db.session.scalars(query))
    here = next((place for place, one in enumerate(listed) if one.id == assignment.id), -1)
    waiting = [one for one in (*listed[here + 1 :], *listed[: max(here, 0)]) if one.state == "open"]
    return Neighbours(
        previous=listed[here - 1] if here > 0 else None,
        next=listed[here + 1] if 0 <= here < len(listed) - 1 else None,
        next_open=waiting[0] if waiting else None,
        place=here + 1,
        count=len(listed),
        left=len(waiting),
    )


def evidence(review: Review, scheme: Scheme) -> tuple[PartMean, ...]:
    """What the cycle's year already says of a person: every part but the one this review makes (scheme §4)."""
    year = review.cycle.period_start.year
    rows = db.session.execute(
        select(*FIGURES).filter_by(employee_id=review.employee_id, year=year)
    )
    values = [value_of(row) for row in rows]
    own = scheme.cycle_kinds[review.cycle.kind].record_kind
    person = review.employee
    values = applicable(values, person, year_of_leave(year, [person.id]).get(person.id, ()), scheme)
    return part_means(values, scheme.composition, joined=person.joined, left=person.left, without=own)


@dataclass(frozen=True)
class Severity:
    """A rater's own mean in this stage, and the other raters' where there are enough of them."""

    own: Fraction | None
    own_count: int
    others: Fraction | None


def severity(assignment: Assignment) -> Severity:
    """Means of the submitted scores of this stage: shown to the rater alone, never corrected."""
    query = (
        select(Assignment.assignee_id, func.count(), func.sum(Submission.score))
        .join(Submission, Submission.assignment_id == Assignment.id)
        .join(Review, Review.id == Assignment.review_id)
        .where(
            Review.cycle_id == assignment.review.cycle_id,
            Assignment.stage == assignment.stage,
            Assignment.form == assignment.form,
            Submission.state == "submitted",
            Submission.score.is_not(None),
        )
        .group_by(Assignment.assignee_id)
    )
    own_count = count = 0
    own_sum = total = Fraction(0)
    for rater, number, points in db.session.execute(query):
        if rater == assignment.assignee_id:
            own_count, own_sum = number, Fraction(points)
        else:
            count, total = count + number, total + Fraction(points)
    return Severity(
        own=own_sum / own_count if own_count else None,
        own_count=own_count,
        others=total / count if count >= FEWEST_PEERS else None,
    )


@dataclass
class TeamRow:
    """One person of a rater: the review, the stage it is in, and what the rater filled, or has to fill, about it."""

    review: Review
    stage: ReviewStage | None = None
    mine: list[tuple[Assignment, Submission | None]] = field(default_factory=list)

    @property
    def door(self) -> tuple[Assignment, Submission | None] | None:
        """The form to go to: the first that is open, else the last that was submitted."""
        by_state = {state: [pair for pair in self.mine if pair[0].state == state] for state in ("open", "submitted")}
        return next(iter(by_state["open"] or by_state["submitted"][-1:]), None)

    @property
    def scored(self) -> Submission | None:
        """The newest of the rater's own forms that has a score."""
        return next((one for _, one in reversed(self.mine) if one is not None and one.score is not None), None)


def team_cycles(employee_id: int) -> Sequence[Cycle]:
    """The cycles in which this person rates somebody, newest first."""
    query = (
        select(Cycle)
        .where(
            Cycle.state.in_((*LIVE_CYCLES, "closed")),
            Cycle.id.in_(select(Review.cycle_id).where(_rated_by(employee_id))),
        )
        .options(joinedload(Cycle.scheme_version))
        .order_by(Cycle.period_end.desc(), Cycle.id.desc())
    )
    return db.session.scalars(query).all()


def team_rows(employee_id: int, cycle: Cycle) -> list[TeamRow]:
    """A rater's people in a cycle by employee number. Two queries, however many people."""
    query = (
        select(Review, ReviewStage)
        .join(Review.employee)
        .outerjoin(ReviewStage, (ReviewStage.review_id == Review.id) & (ReviewStage.stage == Review.state))
        .where(Review.cycle_id == cycle.id, _rated_by(employee_id))
        .order_by(Employee.employee_no)
        .options(contains_eager(Review.employee))
    )
    rows = {review.id: TeamRow(review, stage) for review, stage in db.session.execute(query)}
    for review_id, pairs in _filled_by(employee_id, rows).items():
        rows[review_id].mine = pairs
    return list(rows.values())


def _rated_by(employee_id: int) -> ColumnElement[bool]:
    given = select(Assignment.review_id).where(
        Assignment.assignee_id == employee_id, Assignment.state.in_(("open", "submitted", "waiting"))
    )
    in_line = or_(Review.superior_id == employee_id, Review.vp_id == employee_id, Review.id.in_(given))
    return in_line & (Review.employee_id != employee_id)


def _filled_by(employee_id: int, review_ids: Iterable[int]) -> dict[int, list[tuple[Assignment, Submission | None]]]:
    newest = (
        select(Submission.assignment_id, func.max(Submission.number).label("number"))
        .group_by(Submission.assignment_id)
        .subquery()
    )
    query = (
        select(Assignment, Submission)
        .outerjoin(newest, newest.c.assignment_id == Assignment.id)
        .outerjoin(Submission, (Submission.assignment_id == Assignment.id) & (Submission.number == newest.c.number))
        .where(
            Assignment.assignee_id == employee_id,
            Assignment.review_id.in_(list(review_ids)),
            Assignment.state.in_(("open", "submitted", "waiting")),
        )
        .order_by(Assignment.id)
        .options(defer(Submission.answers))
    )
    found = defaultdict(list)
    for assignment, submission in db.session.execute(query):
        found[assignment.review_id].append((assignment, submission))
    return found
