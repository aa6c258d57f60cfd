"""Erasing what has been kept long enough, by the scheme's `retention`; who is under a legal hold is left out.

Figures and decisions stay: what goes is what they were made from, and mails, and the details of events.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, case, cast, delete, func, or_, select, update

from states.permissions import SYSTEM
from states.retention import kept_until_before
from states.scheme.results import Retention
from workflow_app.db import db
from workflow_app.models import (
    Account,
    Action,
    AnswerFile,
    Appeal,
    Assignment,
    Cycle,
    Employee,
    Event,
    EventDetail,
    EvidenceFile,
    Invitation,
    LedgerEntry,
    LegalHold,
    MailMessage,
    Record,
    Redaction,
    Review,
    SchemeNotice,
    Submission,
    SurveyPublication,
)
from workflow_app.schemes import current_version, read_scheme, scheme_of
from workflow_app.services.events import record_event
from workflow_app.services.unsent_answers import forget_run_out

OVER = ("closed", "cancelled")
CHUNK = 500
REVIEWS = 100


def erase_old_records(*, now: datetime) -> dict[str, int]:
    """Erase what its time is over for, in one chunk of each kind; how many of which. Asked for every hour.

    Mail, evidence and details of events go by the newest published scheme, drafts and customers' answers
    by the scheme of their own cycle, once it is closed. What a customer can never send any more goes at once, by no rule.
    """
    version = current_version()
    if version is None:
        return {}
    rule = read_scheme(version).retention
    erased = {
        "mail": _mail(rule, now), "event_details": _event_details(rule, now), "evidence": _evidence(rule, now),
        "drafts": 0, "survey_answers": 0, "unsent": forget_run_out(now=now),
    }  # fmt: skip
    for cycle in db.session.scalars(select(Cycle).where(Cycle.state.in_(OVER)).order_by(Cycle.id)):
        own = scheme_of(cycle).retention
        erased["drafts"] += _drafts(cycle, own, now)
        erased["survey_answers"] += _survey_answers(cycle, own, now)
    found = {kind: count for kind, count in erased.items() if count}
    if found:
        record_event("scheme", version.id, "records_erased", actor=SYSTEM, now=now, data=found)
    return found


def _held() -> ScalarSelect[int]:
    return select(LegalHold.employee_id).where(LegalHold.lifted_at.is_(None)).scalar_subquery()


def _mail(rule: Retention, now: datetime) -> int:
    if rule.mail is None:
        return 0
    held = select(Employee.email).where(Employee.id.in_(_held()))
    before = kept_until_before(now, rule.mail)
    ids = select(MailMessage.id).where(
        MailMessage.created_at < before, MailMessage.state != "queued", MailMessage.to_address.not_in(held)
    )
    return _delete(MailMessage, ids)


def _event_details(rule: Retention, now: datetime) -> int:
    if rule.event_details is None:
        return 0
    spared = or_(*(
        (Event.subject_type == kind) & Event.subject_id.in_(of_held) for kind, of_held in _about_held().items()
    ))
    ids = (
        select(EventDetail.event_id)
        .join(Event, Event.id == EventDetail.event_id)
        .where(Event.at < kept_until_before(now, rule.event_details), ~spared)
    )
    return _delete(EventDetail, ids)


def _about_held() -> dict[str, Select[tuple[int]]]:
    """What an event may be about, and the ids of those rows that belong to people under a hold."""
    reviews = select(Review.id).where(Review.employee_id.in_(_held()))
    of_person: dict[str, Any] = {
        "account": Account, "record": Record, "ledger_entry": LedgerEntry, "review": Review, "scheme_notice": SchemeNotice,
    }
    of_review: dict[str, Any] = {"action": Action, "appeal": Appeal, "assignment": Assignment, "invitation": Invitation}
    return {
        "employee": select(Employee.id).where(Employee.id.in_(_held())),
        **{kind: select(model.id).where(model.employee_id.in_(_held())) for kind, model in of_person.items()},
        **{kind: select(model.id).where(model.review_id.in_(reviews)) for kind, model in of_review.items()},
    }


def _evidence(rule: Retention, now: datetime) -> int:
    """The content goes, the row that says that there was a file stays."""
    if rule.evidence is None:
        return 0
    of_held = select(Review.id).where(Review.employee_id.in_(_held()))
    spared = or_(
        EvidenceFile.ledger_entry_id.in_(select(LedgerEntry.id).where(LedgerEntry.employee_id.in_(_held()))),
        EvidenceFile.appeal_id.in_(select(Appeal.id).where(Appeal.review_id.in_(of_held))),
        EvidenceFile.action_id.in_(select(Action.id).where(Action.review_id.in_(of_held))),
    )
    old = EvidenceFile.uploaded_at < kept_until_before(now, rule.evidence)
    # NULL is neither true nor false: a file of an entry has no appeal, and is spared all the same.
    ids = select(EvidenceFile.id).where(old, EvidenceFile.size > 0).where(spared.is_not(True)).limit(CHUNK)
    return _emptied(EvidenceFile, ids) + _answer_files(rule.evidence, now)


def _answer_files(months: int, now: datetime) -> int:
    """What staff handed in with a form is evidence, too."""
    of_held = select(Assignment.id).join(Review).where(Review.employee_id.in_(_held()))
    old = AnswerFile.uploaded_at < kept_until_before(now, months)
    ids = select(AnswerFile.id).where(old, AnswerFile.size > 0, AnswerFile.assignment_id.not_in(of_held))
    return _emptied(AnswerFile, ids.limit(CHUNK))


def _emptied(model: type[EvidenceFile | AnswerFile], ids: Select[tuple[int]]) -> int:
    found = list(db.session.scalars(ids))
    db.session.execute(update(model).where(model.id.in_(found)).values(content=b"", size=0))
    return len(found)


def _drafts(cycle: Cycle, rule: Retention, now: datetime) -> int:
    """Drafts and versions that were replaced; what was submitted last stays."""
    if rule.drafts is None:
        return 0
    ids = _submissions(cycle).where(
        Submission.state.in_(("draft", "superseded")), Submission.saved_at < kept_until_before(now, rule.drafts)
    )
    found = list(db.session.scalars(ids.limit(CHUNK)))
    of_forms = select(Submission.assignment_id).where(Submission.id.in_(found), Submission.assignment_id.is_not(None))
    forms = [form for form in db.session.scalars(of_forms.distinct()) if form is not None]
    db.session.execute(delete(Redaction).where(Redaction.submission_id.in_(found)))
    count = _delete(Submission, select(Submission.id).where(Submission.id.in_(found)))
    _unnamed_files(forms)
    return count


def _unnamed_files(assignments: Collection[int]) -> None:
    """The files of these forms that no version of their answers names any more."""
    said = db.session.execute(
        select(Submission.assignment_id, Submission.answers).where(Submission.assignment_id.in_(assignments))
    )
    named = {
        (form, number) for form, answers in said for value in answers.values() if isinstance(value, list) for number in value
    }
    files = db.session.execute(
        select(AnswerFile.id, AnswerFile.assignment_id).where(AnswerFile.assignment_id.in_(assignments))
    )
    gone = [number for number, form in files if (form, str(number)) not in named]
    db.session.execute(delete(AnswerFile).where(AnswerFile.id.in_(gone)))


def _survey_answers(cycle: Cycle, rule: Retention, now: datetime) -> int:
    """What customers answered; the figure that they make together stays with the review."""
    if rule.survey_answers is None:
        return 0
    before = kept_until_before(now, rule.survey_answers)
    reviews = _answered_before(cycle, before)
    given = select(Submission.id).join(Invitation).where(Invitation.review_id.in_(reviews))
    found = list(db.session.scalars(given))
    db.session.execute(update(Submission).where(Submission.id.in_(found)).values(answers={}, score=None))
    db.session.execute(update(Invitation).where(Invitation.review_id.in_(reviews)).values(reference=None))
    _reasons_against(cycle, before)
    _published(found)
    return len(found)


def _answered_before(cycle: Cycle, before: datetime) -> list[int]:
    """Reviews whose newest answer is that old: all of a review's go at once, or those left would be of too few."""
    said = func.sum(case((cast(Submission.answers, String) != "{}", 1), else_=0))
    query = (
        select(Invitation.review_id)
        .join(Submission, Submission.invitation_id == Invitation.id)
        .where(Submission.id.in_(_submissions(cycle)))
        .group_by(Invitation.review_id)
        .having(func.max(Submission.saved_at) < before, said > 0)
        .order_by(Invitation.review_id)
    )
    return list(db.session.scalars(query.limit(REVIEWS)))


