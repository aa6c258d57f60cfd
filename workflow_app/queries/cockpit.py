"""The cockpit's rows: who is at a stage, with whom it lies, since when, until when, how far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.errors import Message
from states.scheme.cycles import CycleKind, StageSpec
from states.stages import CLOSED
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Review, ReviewStage, Submission
from workflow_app.queries.cycles import answers_at, assignments_at
from workflow_app.schemes import scheme_of
from workflow_app.working_days import zone_of

SOON_DAYS = 2

WAITS_FOR = {
    "hr": Message("Human resources"),
    "general_manager": Message("The approver"),
    "customers": Message("Customers"),
    "system": Message("The system"),
}


@dataclass(frozen=True)
class Due:
    """A deadline in words, with the tone of its chip."""

    words: Message | None
    tone: str
    at: datetime | None


@dataclass(frozen=True)
class Row:
    """One review in the list."""

    review: Review
    stage: ReviewStage | None
    assignments: Sequence[Assignment]
    waits_for: Message | None
    taken_over: date | None
    due: Due
    progress: Message


def rows(cycle: Cycle, reviews: Sequence[Review], *, now: datetime) -> list[Row]:
    """The rows of one page of reviews."""
    kind, zone = scheme_of(cycle).cycle_kinds[cycle.kind], zone_of(scheme_of(cycle))
    forms, answers = assignments_at(reviews), answers_at(reviews)
    drafts = _drafts([one for several in forms.values() for one in several])
    takeovers = _takeovers(reviews)
    return [
        _row(review, kind, zone, forms.get(review.id, []), answers.get(review.id), drafts, takeovers, now)
        for review in reviews
    ]


def _row(
    review: Review, kind: CycleKind, zone: ZoneInfo, forms: Sequence[Assignment], answers: tuple[int, int] | None,
    drafts: dict[int, datetime], takeovers: dict[tuple[int, str], datetime], now: datetime,
) -> Row:
    stage = next((stage for stage in review.stages if stage.stage == review.state), None)
    spec = kind.stage(review.state)
    taken = takeovers.get((review.id, review.state))
    return Row(
        review=review,
        stage=stage,
        assignments=forms,
        waits_for=None if forms or spec is None else WAITS_FOR.get(spec.actor, Message("The person rated")),
        taken_over=taken.astimezone(zone).date() if taken else None,
        due=due_words(stage.due_at if stage else None, now=now, zone=zone),
        progress=_progress(review, spec, forms, answers, drafts),
    )


def due_words(due: datetime | None, *, now: datetime, zone: ZoneInfo) -> Due:
    """A deadline as people say it: late by days, today, tomorrow, else the day itself."""
    if due is None:
        return Due(None, "", None)
    days = (due.astimezone(zone).date() - now.astimezone(zone).date()).days
    if due < now:
        late = Message("%(days)s days late", days=-days) if days < -1 else Message("1 day late")
        return Due(late, "late", due)
    if days == 0:
        return Due(Message("Today"), "due", due)
    if days == 1:
        return Due(Message("Tomorrow"), "due", due)
    return Due(None, "due" if days <= SOON_DAYS else "", due)


def _progress(
    review: Review, spec: StageSpec | None, forms: Sequence[Assignment], answers: tuple[int, int] | None,
    drafts: dict[int, datetime],
) -> Message:
    if review.state == CLOSED:
        return Message("Closed")
    if spec is not None and spec.actor == "customers":
        answered, asked = answers or (0, 0)
        return Message("%(answered)s of %(asked)s answered", answered=answered, asked=asked)
    if not forms:
        return Message("—")
    handed_in = sum(form.state == "submitted" for form in forms)
    if len(forms) > 1:
        return Message("%(done)s of %(all)s handed in", done=handed_in, all=len(forms))
    return Message("Draft") if forms[0].id in drafts else Message("Not begun")


def _drafts(assignments: Sequence[Assignment]) -> dict[int, datetime]:
    ids = [assignment.id for assignment in assignments]
    query = select(Submission.assignment_id, Submission.saved_at)
    found = db.session.execute(query.where(Submission.assignment_id.in_(ids), Submission.state == "draft"))
    return {number: saved_at for number, saved_at in found if number is not None}


def _takeovers(reviews: Sequence[Review]) -> dict[tuple[int, str], datetime]:
    ids = [review.id for review in reviews]
    query = select(Assignment.review_id, Assignment.stage, Assignment.closed_at)
    found = db.session.execute(query.where(Assignment.review_id.in_(ids), Assignment.state == "handed_over"))
    return {(review_id, stage): closed_at for review_id, stage, closed_at in found if closed_at}


def forms_of(review: Review) -> dict[str, list[Assignment]]:
    """Every form of a review by stage, handed-over ones too."""
    query = select(Assignment).filter_by(review_id=review.id).options(joinedload(Assignment.assignee))
    found: dict[str, list[Assignment]] = {}
    for assignment in db.session.scalars(query.order_by(Assignment.id)):
        found.setdefault(assignment.stage, []).append(assignment)
    return found
