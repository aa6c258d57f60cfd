"""Filling in a form: drafts that are kept, submissions that count, corrections as new versions."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from forms.builder import answers_from, build_form, prefill, sound_answers
from states.errors import Message, Refusal
from states.exact import half_up
from states.scheme.forms import DeductionForm, KpiForm
from states.scoring import FormScore, score_form
from states.year_end import with_entered
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Assignment, Submission
from workflow_app.models.records import SCORE_PLACES
from workflow_app.queries.assignments import latest_submission, versions_of
from workflow_app.queries.facts import assignment_facts
from workflow_app.queries.kpi import entered_figures, own_typing, submitted_tables
from workflow_app.schemes import scheme_of
from workflow_app.services import advancing
from workflow_app.services.answer_files import check_answer_files
from workflow_app.services.entering import settle, settled_again, with_rows
from workflow_app.services.events import record_review_event

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

    from forms.builder import SchemeForm
    from forms.kinds.base import Answers
    from states.evidence import Upload
    from states.permissions import Actor
    from states.scheme.forms import FormSpec

NOTHING_YET = "0"
NO_FILES: Mapping[str, Upload] = MappingProxyType({})
WORKING_CYCLES = frozenset({"open", "released"})
STALE = Message(
    "A newer version of this form was saved in another window. What you typed is kept here; saving it now replaces "
    "that version."
)
NOT_OPEN = {
    "waiting": Message("This form is not open yet. It opens when the step before is finished."),
    "submitted": Message("This form is submitted already. It can be changed after it was returned."),
    "handed_over": Message("This form was handed over to somebody else. Please ask HR."),
    "omitted": Message("This step was left out of the review, so the form is closed."),
}
CYCLE_CLOSED = Message("This cycle takes no more forms. Please ask HR if yours is missing.")


def form_spec(assignment: Assignment) -> FormSpec:
    """The form of the assignment, in the scheme that its cycle is pinned to."""
    return scheme_of(assignment.review.cycle).forms[assignment.form]


def version_of(submission: Submission | None) -> str:
    """What a page remembers to notice that another window saved meanwhile: number and version."""
    return f"{submission.number}.{submission.version}" if submission else NOTHING_YET


def closed_reason(assignment: Assignment) -> Message | None:
    """Why nothing can be filled in here now; None while the form is open."""
    if assignment.state != "open":
        return NOT_OPEN[assignment.state]
    return None if assignment.review.cycle.state in WORKING_CYCLES else CYCLE_CLOSED


def shown_answers(assignment: Assignment, submission: Submission | None) -> Answers:
    """What a form shows: what was saved last and, in a KPI table, the figures that HR entered or imported."""
    return _with_entered(assignment, submission.answers if submission else {})


def score_of(assignment: Assignment, answers: Answers, *, settled: bool = False) -> FormScore:
    """The score (0-100, exact) of these answers as far as they can be scored; a draft may lack much.

    The ledger's rows of an open form count as well, unless the answers are `settled`: they hold theirs.
    Rows of a KPI table that cards and questionnaires fill stay open here: the year-end adds them.
    """
    spec = form_spec(assignment)
    sound = sound_answers(spec, answers if settled else with_rows(assignment, spec, answers))
    return score_form(spec, _with_entered(assignment, sound))


def save_draft(
    assignment: Assignment, answers: Answers, *, actor: Actor, now: datetime, version: str | None = None
) -> Submission:
    """Keep what was typed, however incomplete. `version` is the page's (`version_of`); None skips the check.

    Refuses: forbidden (not the assignee), conflict (closed, or saved elsewhere meanwhile), invalid
    (characters or lengths that cannot be stored).
    """
    _lock(assignment)
    latest = _guarded(assignment, actor, version)
    kept = _checked(assignment, answers, strict=False)
    draft = latest if latest is not None and latest.state == "draft" else _new(assignment, latest, now)
    _write(draft, assignment, kept, now)
    db.session.flush()
    return draft


def submit(
    assignment: Assignment, answers: Answers, *, actor: Actor, now: datetime, version: str | None = None,
    files: Mapping[str, Upload] = NO_FILES,
) -> Submission:
    """Hand a form in: checked, scored by the server, recorded; then the stage goes on.

    Deductions that are typed still become entries of the ledger, with the evidence in `files` (by item), and
    the submission keeps a copy of all that count. After a return it is a new version, and the old one is
    superseded. Refuses as `save_draft` does, and (invalid) with everything that a submission lacks.
    """
    advancing.lock_review(assignment.review)
    _lock(assignment)
    latest = _guarded(assignment, actor, version)
    kept = _checked(assignment, answers, strict=True)
    kept = settle(assignment, form_spec(assignment), kept, actor=actor, now=now, files=files)
    submission = latest if latest is not None and latest.state == "draft" else _new(assignment, latest, now)
    _write(submission, assignment, kept, now, settled=True)
    _hand_in(submission, assignment, actor, now)
    advancing.complete_stage(assignment.review, assignment.stage, actor=actor, now=now)
    return submission


def hand_in_again(assignment: Assignment, *, actor: Actor, now: datetime) -> Submission | None:
    """After a won appeal: a new version of a handed-in sheet, with what stands in its ledger now.

    None where the form is no deduction sheet, or nothing of it changed.
    """
    spec, latest = form_spec(assignment), latest_submission(assignment.id)
    if not isinstance(spec, DeductionForm) or latest is None or latest.state != "submitted":
        return None
    answers = settled_again(assignment, spec, latest.answers)
    if answers == latest.answers:
        return None
    submission = _new(assignment, latest, now)
    _write(submission, assignment, answers, now, settled=True)
    _hand_in(submission, assignment, actor, now)
    return submission


def score_tables_again(employee_id: int, year: int) -> None:
    """Show the KPI tables that were handed in with the figures of now, until their cycle is approved."""
    for submission in submitted_tables(employee_id, year):
        assignment = submission.assignment
        if assignment is not None and isinstance(form_spec(assignment), KpiForm):
            submission.score = _shown_score(assignment, submission.answers)


def _lock(assignment: Assignment) -> None:
    # A draft and a submission, or two first drafts, at the same moment come one after the other.
    db.session.flush()
    # `of`: one that was loaded with its people joins them, and only its own row is to be held.
    db.session.refresh(assignment, with_for_update={"of": Assignment})


def _guarded(assignment: Assignment, actor: Actor, version: str | None) -> Submission | None:
    require(actor, "fill_form", assignment_facts(assignment))
    closed = closed_reason(assignment)
    if closed:
        raise Refusal(closed, kind="conflict")
    latest = latest_submission(assignment.id)
    if version is not None and version != version_of(latest):
        raise Refusal(STALE, kind="conflict")
    return latest


def _checked(assignment: Assignment, answers: Answers, *, strict: bool) -> Answers:
    """The answers as the form itself would read them, whoever calls: page, API or command line."""
    spec = form_spec(assignment)
    whole = _with_entered(assignment, answers)
    typed = {name: text for name, text in prefill(spec, whole).items() if text not in (None, "")}
    form = build_form(spec, "en")(MultiDict(typed))
    if not (form.validate() if strict else form.validate_draft()):
        raise Refusal(_faults(form))
    found = answers_from(spec, form)
    check_answer_files(assignment, spec, found)
    return own_typing(found, entered_of(assignment)) if isinstance(spec, KpiForm) else found


def _faults(form: SchemeForm) -> list[Message]:
    return [
        Message("%(question)s: %(fault)s", question=str(field.label.text), fault=fault)
        for field in form
        for fault in field.errors
    ]


def _new(assignment: Assignment, latest: Submission | None, now: datetime) -> Submission:
    number = latest.number + 1 if latest else 1
    submission = Submission(assignment_id=assignment.id, number=number, state="draft", saved_at=now)
    db.session.add(submission)
    return submission


def _write(
    submission: Submission, assignment: Assignment, answers: Answers, now: datetime, *, settled: bool = False
) -> None:
    submission.answers = answers
    submission.score = _shown_score(assignment, answers, settled=settled)
    submission.saved_at = now


def _shown_score(assignment: Assignment, answers: Answers, *, settled: bool = False) -> Decimal | None:
    value = score_of(assignment, answers, settled=settled).value
    return None if value is None else half_up(value, SCORE_PLACES)


def _hand_in(submission: Submission, assignment: Assignment, actor: Actor, now: datetime) -> None:
    submission.state, submission.submitted_at, submission.submitted_by_id = "submitted", now, actor.account_id
    db.session.flush()
    for older in versions_of(assignment.id):
        if older.id != submission.id:
            older.state = "superseded"
    assignment.state, assignment.closed_at, assignment.returned_reason = "submitted", now, None
    data: dict[str, Any] = {
        "stage": assignment.stage, "form": assignment.form, "assignment": assignment.id,
        "submission": submission.id, "number": submission.number,
    }  # fmt: skip
    record_review_event(assignment.review, "form_submitted", actor=actor, now=now, data=data)


def entered_of(assignment: Assignment) -> dict[str, dict[str, str]]:
    """The key figures of the year that HR entered or imported for this person; a shorter period has none."""
    review = assignment.review
    year = review.cycle.period_start.year
    return entered_figures(review.employee_id, year) if review.cycle.period == str(year) else {}


def _with_entered(assignment: Assignment, answers: Answers) -> Answers:
    spec = form_spec(assignment)
    return with_entered(spec, answers, entered_of(assignment)) if isinstance(spec, KpiForm) else answers
