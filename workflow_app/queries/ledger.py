"""Reads of the ledger: the entries of a form and of a review, and what the person rated sees of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from states.adjustments import Adjusted, Bonus, Offence
from states.ledger import Entry, is_shown, standing
from states.permissions import EntryFacts
from states.scheme import Scheme, Text
from states.scheme.forms import DeductionForm
from states.stages import RELEASE
from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Employee, EvidenceFile, LedgerEntry, Review
from workflow_app.schemes import scheme_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement, Select

    from states.scheme.cycles import CycleKind, StageSpec

SHEET_KINDS = ("deduction", "counter")
PERIOD_KINDS = ("bonus", "offence")


@dataclass(frozen=True)
class ShownEntry:
    """One row as pages show it, with the titles of its scheme and what takes it back."""

    row: LedgerEntry
    item: Text | None = None
    clause: Text | None = None
    taken_back: LedgerEntry | None = None

    @property
    def counts(self) -> bool:
        """Whether no counter-entry takes it back."""
        return self.taken_back is None


def shown_entries(rows: Sequence[LedgerEntry], scheme: Scheme) -> list[ShownEntry]:
    """The rows with their titles, each counter-entry beside what it takes back."""
    counters = corrected(rows)
    found = []
    for row in rows:
        if row.kind != "counter":
            form = scheme.forms.get(row.form)
            items = form.items if isinstance(form, DeductionForm) else ()
            item = next((one for one in items if one.code == row.item), None)
            clause = item.clause(row.clause) if item else None
            titles = (item.title if item else None, clause.title if clause else None)
            found.append(ShownEntry(row, *titles, counters.get(row.id)))
    return found


def as_entry(row: LedgerEntry, by: str = "") -> Entry:
    """A row as the rules see it; `by` is the role of its author."""
    return Entry(
        row.id, row.kind, row.item, row.clause, row.times, row.points, row.happened_on, row.note, by,  # type: ignore[arg-type]  # the column is checked
        row.corrects_id,
    )  # fmt: skip


def rows_of(assignment: Assignment) -> list[LedgerEntry]:
    """The rows of one form, counter-entries too, oldest first: its rater's and those of who handed it over."""
    return list(db.session.scalars(_with_people(_rows_of(assignment))))


def entries_of(assignment: Assignment) -> list[Entry]:
    """The same as the rules see them."""
    spec = stage_spec(assignment)
    role = spec.actor if spec else ""
    return [as_entry(row, role) for row in db.session.scalars(_rows_of(assignment))]


def is_in(row: LedgerEntry, assignment: Assignment) -> bool:
    """Whether the row stands in this form's ledger."""
    return db.session.scalar(_rows_of(assignment).where(LedgerEntry.id == row.id)) is not None


def _rows_of(assignment: Assignment) -> Select[tuple[LedgerEntry]]:
    before = select(Assignment.assignee_id).where(
        Assignment.review_id == assignment.review_id, Assignment.stage == assignment.stage,
        Assignment.form == assignment.form, Assignment.state == "handed_over",
    )
    query = select(LedgerEntry).where(
        LedgerEntry.review_id == assignment.review_id, LedgerEntry.form == assignment.form,
        LedgerEntry.kind.in_(SHEET_KINDS),
        or_(LedgerEntry.author_id == assignment.assignee_id, LedgerEntry.author_id.in_(before)),
    )
    return query.order_by(LedgerEntry.id)


def stage_spec(assignment: Assignment) -> StageSpec | None:
    """What the scheme says of the assignment's stage."""
    return _kind(assignment.review).stage(assignment.stage)


def rows_of_review(review: Review) -> list[LedgerEntry]:
    """Every row of a review, counter-entries too, oldest first."""
    query = _with_people(select(LedgerEntry).where(LedgerEntry.review_id == review.id))
    return list(db.session.scalars(query.order_by(LedgerEntry.id)))


def rows_about(employee_id: int) -> list[LedgerEntry]:
    """Every row about a person, newest first; whether it is shown to them is asked of `is_visible`."""
    query = _with_people(select(LedgerEntry).where(LedgerEntry.employee_id == employee_id)).options(
        joinedload(LedgerEntry.review).joinedload(Review.cycle).joinedload(Cycle.scheme_version)
    )
    return list(db.session.scalars(query.order_by(LedgerEntry.happened_on.desc(), LedgerEntry.id.desc())))