def _reasons_against(cycle: Cycle, before: datetime) -> None:
    """What customers wrote who declined, and what a mail server said of an address; that it was so, and when, stays."""
    reviews = select(Review.id).where(Review.cycle_id == cycle.id, Review.employee_id.not_in(_held()))
    old = (Invitation.review_id.in_(reviews), Invitation.decline_reason.is_not(None), Invitation.closed_at < before)
    db.session.execute(update(Invitation).where(*old).values(decline_reason=None))
    came_back = (Invitation.review_id.in_(reviews), Invitation.bounce_reason.is_not(None), Invitation.bounced_at < before)
    db.session.execute(update(Invitation).where(*came_back).values(bounce_reason=None))


def _published(submissions: Collection[int]) -> None:
    """What was hidden of these answers goes with them, and what was published about whom they are about."""
    db.session.execute(delete(Redaction).where(Redaction.submission_id.in_(submissions)))
    asked = select(Invitation.review_id).join(Submission, Submission.invitation_id == Invitation.id)
    reviews = list(db.session.scalars(asked.where(Submission.id.in_(submissions)).distinct()))
    db.session.execute(delete(SurveyPublication).where(SurveyPublication.review_id.in_(reviews)))


def _submissions(cycle: Cycle) -> Select[tuple[int]]:
    """The ids of a cycle's submissions, without those about people under a hold."""
    reviews = select(Review.id).where(Review.cycle_id == cycle.id, Review.employee_id.not_in(_held()))
    by_raters = select(Assignment.id).where(Assignment.review_id.in_(reviews))
    by_customers = select(Invitation.id).where(Invitation.review_id.in_(reviews))
    return select(Submission.id).where(
        or_(Submission.assignment_id.in_(by_raters), Submission.invitation_id.in_(by_customers))
    )


def _delete(model: type[db.Model], ids: Select[tuple[int]]) -> int:  # type: ignore[name-defined]
    """Delete one chunk of rows; how many."""
    found = list(db.session.scalars(ids.limit(CHUNK)))
    key = model.__table__.primary_key.columns.values()[0]
    db.session.execute(delete(model).where(key.in_(found)))
    return len(found)
