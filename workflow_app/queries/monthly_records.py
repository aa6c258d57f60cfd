"""The monthly record of a person (scheme §7, Table 6): items, what was taken off and why, rewards, own words."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from states.permissions import ReviewFacts, may
from states.scheme import builtin_scheme
from states.scheme.forms import DeductionForm
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Employee, LedgerEntry, Record, Review, Submission
from workflow_app.queries.record_lines import RecordLine, item_lines, line_apart
from workflow_app.queries.sheet_scope import CALLED_OFF, Scope, Standing, count_in, people_in, portions
from workflow_app.schemes import scheme_of
from workflow_app.titles import current_scheme, schemes_in_force

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme import Scheme, Text
    from states.scheme.cycles import CycleKind, StageSpec


@dataclass(frozen=True)
class Signature:
    """Who signs, and when they did on the pages; None is signed on paper."""

    name: str
    at: datetime | None


@dataclass(frozen=True)
class MonthlyRecord:
    """One person's month. `source`: `review`, `imported` (only the total is known), or `empty` (to fill by hand)."""

    standing: Standing
    month: str
    source: str
    lines: Sequence[RecordLine]
    full: Decimal | None = None
    score: Decimal | None = None
    bonus: int | None = None
    rater: Signature | None = None
    confirmer: Signature | None = None
    person: Signature | None = None
    own_words: Sequence[tuple[Text, str]] = ()

    @property
    def taken(self) -> Decimal:
        """All that was taken off, item by item, before an item ends at 0."""
        return sum((line.deducted for line in self.lines if line.deducted is not None), Decimal(0))


@dataclass
class _Found:
    """What the database holds of the month, by employee or review."""

    reviews: Mapping[int, Review]
    assignments: Mapping[int, list[Assignment]]
    submissions: Mapping[int, Submission]
    entries: Mapping[int, list[LedgerEntry]]
    records: Mapping[int, Record]


def monthly_records(month: str, scope: Scope, *, actor: Actor, blank: bool = False) -> list[MonthlyRecord]:
    """The sheets of everybody meant, by number. What `actor` may not see yet is an empty sheet.

    `blank`: nothing is filled in but who it is, to be used on paper.
    """
    scheme = monthly_scheme()
    sheets = []
    for some in portions(people_in(scope, *_days(month))):
        found = _Found({}, {}, {}, {}, {}) if blank else _find(month, some)
        sheets += [_sheet(one, month, found, scheme, actor) for one in some]
    return sheets


def count_of_records(month: str, scope: Scope) -> int:
    """How many sheets these would be."""
    return count_in(scope, *_days(month))


def monthly_scheme() -> Scheme:
    """The newest scheme in force that has monthly sheets, else the newest."""
    monthly = (scheme for scheme in schemes_in_force() if monthly_kind(scheme))
    return next(monthly, None) or current_scheme() or builtin_scheme()


def monthly_kind(scheme: Scheme) -> CycleKind | None:
    """The kind of cycle whose sheet this is: monthly, counted by coverage where one is, with a scored sheet."""
    monthly = [kind for kind in scheme.cycle_kinds.values() if kind.period == "month"]
    covered = [kind for kind in monthly if kind.record_kind in scheme.composition.coverage.kinds]
    return next(iter([*covered, *monthly]), None)


def may_see(actor: Actor, standing: Standing, review: Review | None) -> bool:
    """Whether the reader may see the month's figures: those in line and above; the person once they are shown."""
    if review is None:
        facts = ReviewFacts(standing.person.id, standing.place.superior_id, standing.place.vp_id, released=True)
    else:
        facts = ReviewFacts(
            review.employee_id, review.superior_id, review.vp_id, released=review.released_at is not None
        )
    own = actor.employee_id == facts.employee_id
    return may(actor, "see_result" if own else "see_review", facts).allowed


def _days(month: str) -> tuple[date, date]:
    year, number = int(month[:4]), int(month[5:7])
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _sheet(one: Standing, month: str, found: _Found, scheme: Scheme, actor: Actor) -> MonthlyRecord:
    person = one.person.id
    review = found.reviews.get(person)
    record = found.records.get(person)
    if (review or record) and may_see(actor, one, review):
        if review is not None and (filled := _from_review(one, month, review, found)) is not None:
            return filled
        if record is not None:
            return MonthlyRecord(one, month, "imported", (), score=record.score, bonus=record.bonus, rater=_above(one))
    kind = monthly_kind(scheme)
    form = _form(scheme, kind, one.place.population, one.place.post) if kind else None
    lines = tuple(RecordLine(item.title, item.points) for item in form.items) if form else ()
    return MonthlyRecord(one, month, "empty", lines, form.points if form else None, rater=_above(one))


def _above(one: Standing) -> Signature | None:
    """The direct superior of that time, who rates."""
    above = db.session.get(Employee, one.place.superior_id) if one.place.superior_id else None
    return Signature(above.name, None) if above else None


