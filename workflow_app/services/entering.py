"""Writing rows into the ledger: what was typed becomes an entry, and a sheet keeps what of them counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.kinds.base import part_of
from forms.kinds.deduction import DeductionQuestion, is_typed
from forms.validators import day_of
from states.evidence import Upload
from states.ledger import day_within, usual_day, with_entries
from states.scheme.forms import DeductionForm
from workflow_app.db import db
from workflow_app.models import EvidenceFile, LedgerEntry
from workflow_app.queries.ledger import entries_of
from workflow_app.schemes import scheme_of
from workflow_app.services.evidence import keep_file
from workflow_app.working_days import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from forms.kinds.base import Answers
    from states.permissions import Actor
    from states.scheme.forms import DeductionItem, FormSpec
    from workflow_app.models import Assignment, Cycle

Files = dict[str, Upload]


def keeps_ledger(assignment: Assignment, spec: FormSpec) -> bool:
    """Whether deductions of this form are ledger entries: somebody rates somebody else by deduction."""
    return isinstance(spec, DeductionForm) and assignment.assignee_id != assignment.review.employee_id


def with_rows(assignment: Assignment, spec: FormSpec, answers: Answers) -> Answers:
    """What was typed with the form's entries beside it, while the form is open; handed-in answers hold theirs."""
    if assignment.state in {"open", "waiting"} and keeps_ledger(assignment, spec):
        return with_entries(answers, entries_of(assignment))
    return answers


def enter_typed(
    assignment: Assignment, spec: DeductionForm, answers: Answers, *, actor: Actor, now: datetime,
    files: Mapping[str, Upload], only: str | None = None,
) -> list[LedgerEntry]:
    """Make entries of the deductions that were typed (of one item, or of all), with their evidence.

    Refuses (invalid) what the clauses do not allow, days outside the period, and files that are no evidence.
    """
    made = []
    for item in spec.items:
        typed = part_of(answers, item.code)
        if is_typed(typed) and only in {None, item.code}:
            row = _row(assignment, item, typed, actor, now)
            made.append(row)
            if item.code in files:
                attach(row, files[item.code], actor=actor, now=now)
    db.session.add_all(made)
    db.session.flush()
    return made


def settle(
    assignment: Assignment, spec: FormSpec, answers: Answers, *, actor: Actor, now: datetime, files: Mapping[str, Upload]
) -> Answers:
    """At the hand-in: what is typed still becomes entries, and the answers keep a copy of all that count."""
    if not isinstance(spec, DeductionForm) or not keeps_ledger(assignment, spec):
        return answers
    enter_typed(assignment, spec, answers, actor=actor, now=now, files=files)
    return with_entries(without_typed(spec, answers), entries_of(assignment))


def settled_again(assignment: Assignment, spec: DeductionForm, answers: Answers) -> Answers:
    """A submission's answers with what stands in the ledger now instead of what stood then."""
    items = {item.code for item in spec.items}
    bare = {key: value for key, value in answers.items() if key not in items or not part_of(answers, key).get("entries")}
    return with_entries(bare, entries_of(assignment))


def without_typed(spec: DeductionForm, answers: Answers, only: str | None = None) -> Answers:
    """The answers without the deductions (or the one) that have become entries."""
    gone = {
        item.code for item in spec.items if is_typed(part_of(answers, item.code)) and only in {None, item.code}
    }
    return {key: value for key, value in answers.items() if key not in gone}


def attach(entry: LedgerEntry, upload: Upload, *, actor: Actor, now: datetime, purpose: str = "evidence") -> EvidenceFile:
    """Keep a file with an entry; `Refusal` (invalid or too_large) for what is no evidence."""
    return keep_file(EvidenceFile(entry=entry, purpose=purpose), upload, actor=actor, now=now)


def day_in(cycle: Cycle, typed: str, now: datetime) -> date:
    """The day of an event in a cycle's period: as typed, or the usual one; `Refusal` outside of it."""
    today = now.astimezone(zone_of(scheme_of(cycle))).date()
    start, end = cycle.period_start, cycle.period_end
    day = day_of(typed) if typed else None
    if day is None:
        return usual_day(start=start, end=end, today=today)
    return day_within(day, start=start, end=end, today=today)


def _row(assignment: Assignment, item: DeductionItem, typed: Answers, actor: Actor, now: datetime) -> LedgerEntry:
    taken = DeductionQuestion(item).deduction(typed)
    review = assignment.review
    return LedgerEntry(
        employee_id=review.employee_id, review_id=review.id, kind="deduction", form=assignment.form, item=item.code,
        clause=taken.clause, times=taken.times, points=taken.points, note=taken.note,
        happened_on=day_in(review.cycle, str(typed.get("on") or ""), now),
        author_id=actor.employee_id, recorded_by_id=actor.account_id, recorded_at=now,
    )  # fmt: skip
