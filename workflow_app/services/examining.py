"""Results of scored tests: entered for one or many, corrected by a new row that names the old (scheme §1, row 7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from states.answers import figure
from states.errors import Message, Refusal
from states.exact import half_up
from states.scheme.forms import ScoredTest
from states.scoring import score_form
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.models import SchemeVersion, TestResult
from workflow_app.queries.facts import person_facts
from workflow_app.queries.tests_taken import form_of, standing
from workflow_app.schemes import read_scheme
from workflow_app.services.advancing import checked_reason
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime
    from fractions import Fraction

    from states.permissions import Actor
    from workflow_app.models import Employee

PLACES = 9
NOTE_LENGTH = 500


@dataclass(frozen=True)
class Entry:
    """What one person reached: points by section as exact text, and a note."""

    employee: Employee
    answers: Mapping[str, str]
    note: str = ""


def enter_results(
    version: SchemeVersion, form: str, taken_on: date, entries: Sequence[Entry], *, actor: Actor, now: datetime
) -> list[TestResult]:
    """Record a test that many took on one day, all of it or nothing.

    Score: points ÷ full points × 100, passed at the form's pass mark or above. Refuses (forbidden) who may
    not enter it for a person, (invalid) points outside a section, odd days and a result that is there already.
    """
    spec = read_scheme(version).forms.get(form)
    if not isinstance(spec, ScoredTest) or version.state != "published":
        raise Refusal(Message("Choose a test of a published scheme."))
    for entry in entries:
        require(actor, "enter_test", person_facts(entry.employee))
    faults = [fault for entry in entries for fault in _faults(spec, taken_on, entry, now)]
    if faults:
        raise Refusal(faults)
    rows = [_row(version, spec, taken_on, entry, actor=actor, now=now) for entry in entries]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        _record("test_entered", row, actor=actor, now=now)
    return rows


def correct_result(
    wrong: TestResult, answers: Mapping[str, str], *, taken_on: date, reason: str, actor: Actor, now: datetime
) -> TestResult:
    """Set a result right by a new row that names the old one; the old one stays, and counts no more.

    Refuses (conflict) a result that was corrected already: correct the newest.
    """
    require(actor, "enter_test", person_facts(wrong.employee))
    why = checked_reason(reason)
    if db.session.scalar(select(TestResult.id).filter_by(corrects_id=wrong.id)):
        raise Refusal(Message("This result was corrected already. Correct the newer one."), kind="conflict")
    spec = form_of(wrong)
    if spec is None:
        raise Refusal(Message("Choose a test of a published scheme."))
    entry = Entry(wrong.employee, answers, why)
    faults = _faults(spec, taken_on, entry, now, instead_of=wrong)
    if faults:
        raise Refusal(faults)
    version = db.session.get_one(SchemeVersion, wrong.scheme_version_id)
    row = _row(version, spec, taken_on, entry, actor=actor, now=now)
    row.corrects_id = wrong.id
    db.session.add(row)
    db.session.flush()
    _record("test_corrected", row, actor=actor, now=now)
    return row


def _score(spec: ScoredTest, answers: Mapping[str, str]) -> Fraction | None:
    return score_form(spec, answers).value


def _faults(
    spec: ScoredTest, taken_on: date, entry: Entry, now: datetime, *, instead_of: TestResult | None = None
) -> list[Message]:
    person = entry.employee
    found = [
        Message("%(name)s, %(section)s: enter points from 0 to %(most)s.", name=person.name, section=section.title, most=section.points)
        for section in spec.sections
        if (reached := figure(entry.answers.get(section.code), section.code)) is None or not 0 <= reached <= section.points
    ]
    if taken_on > day_of(now):
        found.append(Message("The day of the test lies in the future."))
    if not person.joined <= taken_on <= (person.left or taken_on):
        found.append(Message("%(name)s was not employed on that day.", name=person.name))
    if len(entry.note) > NOTE_LENGTH:
        found.append(Message("A note has up to %(most)s characters.", most=NOTE_LENGTH))
    query = standing().where(
        TestResult.employee_id == person.id, TestResult.form == spec.code, TestResult.taken_on == taken_on,
        TestResult.id != (instead_of.id if instead_of else 0),
    )
    if not found and db.session.scalar(query.limit(1)) is not None:
        found.append(
            Message("%(name)s has a result of this test on that day already. Correct that one.", name=person.name)
        )
    return found


def _row(
    version: SchemeVersion, spec: ScoredTest, taken_on: date, entry: Entry, *, actor: Actor, now: datetime
) -> TestResult:
    score = _score(spec, entry.answers)
    if score is None:
        raise Refusal(Message("Every section of the test needs its points."))
    return TestResult(
        employee_id=entry.employee.id, scheme_version_id=version.id, form=spec.code, taken_on=taken_on,
        answers={section.code: str(entry.answers[section.code]) for section in spec.sections},
        score=half_up(score, PLACES), passed=score >= spec.pass_mark, note=entry.note,
        recorded_by_id=actor.account_id, recorded_at=now,
    )


def _record(kind: str, row: TestResult, *, actor: Actor, now: datetime) -> None:
    data: dict[str, Any] = {"test": row.id, "form": row.form, "corrects": row.corrects_id}
    detail = {"answers": row.answers, "score": str(row.score), "passed": row.passed, "on": row.taken_on.isoformat()}
    record_event("employee", row.employee_id, kind, actor=actor, now=now, data=data, detail=detail | {"reason": row.note})
