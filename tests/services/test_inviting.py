"""Inviting customers: once each, ended, renewed, reminded only while it makes sense."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.support import run_jobs
from tests.survey_company import make_customer, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Cycle, Event, Invitation, MailMessage, Timer
from workflow_app.services import inviting, reminding_customers
from workflow_app.services.answering import decline, submit_answers
from workflow_app.services.inviting import prepare_invitations
from workflow_app.services.survey_mails import link_in
from workflow_app.survey_links import PLACEHOLDER, digest_of, generation_of, token_of

NOW = clock.now()
ANSWERS = {"overall": "5"}


@pytest.fixture
def survey(db_session):
    return make_survey()


def mails():
    return db.session.scalars(select(MailMessage).order_by(MailMessage.id)).all()


def kinds(invitation):
    query = select(Event.kind).filter_by(subject_type="invitation", subject_id=invitation.id).order_by(Event.id)
    return list(db.session.scalars(query))


def test_every_customer_is_invited_once(survey):
    again = prepare_invitations(survey.review, actor=SYSTEM, now=NOW)
    make_customer(survey.review.employee)
    later = prepare_invitations(survey.review, actor=SYSTEM, now=NOW)

    assert len(survey.invitations) == 3
    assert again == []
    assert len(later) == 1
    assert {one.form for one in survey.invitations} == {"customer_questionnaire"}
    assert {one.expires_at for one in survey.invitations} == {survey.stage.due_at}


def test_only_the_digest_of_a_token_is_kept(survey):
    first, second = survey.invitations[:2]

    assert first.token_hash == digest_of(token_of(first))
    assert token_of(first) not in first.token_hash
    assert token_of(first)[:32] != token_of(second)[:32]
    assert generation_of(token_of(first), second) is None


def test_invitations_go_out_in_chunks_once_each(app, survey, monkeypatch):
    monkeypatch.setattr(inviting, "CHUNK", 2)
    inviting.ask_to_send(survey.cycle, actor=survey.hr.actor(), now=NOW)
    inviting.ask_to_send(survey.cycle, actor=survey.hr.actor(), now=NOW)
    run_jobs(app)
    db.session.expire_all()

    assert len(mails()) == 3
    assert {one.state for one in db.session.scalars(select(Invitation))} == {"sent"}
    assert [mail.to_address for mail in mails()] == [one.customer.email for one in survey.invitations]


def test_customers_without_an_address_are_left_to_hr(app, survey):
    survey.first.customer.email = ""
    inviting.ask_to_send(survey.cycle, actor=survey.hr.actor(), now=NOW)
    run_jobs(app)
    db.session.expire_all()
    first = survey.first

    assert first.state == "created"
    with pytest.raises(Refusal, match="no mail address"):
        inviting.send_invitation(first, actor=survey.hr.actor(), now=NOW)
    inviting.show_link(first, actor=survey.hr.actor(), now=NOW)
    assert first.state == "sent"
    assert kinds(first) == ["link_shown"]


def test_mail_comes_in_the_customers_language_without_grades(db_session):
    survey = make_survey(languages=["en", "zh", "zh"])
    inviting.send_invitations(survey.cycle.id, now=NOW)
    english, chinese = mails()[:2]

    assert english.subject == "How was our service? One minute of your time"
    assert chinese.subject == "请用一分钟评价我们的服务"
    assert "Hengtai Trading" in english.text
    for mail in (english, chinese):
        assert "方霞" in mail.text
        assert not any(word in mail.text + mail.html for word in ("分数", "等级", "score", "grade", survey.review.employee.employee_no))


def test_reminders_go_to_those_who_have_not_answered_once_a_day(app, survey):
    inviting.send_invitations(survey.cycle.id, now=NOW)
    submit_answers(survey.first, ANSWERS, known=0, now=NOW)
    decline(survey.invitations[1], "wrong_contact", "", now=NOW)
    for _ in range(2):
        reminding_customers.ask_to_remind(survey.cycle, actor=survey.hr.actor(), now=NOW)
    run_jobs(app)

    reminders = [mail for mail in mails() if mail.key.startswith("reminder")]
    assert [mail.to_address for mail in reminders] == [survey.invitations[2].customer.email]
    assert PLACEHOLDER in reminders[0].text
    assert link_in(reminders[0]).endswith(path_of(survey.invitations[2]))
    with pytest.raises(Refusal, match="today"):
        reminding_customers.remind(survey.invitations[2], actor=survey.hr.actor(), now=clock.now())


@pytest.mark.parametrize("end", ["answer", "decline", "revoke", "replace"])
def test_a_mail_that_waits_is_taken_back_when_there_is_nothing_left_to_ask(make_app, db_session, survey, end):
    # Queued but not yet sent, as with a mail server that is down.
    inviting.send_invitations(survey.cycle.id, now=NOW)
    for mail in mails():
        mail.state = "queued"
    db_session.flush()
    first, hr = survey.first, survey.hr.actor()
    {
        "answer": lambda: submit_answers(first, ANSWERS, known=0, now=NOW),
        "decline": lambda: decline(first, "unknown_person", "", now=NOW),
        "revoke": lambda: inviting.revoke(first, actor=hr, now=NOW),
        "replace": lambda: inviting.replace(first, actor=hr, now=NOW),
    }[end]()

    assert [mail.to_address for mail in mails()] == [one.customer.email for one in survey.invitations[1:]]


def test_a_new_link_ends_the_old_one_and_can_be_sent(survey):
    first, hr = survey.first, survey.hr.actor()
    inviting.send_invitation(first, actor=hr, now=NOW)
    old = token_of(first)
    inviting.replace(first, actor=hr, now=NOW)
    inviting.send_invitation(first, actor=hr, now=NOW)

    assert first.generation == 2
    assert generation_of(old, first) == 1
    assert first.token_hash == digest_of(token_of(first)) != digest_of(old)
    assert [mail.key for mail in mails()] == [f"invitation-{first.id}-1", f"invitation-{first.id}-2"]
    assert kinds(first) == ["invitation_sent", "invitation_replaced", "invitation_sent"]


def test_an_answered_link_is_neither_replaced_nor_revoked(survey):
    submit_answers(survey.first, ANSWERS, known=0, now=NOW)

    for service in (inviting.replace, inviting.revoke):
        with pytest.raises(Refusal) as refusal:
            service(survey.first, actor=survey.hr.actor(), now=NOW)
        assert refusal.value.kind == "conflict"


def test_a_longer_time_moves_the_end_of_the_survey(survey):
    until = NOW + timedelta(days=60)
    inviting.extend(survey.first, until=until, actor=survey.hr.actor(), now=NOW)
    timer = db.session.scalars(select(Timer).filter_by(kind="close_survey")).one()

    assert survey.first.expires_at == until
    assert timer.due_at == until + inviting.GRACE


@pytest.mark.parametrize("days", [-1, 0, 93])
def test_a_day_gone_by_or_far_away_is_refused(survey, days):
    with pytest.raises(Refusal):
        inviting.extend(survey.first, until=NOW + timedelta(days=days), actor=survey.hr.actor(), now=NOW)


def test_neither_the_person_rated_nor_a_superior_has_a_hand_in_it(survey):
    from workflow_app.models import Account

    for employee in (survey.review.employee, survey.review.superior):
        account = Account(username=f"a{employee.id}", employee=employee, roles=[])
        db.session.add(account)
        db.session.flush()
        for service in (inviting.send_invitation, reminding_customers.remind, inviting.show_link, inviting.revoke, inviting.replace):
            with pytest.raises(Refusal) as refusal:
                service(survey.first, actor=account.actor(), now=NOW)
            assert refusal.value.kind == "forbidden"


def test_hr_does_not_touch_its_own_customers(survey):
    from workflow_app.models import Account

    own = Account(username="own", employee=survey.review.employee, roles=["hr"])
    db.session.add(own)
    db.session.flush()

    with pytest.raises(Refusal) as refusal:
        inviting.show_link(survey.first, actor=own.actor(), now=NOW)
    assert refusal.value.kind == "forbidden"


def test_nothing_goes_out_once_the_cycle_has_gone_on(survey):
    survey.cycle.state = "calibrating"
    db.session.flush()

    assert inviting.send_invitations(survey.cycle.id, now=NOW) == 0
    with pytest.raises(Refusal):
        reminding_customers.ask_to_remind(db.session.get(Cycle, survey.cycle.id), actor=survey.hr.actor(), now=NOW)
