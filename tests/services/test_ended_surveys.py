"""A survey that ended before its links ran out: late answers are refused kindly, and nobody is reminded."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from states.errors import Refusal
from tests.survey_company import filled, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import MailMessage, Submission, Timer
from workflow_app.services import assigning, inviting, reminding_customers
from workflow_app.services.advancing import omit_stage, return_stage
from workflow_app.services.answering import submit_answers
from workflow_app.services.calibration_opening import cancel
from workflow_app.services.closing_surveys import close_survey, close_surveys
from workflow_app.services.survey_mails import bring_up_to_date

NOW = clock.now()
WHY = "long leave since March"
ANSWERS = {"overall": "4"}


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=NOW)
    return made


def count(model, *conditions):
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def exclude(survey):
    assigning.exclude(survey.review, reason=WHY, actor=survey.hr.actor(), now=NOW)


def leave_out(survey):
    omit_stage(survey.review, "customer_survey", reason=WHY, actor=survey.hr.actor(), now=NOW)


def cancel_cycle(survey):
    cancel(survey.cycle, reason=WHY, actor=survey.hr.actor(), now=NOW)


def close(survey):
    close_survey(survey.review, actor=survey.hr.actor(), now=NOW)


@pytest.mark.parametrize("end", [exclude, leave_out, cancel_cycle, close])
def test_a_late_answer_is_refused_kindly_and_nothing_is_kept(client, survey, end):
    address, form = path_of(survey.first), filled(survey.first)
    end(survey)

    with pytest.raises(Refusal) as refused:
        submit_answers(survey.first, ANSWERS, known=0, now=NOW)
    seen, sent = client.get(address), client.post(address, data=form)

    assert refused.value.kind == "gone"
    assert (seen.status_code, sent.status_code) == (410, 410)
    assert "方霞" not in seen.text + sent.text
    assert count(Submission) == 0


@pytest.mark.parametrize("end", [exclude, leave_out, cancel_cycle, close])
def test_nobody_is_reminded_of_an_ended_survey(survey, end):
    end(survey)
    db.session.flush()
    before = count(MailMessage)

    assert reminding_customers.remind_customers(survey.cycle.id, after=0, now=NOW + timedelta(days=1)) == 0
    assert count(MailMessage) == before


def test_links_of_a_person_taken_out_are_revoked_and_their_mails_withdrawn(survey):
    submit_answers(survey.first, ANSWERS, known=0, now=NOW)
    exclude(survey)

    assert [one.state for one in survey.invitations] == ["submitted", "revoked", "revoked"]
    assert count(MailMessage, MailMessage.state == "queued") == 0
    assert count(Timer, Timer.kind == "close_survey") == 0


def test_a_mail_about_several_people_stays_until_the_survey_of_the_last_is_closed(db_session):
    survey = make_shared(("江敏",))
    other, hr = survey.followers[0], survey.hr.actor()
    inviting.send_invitations(survey.cycle.id, now=NOW)
    mail = db.session.scalar(select(MailMessage).filter_by(invitation_id=survey.first.id))
    mail.state = "queued"
    db.session.flush()

    close_survey(survey.review, actor=hr, now=NOW)
    left = count(MailMessage, MailMessage.id == mail.id)
    bring_up_to_date(mail, now=NOW)
    close_survey(other.review, actor=hr, now=NOW)

    assert left == 1
    assert "江敏" in mail.text
    assert "方霞" not in mail.text
    assert count(MailMessage, MailMessage.state == "queued") == 0


def test_who_has_answered_may_change_it_after_hr_has_closed(survey):
    for one in survey.invitations:
        submit_answers(one, ANSWERS, known=0, now=NOW)
    assert survey.stage.state == "done"

    assert submit_answers(survey.first, {"overall": "5"}, known=1, now=NOW).number == 2


def test_a_link_of_a_closed_survey_is_not_handed_out_until_the_review_is_returned(survey):
    leave_out(survey)
    hr = survey.hr.actor()

    with pytest.raises(Refusal, match="survey is closed") as refused:
        inviting.extend(survey.first, until=NOW + timedelta(days=5), actor=hr, now=NOW)
    return_stage(survey.review, "customer_survey", reason=WHY, due_at=None, actor=hr, now=NOW)
    inviting.extend(survey.first, until=NOW + timedelta(days=5), actor=hr, now=NOW)
    db.session.refresh(survey.first)
    submit_answers(survey.first, ANSWERS, known=0, now=NOW)

    assert refused.value.kind == "conflict"
    assert survey.first.state == "submitted"


def test_customers_asked_anew_have_until_the_new_deadline_and_then_it_closes(survey):
    hr, until = survey.hr.actor(), NOW + timedelta(days=60)
    submit_answers(survey.first, ANSWERS, known=0, now=NOW)
    close(survey)
    assert count(Timer, Timer.kind == "close_survey") == 0

    return_stage(survey.review, "customer_survey", reason=WHY, due_at=until, actor=hr, now=NOW)

    assert [one.expires_at == until for one in survey.invitations] == [False, True, True]
    assert db.session.scalar(select(Timer.due_at).filter_by(kind="close_survey")) == until + inviting.GRACE
    assert close_surveys(now=until + timedelta(hours=1)) == 0
    assert close_surveys(now=until + timedelta(hours=3)) == 1
    assert survey.stage.state == "omitted"
