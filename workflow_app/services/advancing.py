"""The stage engine: a review moves from stage to stage, and every step is recorded.

All of these lock the review first, so that two people who press at once come one after the other; the
second is told what it finds (conflict) instead of undoing the first.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from states import stages as rules
from states.errors import Message, Refusal
from states.machines.machine import fire
from states.machines.review import APPEALED
from states.permissions import Actor
from states.scheme.cycles import CycleKind, StageSpec
from states.stages import DONE, OMITTED, OPEN, WAITING, Step
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Review, ReviewStage
from workflow_app.queries.facts import review_facts
from workflow_app.schemes import scheme_of
from workflow_app.services import recording
from workflow_app.services.events import record_review_event
from workflow_app.services.inviting import ask_anew
from workflow_app.services.publishing_answers import publish_answers
from workflow_app.working_days import due_after

# Four: 长期病假 is a whole reason in Chinese.
SHORTEST_REASON = 4
LONGEST_REASON = 500


def open_stages(review: Review, *, actor: Actor, now: datetime) -> None:
    """Open what may be open now and set the review's state; the launch calls it, and every step after it."""
    rows = stage_rows(review)
    for code in rules.opening(_steps(rows)):
        _open(review, _row(rows, code), due_at=None, actor=actor, now=now)
    _feed_back(review, rows, actor=actor, now=now)
    _move_to(review, rules.state_of(_steps(rows)), rows, actor=actor, now=now)
    db.session.flush()


def complete_stage(review: Review, stage: str, *, actor: Actor, now: datetime) -> bool:
    """Finish an open stage and go on to the next; what is finished already stays so.

    False, and nothing happens, while others still have a form of this stage to fill. Refuses (conflict)
    a stage that is not open yet.
    """
    row = _locked_row(review, stage)
    if row.state in rules.FINISHED:
        return True
    if row.state != OPEN:
        raise _conflict(Message("This step of the review is not open yet. It opens when the one before is finished."))
    if any(assignment.state in (WAITING, OPEN) for assignment in assignments_of(review, stage)):
        return False
    _finish(review, row, DONE, kind="stage_completed", actor=actor, now=now)
    return True


def finish_stage(review: Review, stage: str, *, actor: Actor, now: datetime) -> None:
    """Close an open stage with what has come in; forms that nobody filled count as left out."""
    row = _locked_row(review, stage)
    if row.state != OPEN:
        raise _conflict(Message("This step of the review is not open, so it cannot be closed."))
    _leave_out(assignments_of(review, stage), now=now)
    _finish(review, row, DONE, kind="stage_finished", actor=actor, now=now)


