"""What the rules need to know of rows, as frozen values that states can judge."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select

from states.permissions import Actor, AssignmentFacts, FormFacts, PersonFacts, ReviewFacts, may
from workflow_app.db import db
from workflow_app.models import Assignment, CalibrationMove, Employee, LedgerEntry, Review
from workflow_app.schemes import scheme_of

ALONE = frozenset({"manager", "vp", "department_head"})
"""Actors whose form is a score by itself, beside the holder of a role; of many colleagues' answers no single one is."""


_Entry = tuple[str, int, int | None]


def review_facts(review: Review) -> ReviewFacts:
    """A review as the rules see it: whose it is, who scored and who calibrated it."""
    return review_facts_of([review])[review.id]


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
    """The facts of many reviews by id, in three queries however many there are."""
    ids = [review.id for review in reviews]
    fillers = _fillers(ids)
    calibrators = _grouped(
        select(CalibrationMove.review_id, CalibrationMove.moved_by_id).where(CalibrationMove.review_id.in_(ids))
    )
    entries = _entries(ids)
    return {
        review.id: _facts(review, fillers[review.id], calibrators[review.id], entries[review.id]) for review in reviews
    }


def barred_reviews(actor: Actor, *where: ColumnElement[bool]) -> frozenset[int]:
    """The reviews (where this holds) whose customers, and single answers, are not for this person in HR: ids.

    Looked at are the actor's own and those of who reports to them; the rule says which of them are barred.
    """
    me = actor.employee_id
    if me is None:
        return frozenset()
    near = select(Review).join(Review.cycle).where(or_(Review.employee_id == me, Review.superior_id == me), *where)
    reviews = db.session.scalars(near).all()
    facts = review_facts_of(reviews)
    return frozenset(one.id for one in reviews if not may(actor, "ask_customers", facts[one.id]).allowed)


def own_and_provisional(actor: Actor, review: Review) -> bool:
    """Whether this is the actor's own review before its release: HR and approvers are rated too, and see it no sooner."""
    return actor.employee_id is not None and review.employee_id == actor.employee_id and review.released_at is None


def _facts(review: Review, fillers: list[tuple[int, str]], calibrators: set[int], entries: list[_Entry]) -> ReviewFacts:
    others = [(filler, stage) for filler, stage in fillers if filler != review.employee_id]
    stages = scheme_of(review.cycle).cycle_kinds[review.cycle.kind].stages
    alone = {stage.code for stage in stages if stage.actor in ALONE or stage.actor.startswith("role:")}
    among_many = {filler for filler, stage in others if stage not in alone}
    return ReviewFacts(
        employee_id=review.employee_id,
        superior_id=review.superior_id,
        vp_id=review.vp_id,
        state=review.state,
        released=review.released_at is not None,
        raters=frozenset(filler for filler, _ in others),
        scorers=frozenset(filler for filler, stage in others if stage in alone),
        submitted_by=review.cycle.submitted_by_id,
        calibrators=frozenset(calibrators),
        adjusters=frozenset(
            account for kind, account, author in entries if kind != "deduction" or author not in among_many
        ),
    )


def _entries(ids: list[int]) -> dict[int, list[_Entry]]:
    """What the ledger has of each review: kind, account and author; whoever takes back changes a score, too."""
    found: dict[int, list[_Entry]] = defaultdict(list)
    query = select(LedgerEntry.review_id, LedgerEntry.kind, LedgerEntry.recorded_by_id, LedgerEntry.author_id).where(
        LedgerEntry.review_id.in_(ids), LedgerEntry.recorded_by_id.is_not(None)
    )
    for review_id, kind, account_id, author_id in db.session.execute(query):
        found[review_id].append((kind, account_id, author_id))
    return found


def _fillers(ids: list[int]) -> dict[int, list[tuple[int, str]]]:
    """Who fills, or has filled, a form of which stage, by review."""
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    query = select(Assignment.review_id, Assignment.assignee_id, Assignment.stage).where(
        Assignment.review_id.in_(ids),
        Assignment.state.in_(("open", "submitted")),
        Assignment.assignee_id.is_not(None),
    )
    for review_id, assignee_id, stage in db.session.execute(query):
        found[review_id].append((assignee_id, stage))
    return found


def _grouped(query: Select[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for review_id, other_id in db.session.execute(query):
        found[review_id].add(other_id)
    return found