def adjusted_of(which: ColumnElement[bool]) -> dict[int, Adjusted]:
    """Offences and commendations that stand, by review; `which` says of which reviews."""
    query = (
        select(LedgerEntry, Review.superior_id)
        .join(Review, Review.id == LedgerEntry.review_id)
        .where(which, LedgerEntry.kind.in_((*PERIOD_KINDS, "counter")))
        .order_by(LedgerEntry.id)
    )
    rows: dict[int, list[tuple[LedgerEntry, int | None]]] = {}
    for row, superior_id in db.session.execute(query):
        rows.setdefault(row.review_id, []).append((row, superior_id))
    return {number: _adjusted(some) for number, some in rows.items()}


def _adjusted(rows: Sequence[tuple[LedgerEntry, int | None]]) -> Adjusted:
    forms = {row.id: row.form for row, _ in rows}
    kept = standing(as_entry(row, "manager" if row.author_id == superior_id else "hr") for row, superior_id in rows)
    offences = tuple(
        Offence(forms[one.id], one.item, str(one.id), one.on.isoformat() if one.on else "", one.note, one.by)
        for one in kept
        if one.kind == "offence"
    )
    bonuses = tuple(Bonus(one.note, int(one.points or 0), str(one.id)) for one in kept if one.kind == "bonus")
    return Adjusted(offences, bonuses)


def is_visible(row: LedgerEntry) -> bool:
    """Whether the time has come at which the person it is about sees it. Rewards and sanctions: at once."""
    review = row.review
    if review is None or row.kind in {"reward", "sanction"}:
        return True
    kind = _kind(review)
    spec = _stage_of(row, review, kind)
    handed_in = spec is not None and any(one.stage == spec.code and one.state == "done" for one in review.stages)
    return is_shown(
        spec.entries_shown if spec else "feedback",
        handed_in=handed_in, released=review.released_at is not None, has_release=kind.stage(RELEASE) is not None,
    )


def _stage_of(row: LedgerEntry, review: Review, kind: CycleKind) -> StageSpec | None:
    """The stage whose form the row is in: its author's, where several stages use the form.

    What is recorded beside the forms follows the first that somebody else fills.
    """
    stages = [stage for stage in kind.stages if any(use.form == row.form for use in stage.forms)]
    if len(stages) > 1 and row.kind in SHEET_KINDS:
        filled = select(Assignment.stage).filter_by(review_id=review.id, form=row.form, assignee_id=row.author_id)
        theirs = set(db.session.scalars(filled))
        stages = [stage for stage in stages if stage.code in theirs] or stages
    else:
        stages = [stage for stage in stages if stage.actor != "self"] or stages
    return stages[0] if stages else None


def entry_facts(row: LedgerEntry) -> EntryFacts:
    """An entry as the rules see it."""
    confirmers: frozenset[int] = frozenset()
    if row.review is not None:
        confirming = [stage.code for stage in _kind(row.review).stages if stage.actor == "department_head"]
        query = select(Assignment.assignee_id).where(
            Assignment.review_id == row.review_id, Assignment.stage.in_(confirming), Assignment.state != "handed_over"
        )
        confirmers = frozenset(one for one in db.session.scalars(query) if one is not None)
    return EntryFacts(row.employee_id, row.author_id, confirmers, is_visible(row))


def find_entry(number: int) -> LedgerEntry | None:
    """An entry with its review and files."""
    return db.session.get(LedgerEntry, min(number, 2**31 - 1))


def find_file(number: int) -> EvidenceFile | None:
    """An uploaded file, its content loaded when asked for."""
    return db.session.get(EvidenceFile, min(number, 2**31 - 1))


def corrected(rows: Iterable[LedgerEntry]) -> dict[int, LedgerEntry]:
    """The counter-entries by the entry that they take back."""
    return {row.corrects_id: row for row in rows if row.corrects_id is not None}


def name_of(employee_id: int | None) -> str:
    """A person's name, or nothing."""
    found = db.session.get(Employee, employee_id) if employee_id else None
    return found.name if found else ""


def _with_people(query: Select[tuple[LedgerEntry]]) -> Select[tuple[LedgerEntry]]:
    return query.options(joinedload(LedgerEntry.author), selectinload(LedgerEntry.files))


def _kind(review: Review) -> CycleKind:
    return scheme_of(review.cycle).cycle_kinds[review.cycle.kind]
