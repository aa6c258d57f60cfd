"""What the rules need to know of rows, as frozen values that states can judge."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, select

from states.permissions import AssignmentFacts, FormFacts, PersonFacts, ReviewFacts
from workflow_app.db import db
from workflow_app.models import Assignment, CalibrationMove, Employee, Review


def review_facts(review: Review) -> ReviewFacts:
    """A review as the rules see it: whose it is, who scored and who calibrated it."""
    return ReviewFacts(
        employee_id=review.employee_id,
        superior_id=review.superior_id,
        vp_id=review.vp_id,
        state=review.state,
        released=review.released_at is not None,
        raters=raters_of(review),
        submitted_by=review.cycle.submitted_by_id,
        calibrators=frozenset(
            db.session.scalars(select(CalibrationMove.moved_by_id).where(CalibrationMove.review_id == review.id))
        ),
    )


def raters_of(review: Review) -> frozenset[int]:
    """Ids of the employees who fill, or have filled, a form about this person; not the person's own."""
    found = db.session.scalars(
        select(Assignment.assignee_id).where(
            Assignment.review_id == review.id,
            Assignment.state.in_(("open", "submitted")),
            Assignment.assignee_id.is_not(None),
        )
    )
    return frozenset(employee_id for employee_id in found if employee_id and employee_id != review.employee_id)


def assignment_facts(assignment: Assignment) -> AssignmentFacts:
    """An assignment as the rules see it."""
    return AssignmentFacts(
        assignee_id=assignment.assignee_id, employee_id=assignment.review.employee_id, state=assignment.state
    )


def form_facts(assignment: Assignment, *, confidential: bool) -> FormFacts:
    """A filled form as the rules see it; `confidential` says that colleagues answered it."""
    review = assignment.review
    return FormFacts(
        assignee_id=assignment.assignee_id,
        employee_id=review.employee_id,
        superior_id=review.superior_id,
        vp_id=review.vp_id,
        own=assignment.assignee_id == review.employee_id,
        confidential=confidential,
        submitted=assignment.state == "submitted",
        released=review.released_at is not None,
    )


def person_facts(employee: Employee) -> PersonFacts:
    """An employee as the rules see one."""
    return PersonFacts(employee_id=employee.id, superior_id=employee.superior_id, vp_id=employee.vp_id)


def review_facts_of(reviews: Sequence[Review]) -> dict[int, ReviewFacts]:
    """The facts of many reviews by id, in two queries however many there are."""
    ids = [review.id for review in reviews]
    owners = {review.id: review.employee_id for review in reviews}
    raters = _grouped(
        select(Assignment.review_id, Assignment.assignee_id).where(
            Assignment.review_id.in_(ids),
            Assignment.state.in_(("open", "submitted")),
            Assignment.assignee_id.is_not(None),
        )
    )
    calibrators = _grouped(
        select(CalibrationMove.review_id, CalibrationMove.moved_by_id).where(CalibrationMove.review_id.in_(ids))
    )
    return {
        review.id: ReviewFacts(
            employee_id=review.employee_id,
            superior_id=review.superior_id,
            vp_id=review.vp_id,
            state=review.state,
            released=review.released_at is not None,
            raters=frozenset(raters[review.id] - {owners[review.id]}),
            submitted_by=review.cycle.submitted_by_id,
            calibrators=frozenset(calibrators[review.id]),
        )
        for review in reviews
    }


def _grouped(query: Select[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for review_id, other_id in db.session.execute(query):
        found[review_id].add(other_id)
    return found
