"""A cycle's totals from records and reviews, by the same rules as `kaoping grade` (scheme §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.errors import Message, Refusal
from states.explain import Node, OwnRecord, explain_total
from states.explaining.review import review_detail
from states.explaining.tree import review_tree
from states.grading import Graded, PersonYear, RecordValue, grade
from states.permissions import SYSTEM, Actor
from states.scheme import Scheme
from states.scheme.cycles import CycleKind
from states.year_end import Filled, YearEnd, score_review
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.explanations import stored_inputs, stored_tree
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Record, Review
from workflow_app.queries.leave import applicable, year_of_leave
from workflow_app.queries.record_values import value_of
from workflow_app.queries.scores import ReviewAnswers, answers_of_cycle
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.freezing import freeze_populations

NOTHING = ReviewAnswers()


def compose_cycle(cycle_id: int, *, now: datetime) -> int:
    """Work out every review's parts and total, and ask for their distribution; returns how many.

    Only while the cycle is being calibrated: a repeated job finds the same figures.
    """
    cycle = db.session.get_one(Cycle, cycle_id)
    if cycle.state != "calibrating":
        return 0
    scheme, kind = scheme_of(cycle), scheme_of(cycle).cycle_kinds[cycle.kind]
    year = int(cycle.period[:4])
    reviews = reviews_of(cycle)
    freeze_populations(cycle, reviews, now=now)
    scores, people = people_of(cycle, reviews, scheme)
    graded = grade(people, year=year, scheme=scheme)
    for review, person, result in zip(reviews, people, graded, strict=True):
        before = review.total
        _store(review, person, result, scores[review.id], scheme, kind)
        if review.total != before:
            figures = {"before": _text(before), "after": _text(review.total)}
            record_review_event(review, "composed", actor=SYSTEM, now=now, detail=figures)
    cycle.composed_at = now
    record_event("cycle", cycle.id, "cycle_composed", actor=SYSTEM, now=now, data={"reviews": len(reviews)})
    enqueue(Job.DISTRIBUTE_CYCLE, now=now, cycle_id=cycle.id)
    return len(reviews)


def compose_again(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """Ask for the totals anew, after records or key figures were corrected; moves stay where bands stay.

    Refuses (conflict) outside calibration: grades that are signed do not change underneath.
    """
    require(actor, "manage_cycles")
    if cycle.state != "calibrating":
        raise Refusal(
            Message("Totals are worked out while a cycle is being calibrated, not before and not after."), kind="conflict"
        )
    cycle.composed_at = cycle.distributed_at = None
    record_event("cycle", cycle.id, "cycle_composition_asked", actor=actor, now=now)
    enqueue(Job.COMPOSE_CYCLE, now=now, cycle_id=cycle.id)


def _text(total: Decimal | None) -> str | None:
    return None if total is None else str(total)


def people_of(cycle: Cycle, reviews: Sequence[Review], scheme: Scheme) -> tuple[dict[int, YearEnd], list[PersonYear]]:
    """Each review's own score by its id, and each person's year in the order of the reviews, by this scheme."""
    kind, year = scheme.cycle_kinds[cycle.kind], int(cycle.period[:4])
    answers, records = answers_of_cycle(cycle.id, year), _applicable(reviews, _records(cycle, year), year, scheme)
    scores = {review.id: score_of_review(review, answers.get(review.id, NOTHING), scheme, kind) for review in reviews}
    return scores, [_person(one, scores[one.id], records.get(one.employee_id, []), kind) for one in reviews]


def reviews_of(cycle: Cycle) -> list[Review]:
    """The reviews of a cycle without those taken out, with their people, in order of their ids."""
    return list(
        db.session.scalars(
            select(Review)
            .filter(Review.cycle_id == cycle.id, Review.state != "excluded")
            .options(joinedload(Review.employee))
            .order_by(Review.id)
        )
    )


def score_of_review(review: Review, answers: ReviewAnswers, scheme: Scheme, kind: CycleKind) -> YearEnd:
    """The review's own score (0-100, exact) from what was submitted, with its offences and commendations."""
    survey = next((stage.code for stage in kind.stages if stage.actor == "customers"), "")
    filled = [Filled(*one) for one in answers.filled]
    filled += [Filled(survey, form, given) for form, given in answers.customers]
    return score_review(
        filled, scheme=scheme, kind=kind, population=review.rated_as, post=review.post, kpi=answers.kpi,
        tests=answers.tests, adjusted=answers.adjusted, asked=answers.asked | {survey: answers.customers_asked},
    )


def _records(cycle: Cycle, year: int) -> Mapping[int, list[RecordValue]]:
    """The year's records by employee."""
    found: dict[int, list[RecordValue]] = {}
    reviewed = select(Review.employee_id).filter(Review.cycle_id == cycle.id)
    rows = select(Record).filter(Record.year == year, Record.employee_id.in_(reviewed)).order_by(Record.period)
    for row in db.session.scalars(rows):
        found.setdefault(row.employee_id, []).append(value_of(row))
    return found


def _applicable(
    reviews: Sequence[Review], records: Mapping[int, list[RecordValue]], year: int, scheme: Scheme
) -> Mapping[int, list[RecordValue]]:
    """The records without those of weeks and months wholly on leave that would lower a mean."""
    away = year_of_leave(year, records)
    return {
        review.employee_id: applicable(found, review.employee, away.get(review.employee_id, ()), scheme)
        for review in reviews
        if (found := records.get(review.employee_id))
    }


def _person(review: Review, score: YearEnd, records: Sequence[RecordValue], kind: CycleKind) -> PersonYear:
    """The person's year; a record of this very period gives way to the review's own score."""
    own = (kind.record_kind, review.cycle.period)
    kept = list(records)
    if score.value is not None:
        kept = [one for one in records if (one.kind, one.period) != own]
        kept.append(RecordValue(*own, score.value, Fraction(score.bonus)))
    person = review.employee
    return PersonYear(person.employee_no, review.population, person.joined, person.left, tuple(kept))


def _store(review: Review, person: PersonYear, result: Graded, score: YearEnd, scheme: Scheme, kind: CycleKind) -> None:
    shown = {code: result.part_display(code) for code in result.parts}
    review.parts = {code: str(figure) for code, figure in shown.items() if figure is not None}
    review.total = result.total_display
    review.months_counted = result.months_counted
    review.flags = sorted({*result.flags, *score.flags} - {"tied_on_cut", "small_population"})
    tree, told = told_of(review, score, scheme, kind)
    tree = explain_total(result, person, scheme, own=OwnRecord(kind.record_kind, review.cycle.period, tree))
    review.explanation = stored_tree(tree) | {"inputs": stored_inputs(person), "made_of": told}


def told_of(review: Review, score: YearEnd, scheme: Scheme, kind: CycleKind) -> tuple[Node, dict[str, Any]]:
    """How the review's own score came about: as a tree for pages, and as data (docs/explanation.md)."""
    told = review_detail(score, scheme, kind, period=review.cycle.period, population=review.rated_as, post=review.post)
    return review_tree(score, scheme, kind), told
