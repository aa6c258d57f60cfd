"""What was published of customers' answers, and hidden of them, goes when the answers go."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.grade_company import NOW, make_customer, make_cycle, make_employee, make_review
from workflow_app.db import db
from workflow_app.models import Invitation, Redaction, Submission, SurveyPublication
from workflow_app.queries.survey_results import results_of
from workflow_app.services.publishing import publish_scheme
from workflow_app.services.publishing_answers import publish_answers
from workflow_app.services.retention import erase_old_records

LATER = NOW + timedelta(days=400)


def kept(row):
    db.session.add(row)
    db.session.flush()
    return row


def answered(rule: str):
    """A closed cycle with one person about whom six customers wrote; one text is hidden, one answer was replaced."""
    version = publish_scheme(builtin_scheme_text() + f"\nretention: {{{rule}}}\n", actor=SYSTEM, now=NOW)
    cycle = make_cycle(version, state="closed")
    person = make_employee()
    review = make_review(cycle, person, released_at=NOW)
    for at in range(6):
        invitation = kept(Invitation(
            review_id=review.id, customer_id=make_customer(person).id, form="customer_questionnaire", token_hash=f"t{at}",
            state="submitted", expires_at=NOW, created_at=NOW,
        ))  # fmt: skip
        for number, state in ((1, "superseded"), (2, "submitted"))[at > 0 :]:
            given = {"overall": "5", "comment": f"意见{at}"}
            kept(Submission(
                invitation=invitation, number=number, state=state, answers=given, saved_at=NOW, submitted_at=NOW,
            ))  # fmt: skip
    hidden = {"question": "comment", "shown": "", "reason": "点了名", "made_at": NOW}
    for submission in db.session.scalars(select(Submission).order_by(Submission.id)).all()[:3]:
        kept(Redaction(submission_id=submission.id, **hidden))
    publish_answers(review, actor=SYSTEM, now=NOW)
    return cycle


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def test_publications_and_redactions_go_with_the_answers(db_session):
    cycle = answered("survey_answers: 12")
    before = (count(SurveyPublication), count(Redaction), results_of(cycle) is not None)

    erase_old_records(now=LATER)

    assert before == (1, 3, True)
    assert (count(SurveyPublication), count(Redaction), results_of(cycle)) == (0, 0, None)


def test_a_review_loses_all_its_answers_at_once_when_the_newest_is_old_enough(db_session):
    answered("survey_answers: 12")
    rows = db.session.scalars(select(Submission).order_by(Submission.id)).all()
    rows[-1].saved_at, rows[0].score = LATER - timedelta(days=30), 100
    rows[0].invitation.state, rows[0].invitation.decline_reason, rows[0].invitation.closed_at = "declined", "人不认识", NOW
    db.session.flush()

    assert erase_old_records(now=LATER).get("survey_answers") is None
    assert all(one.answers for one in rows)

    assert erase_old_records(now=LATER + timedelta(days=400))["survey_answers"] == len(rows)
    db.session.expire_all()
    assert all((one.answers, one.score) == ({}, None) for one in rows)
    assert rows[0].invitation.decline_reason is None


def test_a_replaced_answer_takes_what_was_hidden_of_it_along(db_session):
    answered("drafts: 12")

    erase_old_records(now=LATER)

    assert (count(SurveyPublication), count(Redaction)) == (1, 2)


def test_before_their_time_both_stay(db_session):
    answered("survey_answers: 24")

    erase_old_records(now=LATER)

    assert (count(SurveyPublication), count(Redaction)) == (1, 3)