def _from_review(one: Standing, month: str, review: Review, found: _Found) -> MonthlyRecord | None:
    scheme = scheme_of(review.cycle)
    kind = scheme.cycle_kinds[review.cycle.kind]
    stage = _scoring(kind, review.rated_as, review.post)
    by_stage = {row.stage: row for row in found.assignments.get(review.id, ())}
    scored = by_stage.get(stage.code) if stage else None
    submission = found.submissions.get(scored.id) if scored else None
    if scored is None or submission is None:
        return None
    form = scheme.forms[scored.form]
    items = form.items if isinstance(form, DeductionForm) else ()
    entries = found.entries.get(review.employee_id, [])
    lines = [line for item in items for line in item_lines(item, submission, entries, review, scheme)]
    lines += [line_apart(row, scheme) for row in entries if row.kind in {"reward", "sanction", "bonus"}]
    record = found.records.get(review.employee_id)
    return MonthlyRecord(
        one, month, "review", tuple(lines), form.points if isinstance(form, DeductionForm) else None,
        record.score if record else submission.score, record.bonus if record else None,
        _signed(scored, submission), _confirmed(kind, by_stage, found), Signature(one.person.name, review.acknowledged_at),
        _own_words(kind, by_stage, found, scheme),
    )  # fmt: skip


def _scoring(kind: CycleKind, population: str, post: str) -> StageSpec | None:
    """The stage whose form is the sheet: the first that counts."""
    part = next(iter(kind.parts_for(population=population, post=post)), None)
    return kind.stage(part.stage) if part and part.stage else None


def _form(scheme: Scheme, kind: CycleKind, population: str, post: str) -> DeductionForm | None:
    stage = _scoring(kind, population, post)
    form = scheme.forms.get((stage.form_for(population=population, post=post) or "") if stage else "")
    return form if isinstance(form, DeductionForm) else None


def _signed(assignment: Assignment, submission: Submission) -> Signature | None:
    return Signature(assignment.assignee.name, submission.submitted_at) if assignment.assignee else None


def _confirmed(kind: CycleKind, by_stage: Mapping[str, Assignment], found: _Found) -> Signature | None:
    codes = [stage.code for stage in kind.stages if stage.actor == "department_head"]
    row = next((by_stage[code] for code in codes if code in by_stage), None)
    if row is None or row.assignee is None:
        return None
    submission = found.submissions.get(row.id)
    return Signature(row.assignee.name, submission.submitted_at if submission else None)


def _own_words(
    kind: CycleKind, by_stage: Mapping[str, Assignment], found: _Found, scheme: Scheme
) -> Sequence[tuple[Text, str]]:
    """What the person wrote of the month: the texts of the self review."""
    codes = [stage.code for stage in kind.stages if stage.actor == "self"]
    row = next((by_stage[code] for code in codes if code in by_stage), None)
    submission = found.submissions.get(row.id) if row else None
    if row is None or submission is None:
        return ()
    texts = scheme.forms[row.form].texts
    return tuple((text.title, str(submission.answers[text.code])) for text in texts if submission.answers.get(text.code))


def _find(month: str, people: Sequence[Standing]) -> _Found:
    ids = [one.person.id for one in people]
    reviews = {one.employee_id: one for one in _reviews(month, ids)}
    numbers = [one.id for one in reviews.values()]
    assignments: dict[int, list[Assignment]] = defaultdict(list)
    submissions: dict[int, Submission] = {}
    query = (
        select(Submission)
        .join(Submission.assignment)
        .where(Assignment.review_id.in_(numbers), Submission.state == "submitted", Assignment.state == "submitted")
        .options(joinedload(Submission.assignment).joinedload(Assignment.assignee))
    )
    for one in db.session.scalars(query):
        if one.assignment is not None:
            assignments[one.assignment.review_id].append(one.assignment)
            submissions[one.assignment.id] = one
    codes = {scheme_of(one.cycle).cycle_kinds[one.cycle.kind].record_kind for one in reviews.values()}
    kind = monthly_kind(monthly_scheme())
    codes |= {kind.record_kind} if kind else set()
    rows = select(Record).where(Record.employee_id.in_(ids), Record.period == month, Record.kind.in_(codes))
    records = {one.employee_id: one for one in db.session.scalars(rows)}
    return _Found(reviews, assignments, submissions, _entries(month, ids, numbers), records)


def _reviews(month: str, ids: Sequence[int]) -> Sequence[Review]:
    """These people's reviews of the month's appraisal; inspections of the month have sheets of their own."""
    cycles = db.session.scalars(select(Cycle).where(Cycle.period == month, Cycle.state.not_in(CALLED_OFF)).order_by(Cycle.id))
    wanted = []
    for cycle in cycles:
        kind = monthly_kind(scheme_of(cycle))
        wanted += [cycle.id] if kind is not None and kind.code == cycle.kind else []
    query = select(Review).where(Review.cycle_id.in_(wanted), Review.employee_id.in_(ids), Review.state != "excluded")
    return db.session.scalars(query.options(joinedload(Review.cycle)).order_by(Review.id)).all()


def _entries(month: str, ids: Sequence[int], numbers: Sequence[int]) -> Mapping[int, list[LedgerEntry]]:
    """What stands in the ledger: of the month's reviews, and rewards and sanctions of the month itself."""
    first, last = _days(month)
    taken_back = select(LedgerEntry.corrects_id).where(LedgerEntry.corrects_id.is_not(None))
    of_month = LedgerEntry.review_id.is_(None) & LedgerEntry.happened_on.between(first, last)
    query = (
        select(LedgerEntry)
        .where(
            LedgerEntry.employee_id.in_(ids), LedgerEntry.kind != "counter", LedgerEntry.id.not_in(taken_back),
            LedgerEntry.review_id.in_(numbers) | of_month,
        )
        .options(selectinload(LedgerEntry.files))
        .order_by(LedgerEntry.happened_on, LedgerEntry.id)
    )
    found: dict[int, list[LedgerEntry]] = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.employee_id].append(row)
    return found
