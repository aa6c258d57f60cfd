"""What pages show of a period's result: its score, its entries, what was said, and what changed it beside the forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.scheme import builtin_scheme
from states.scheme.forms import DeductionForm, TextForm
from workflow_app.db import db
from workflow_app.models import Assignment, Event, Record, Review, Submission
from workflow_app.queries.ledger import ShownEntry, is_visible, rows_about, rows_of_review, shown_entries
from workflow_app.schemes import scheme_of
from workflow_app.titles import current_scheme, schemes_in_force

if TYPE_CHECKING:
    from decimal import Decimal

    from states.scheme import Scheme, Text
    from states.scheme.cycles import CycleKind
    from workflow_app.models import LedgerEntry


@dataclass(frozen=True)
class Said:
    """What somebody wrote in the course of a review: rater's feedback, confirmation."""

    who: str
    title: Text
    text: str


@dataclass(frozen=True)
class Sheet:
    """A period's result: `score` of 100 without the bonus, None where nothing counts."""

    kind: CycleKind
    score: Decimal | None
    bonus: int
    entries: list[ShownEntry]
    adjustments: list[ShownEntry]
    said: list[Said]
    comment: str
    recorded: Record | None

    @property
    def total(self) -> Decimal | None:
        """Score and bonus together, not clipped."""
        return None if self.score is None else self.score + self.bonus


@dataclass(frozen=True)
class Group:
    """A person's entries of one review, or those outside of any."""

    review: Review | None
    entries: list[ShownEntry]


def sheet_of(review: Review) -> Sheet:
    """The result of a review as the person rated sees it after the feedback."""
    scheme = scheme_of(review.cycle)
    record = db.session.scalar(select(Record).filter_by(review_id=review.id))
    shown = shown_entries(rows_of_review(review), scheme)
    return Sheet(
        scheme.cycle_kinds[review.cycle.kind],
        record.score if record else None,
        int(record.bonus or 0) if record else 0,
        [one for one in shown if one.row.kind == "deduction"],
        [one for one in shown if one.row.kind != "deduction"],
        _said(review, scheme),
        comment_of(review),
        record,
    )


def adjustments_of(review: Review) -> list[ShownEntry]:
    """Commendations, offences and their sanctions in a review."""
    shown = shown_entries(rows_of_review(review), scheme_of(review.cycle))
    return [one for one in shown if one.row.kind != "deduction"]


def entries_about(employee_id: int) -> list[Group]:
    """Everything in the ledger about a person that is shown to them by now, by review, the newest first."""
    groups: dict[int | None, list[LedgerEntry]] = {}
    reviews: dict[int | None, Review | None] = {}
    for row in rows_about(employee_id):
        reviews.setdefault(row.review_id, row.review)
        groups.setdefault(row.review_id, []).append(row)
    found = []
    for number, rows in groups.items():
        review = reviews[number]
        scheme = scheme_of(review.cycle) if review else rulebook_scheme()
        shown = [one for one in shown_entries(rows, scheme) if is_visible(one.row)]
        if shown:
            found.append(Group(review, shown))
    return found


def comment_of(review: Review) -> str:
    """What the person rated wrote when signing."""
    event = db.session.scalar(
        select(Event)
        .filter_by(subject_type="review", subject_id=review.id, kind="acknowledged")
        .options(joinedload(Event.detail))
        .order_by(Event.version.desc())
        .limit(1)
    )
    return str((event.detail.data or {}).get("comment", "")) if event and event.detail else ""


def rulebook_scheme() -> Scheme:
    """The scheme whose rulebook is kept now: the newest in force that has one, else the newest."""
    books = (scheme for scheme in schemes_in_force() if scheme.rulebook)
    return next(books, None) or current_scheme() or builtin_scheme()


def rulebook_words(scheme: Scheme) -> dict[str, Text]:
    """The titles of clauses and rungs by their codes."""
    book = scheme.rulebook
    if book is None:
        return {}
    rungs = {rung.code: rung.title for rung in (*book.rewards, *book.sanctions)}
    return rungs | {rule.code: rule.title for rule in book.rules}


def _said(review: Review, scheme: Scheme) -> list[Said]:
    query = (
        select(Assignment, Submission)
        .join(Submission, Submission.assignment_id == Assignment.id)
        .where(Assignment.review_id == review.id, Submission.state == "submitted")
        .options(joinedload(Assignment.assignee))
        .order_by(Assignment.id)
    )
    kind = scheme.cycle_kinds[review.cycle.kind]
    found = []
    for assignment, submission in db.session.execute(query):
        stage, spec = kind.stage(assignment.stage), scheme.forms.get(assignment.form)
        if isinstance(spec, DeductionForm | TextForm) and (stage is None or not stage.is_confidential):
            who = assignment.assignee.name if assignment.assignee else ""
            texts = [(text.title, submission.answers.get(text.code)) for text in spec.texts]
            found += [Said(who, title, str(text)) for title, text in texts if text]
    return found
