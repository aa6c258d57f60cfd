"""A finished review leaves a record, from which the year is put together (scheme §4)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from states.exact import half_up
from states.stages import EXCLUDED
from states.year_end import UNUSED_BONUS
from workflow_app.db import db
from workflow_app.explanations import stored_tree
from workflow_app.models import Record, Review
from workflow_app.models.records import SCORE_PLACES
from workflow_app.queries.scores import ReviewAnswers, answers_of_cycle
from workflow_app.schemes import scheme_of
from workflow_app.services.composing import score_of_review, told_of
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.publishing_answers import standing_answers

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor
    from states.year_end import YearEnd
    from workflow_app.models import Cycle

REASON_LENGTH = 500
REPEATABLE = "day"


def record_result(review: Review, *, actor: Actor, now: datetime) -> Record | None:
    """Write the review's score (0-100) with its bonus as the record of its kind and period.

    Pages show it to 9 places; what those cut off stays beside it, for the total is rounded once (scheme §4).
    An imported record of the same person, kind and period gives way, and its figures stay in the history;
    checks of a day stand beside each other. Without a score there is no record: a commendation then stays with the
    review, flagged as one that does not count.
    """
    score = _score(review)
    _flag(review, score, actor=actor, now=now)
    if score.value is None or review.state == EXCLUDED:
        withdraw_result(review, actor=actor, now=now)
        return None
    _keep_told(review, score)
    record = _own(review) or _displaced(review, actor, now) or _new(review)
    record.review_id, record.score = review.id, half_up(score.value, SCORE_PLACES)
    record.exact = None if Fraction(record.score) == score.value else str(score.value)
    record.bonus = score.bonus or None
    record.reason = "; ".join(bonus.event for bonus in score.bonuses)[:REASON_LENGTH]
    db.session.flush()
    record_review_event(
        review, "recorded", actor=actor, now=now, data={"record": record.id, "kind": record.kind, "period": record.period}
    )
    return record


def withdraw_result(review: Review, *, actor: Actor, now: datetime) -> None:
    """Take back the record of a review that is returned, taken out or cancelled; without one nothing happens."""
    record = _own(review)
    if "recorded" in review.explanation:
        review.explanation = {key: value for key, value in review.explanation.items() if key != "recorded"}
    if record is not None:
        number, restored = record.id, record.displaced is not None
        _withdraw(record)
        db.session.flush()
        data = {"record": number} | ({"restored": True} if restored else {})
        record_review_event(review, "record_withdrawn", actor=actor, now=now, data=data)


def withdraw_results(cycle: Cycle) -> int:
    """Take back the records of a whole cycle that is cancelled; how many there were."""
    mine = select(Review.id).where(Review.cycle_id == cycle.id)
    over = db.session.scalars(select(Record).where(Record.review_id.in_(mine), Record.displaced.is_not(None))).all()
    for record in over:
        _withdraw(record)
    db.session.flush()
    result = db.session.execute(delete(Record).where(Record.review_id.in_(mine)))
    return len(over) + int(result.rowcount)  # type: ignore[attr-defined]


def _withdraw(record: Record) -> None:
    """The imported figures come back; without any the record goes."""
    kept = record.displaced
    if kept is None:
        db.session.delete(record)
        return
    record.review_id, record.displaced = None, None
    record.score, record.exact = Decimal(kept["score"]), kept["exact"]
    record.bonus, record.reason = kept["bonus"], kept["reason"]


def _flag(review: Review, score: YearEnd, *, actor: Actor, now: datetime) -> None:
    """Say, and keep in the history, that a commendation has no score to be added to; or no longer say so."""
    unused = UNUSED_BONUS in score.flags and review.state != EXCLUDED
    if unused and UNUSED_BONUS not in review.flags:
        record_review_event(review, UNUSED_BONUS, actor=actor, now=now, data={"points": score.bonus})
    review.flags = sorted({*review.flags, UNUSED_BONUS} if unused else {*review.flags} - {UNUSED_BONUS})


def _score(review: Review) -> YearEnd:
    cycle, scheme = review.cycle, scheme_of(review.cycle)
    answers = answers_of_cycle(cycle.id, int(cycle.period[:4]), review.id).get(review.id, ReviewAnswers())
    # One customer's changed answer could be worked out from a score that counts it, beside what is published.
    published = standing_answers(review)
    if published is not None:
        answers.customers = published
    return score_of_review(review, answers, scheme, scheme.cycle_kinds[cycle.kind])


def _keep_told(review: Review, score: YearEnd) -> None:
    """Keep how the score came about as it was recorded: answers are erased in time, and results corrected."""
    scheme = scheme_of(review.cycle)
    tree, told = told_of(review, score, scheme, scheme.cycle_kinds[review.cycle.kind])
    review.explanation = review.explanation | {"recorded": {"tree": stored_tree(tree), "made_of": told}}


def _own(review: Review) -> Record | None:
    return db.session.scalar(select(Record).filter_by(review_id=review.id))


def _place(review: Review) -> dict[str, object]:
    kind = scheme_of(review.cycle).cycle_kinds[review.cycle.kind]
    return {"employee_id": review.employee_id, "kind": kind.record_kind, "period": review.cycle.period}


def _displaced(review: Review, actor: Actor, now: datetime) -> Record | None:
    """The record that gives way: the review's own result goes first. Checks of a day never give way."""
    kind = scheme_of(review.cycle).cycle_kinds[review.cycle.kind]
    found = None if kind.period == REPEATABLE else db.session.scalar(select(Record).filter_by(**_place(review)))
    if found is not None:
        if found.review_id is None:
            found.displaced = {
                "score": str(found.score), "exact": found.exact, "bonus": found.bonus, "reason": found.reason,
            }
        record_event(
            "record", found.id, "record_replaced", actor=actor, now=now,
            data={"review": review.id, "before": found.review_id},
            detail={"score": str(found.score), "bonus": found.bonus, "reason": found.reason},
        )
    return found


def _new(review: Review) -> Record:
    place = _place(review)
    last = db.session.scalar(select(func.max(Record.occurrence)).filter_by(**place)) or 0
    record = Record(**place, year=int(review.cycle.period[:4]), occurrence=last + 1)
    db.session.add(record)
    return record