def omit_stage(review: Review, stage: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Leave a stage out, with a reason that is kept and shown. Not on one's own review.

    Calibration, approval and release are never left out: they are steps of the whole cycle.
    """
    require(actor, "manage_review", review_facts(review))
    why = checked_reason(reason)
    row = _locked_row(review, stage)
    if stage in rules.CYCLE_STAGES:
        raise Refusal(Message("Calibration, approval and release cannot be left out: they belong to the whole cycle."))
    if row.state in rules.FINISHED:
        raise _conflict(
            Message("This step is finished already, so it cannot be left out. You can return the review to it.")
        )
    _leave_out(assignments_of(review, stage), now=now)
    row.omission_reason = why
    _finish(review, row, OMITTED, kind="stage_omitted", actor=actor, now=now, detail={"reason": why})


def return_stage(
    review: Review, stage: str, *, reason: str, due_at: datetime | None, actor: Actor, now: datetime
) -> None:
    """Send a review back to an earlier stage with a reason and a new deadline (None: the scheme's days).

    The forms of that stage open again with what was filled in; later stages wait for it anew.
    """
    require(actor, "return_review", review_facts(review))
    why = checked_reason(reason)
    if due_at is not None and due_at <= now:
        raise Refusal(Message("The new deadline lies in the past. Choose a later day."))
    row = _locked_row(review, stage)
    rows = stage_rows(review)
    _guard_return(review, row, rows)
    record_review_event(
        review, "returned", actor=actor, now=now, data={"from": review.state, "to": stage}, detail={"reason": why}
    )
    for code in rules.following(_steps(rows), stage):
        _put_back(review, _row(rows, code))
    row.state, row.done_at, row.omission_reason = WAITING, None, None
    for assignment in assignments_of(review, stage):
        if assignment.state in ("submitted", "omitted"):
            assignment.state, assignment.closed_at, assignment.returned_reason = WAITING, None, why
    _open(review, row, due_at=due_at, actor=actor, now=now)
    _take_back(review, rows, actor=actor, now=now)
    spec = spec_of(review, stage)
    if spec is not None and spec.actor == "customers" and row.due_at is not None:
        ask_anew(review, until=row.due_at)
    open_stages(review, actor=actor, now=now)


def go_on_after_appeal(review: Review, *, now: datetime, actor: Actor) -> None:
    """Put an appealed review back to where its stages stand."""
    rows = stage_rows(review)
    state = rules.state_of(_steps(rows))
    review.prev_state = review.state
    review.state = fire("review", "answer_appeal", review.state, {"next": state}, stages=tuple(row.stage for row in rows))
    if review.state == rules.CLOSED:
        record_review_event(review, "closed", actor=actor, now=now)


def lock_review(review: Review) -> None:
    """Hold the review's row until the transaction ends, and see it as it is now."""
    db.session.flush()
    # `of`: a review that was loaded with its people joins them, and only its own row is to be held.
    db.session.refresh(review, with_for_update={"of": Review})


def stage_rows(review: Review) -> list[ReviewStage]:
    """The stages of a review in order, as they are in the database now."""
    query = select(ReviewStage).filter_by(review_id=review.id).order_by(ReviewStage.position)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def assignments_of(review: Review, stage: str) -> list[Assignment]:
    """The assignments of one stage of a review, handed-over ones left out."""
    query = select(Assignment).filter_by(review_id=review.id, stage=stage).where(Assignment.state != "handed_over")
    return list(db.session.scalars(query.order_by(Assignment.id)))


def kind_of(cycle: Cycle) -> CycleKind:
    """The cycle kind of the cycle's scheme."""
    return scheme_of(cycle).cycle_kinds[cycle.kind]


def spec_of(review: Review, stage: str) -> StageSpec | None:
    """What the scheme says of a stage."""
    return kind_of(review.cycle).stage(stage)


def checked_reason(reason: str) -> str:
    """A reason without its outer spaces; refuses one that says nothing, or too much."""
    why = reason.strip()
    if not SHORTEST_REASON <= len(why) <= LONGEST_REASON:
        raise Refusal(
            Message(
                "Give a reason of %(least)s to %(most)s characters. It is kept with the review.",
                least=SHORTEST_REASON, most=LONGEST_REASON,
            )
        )
    return why


def _conflict(message: Message) -> Refusal:
    return Refusal(message, kind="conflict")


def _locked_row(review: Review, stage: str) -> ReviewStage:
    lock_review(review)
    if review.state == rules.EXCLUDED:
        raise _conflict(Message("This person was taken out of the cycle, so the review does not move any more."))
    return _row(stage_rows(review), stage)


def _row(rows: Iterable[ReviewStage], stage: str) -> ReviewStage:
    row = next((row for row in rows if row.stage == stage), None)
    if row is None:
        raise Refusal(Message("This review has no such step."), kind="not_found")
    return row


def _steps(rows: Iterable[ReviewStage]) -> list[Step]:
    return [Step(row.stage, row.state, row.alongside) for row in rows]


def _move_to(review: Review, state: str, rows: list[ReviewStage], *, actor: Actor, now: datetime) -> None:
    """Set the state that the stages say, by a move that the review's table knows.

    While an appeal is being answered the review stays appealed; the answer lets it go on.
    """
    if review.state in {state, APPEALED}:
        return
    codes = tuple(row.stage for row in rows)
    places = {code: place for place, code in enumerate((*codes, rules.CLOSED))}
    trigger = "advance" if places[state] > places[review.state] else "return"
    if trigger == "return" and state == rules.CALIBRATION:
        trigger = "return_to_calibration"
    review.prev_state = review.state
    review.state = fire("review", trigger, review.state, {"next": state}, stages=codes)
    if review.state == rules.CLOSED:
        record_review_event(review, "closed", actor=actor, now=now)


def _open(review: Review, row: ReviewStage, *, due_at: datetime | None, actor: Actor, now: datetime) -> None:
    scheme = scheme_of(review.cycle)
    spec = scheme.cycle_kinds[review.cycle.kind].stage(row.stage)
    row.state, row.opened_at = OPEN, now
    row.due_at = due_at or due_after(now, spec.days if spec else 0, scheme)
    for assignment in assignments_of(review, row.stage):
        if assignment.state == WAITING:
            assignment.state, assignment.opened_at, assignment.due_at = OPEN, now, row.due_at
    record_review_event(
        review, "stage_opened", actor=actor, now=now, data={"stage": row.stage, "due": row.due_at.isoformat()}
    )


def _feed_back(review: Review, rows: list[ReviewStage], *, actor: Actor, now: datetime) -> None:
    """Where a kind has no release, the result stands, and the person sees it, once it is scored and confirmed."""
    releases = kind_of(review.cycle).stage(rules.RELEASE) is not None
    if review.released_at is None and not releases and _stands(review, rows):
        review.released_at = now
        recording.record_result(review, actor=actor, now=now)
        publish_answers(review, actor=actor, now=now)


def _stands(review: Review, rows: list[ReviewStage]) -> bool:
    signature = kind_of(review.cycle).signature_stage
    return rules.is_fed_back(_steps(rows), signature.code if signature else None)


def _take_back(review: Review, rows: list[ReviewStage], *, actor: Actor, now: datetime) -> None:
    """What was fed back and is returned to be scored anew is no result any more, until it is one again."""
    if kind_of(review.cycle).stage(rules.RELEASE) is None and not _stands(review, rows):
        review.released_at = review.acknowledged_at = None
        recording.withdraw_result(review, actor=actor, now=now)


def _finish(
    review: Review, row: ReviewStage, state: str, *, kind: str, actor: Actor, now: datetime,
    detail: dict[str, Any] | None = None,
) -> None:
    row.state, row.done_at = state, now
    record_review_event(review, kind, actor=actor, now=now, data={"stage": row.stage}, detail=detail)
    open_stages(review, actor=actor, now=now)


def _leave_out(assignments: Iterable[Assignment], *, now: datetime) -> None:
    for assignment in assignments:
        if assignment.state in (WAITING, OPEN):
            assignment.state, assignment.closed_at = "omitted", now


def _guard_return(review: Review, row: ReviewStage, rows: list[ReviewStage]) -> None:
    if row.state == WAITING:
        raise _conflict(Message("The review has not reached this step yet, so it cannot be returned to it."))
    if review.released_at is not None and _before(rows, row, rules.RELEASE):
        raise _conflict(Message("The result is released already; it changes by an appeal only."))
    if review.cycle.state != "open" and _before(rows, row, rules.CALIBRATION):
        raise _conflict(
            Message("This cycle is past the scoring; a single review can only be returned while the cycle is open.")
        )


def _before(rows: list[ReviewStage], row: ReviewStage, code: str) -> bool:
    limit = next((other.position for other in rows if other.stage == code), None)
    return limit is not None and row.position < limit


def _put_back(review: Review, row: ReviewStage) -> None:
    row.state, row.opened_at, row.due_at, row.done_at = WAITING, None, None, None
    for assignment in assignments_of(review, row.stage):
        if assignment.state in (OPEN, "submitted"):
            assignment.state, assignment.due_at, assignment.closed_at = WAITING, None, None
