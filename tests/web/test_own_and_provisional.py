"""HR and approvers are rated too: nothing of their own grade before its release, none of their own customers' links."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from tests.services.grade_company import NOW, make_account, make_cycle, make_employee, make_hr, make_review
from tests.survey_company import make_shared, make_survey, token_of
from workflow_app import clock
from workflow_app.models import Account, Action, MailMessage
from workflow_app.services import calibrating, distributing, inviting
from workflow_app.services.calibrating import MoveReason

REASON = MoveReason("evidence", "客户表扬信三封为证")


@pytest.fixture
def company(db_session):
    boss = make_employee("方霞", post="总经理", population="management")
    me, colleague = make_hr("莫浩然", superior=boss), make_hr("武超", superior=boss)
    cycle = make_cycle(state="calibrating")
    own = make_review(cycle, me.employee, total=Decimal("88.77"))
    for place in range(4):
        make_review(cycle, make_employee(superior=boss, population="office"), total=Decimal(80 - place))
    distributing.distribute_cycle(cycle.id, now=NOW)
    calibrating.move_to_band(own, "A", reason=REASON, actor=colleague.actor(), now=NOW)
    for account in (me, colleague):
        account.locale = "en"
    return cycle, me, colleague, own


@pytest.mark.parametrize("view", ["board", "table"])
def test_the_board_keeps_ones_own_grade_for_colleagues(company, client, sign_in, view):
    cycle, me, colleague, own = company
    address = f"/calibration/{cycle.id}?population=office&view={view}&person={own.id}"

    mine, theirs = sign_in(client, me).get(address).text, sign_in(client, colleague).get(address).text

    assert "88.77" not in mine
    assert REASON.text not in mine
    assert "Your own review stands here for your colleagues" in mine
    assert "88.77" in theirs


def test_without_a_band_ones_own_total_is_hidden_too(company, client, sign_in):
    cycle, me, _, own = company
    own.computed_band = own.calibrated_band = own.rank = None

    assert "88.77" not in sign_in(client, me).get(f"/calibration/{cycle.id}?population=office").text


def test_an_approver_does_not_read_how_their_own_grade_was_moved(company, client, sign_in, db_session):
    cycle, me, colleague, _ = company
    me.roles = ["deputy_approver"]
    calibrating.submit_for_approval(cycle, actor=colleague.actor(), now=NOW)

    assert REASON.text not in sign_in(client, me).get(f"/approval/{cycle.id}").text


def test_the_history_of_ones_own_review_says_nothing_of_the_grade(company, client, sign_in):
    cycle, me, colleague, own = company
    address = f"/cycles/{cycle.id}/reviews/{own.id}"

    mine, theirs = sign_in(client, me).get(address).text, sign_in(client, colleague).get(address).text

    assert REASON.text not in mine
    assert "Placed in a band" not in mine
    assert REASON.text in theirs


def test_proposals_about_oneself_are_for_colleagues(company, client, sign_in, db_session):
    cycle, me, colleague, own = company
    own.released_at, cycle.state = NOW, "released"
    action = Action(review=own, kind="training", created_at=NOW)
    db_session.add(action)
    db_session.flush()

    desk = sign_in(client, me)
    assert "莫浩然 <small" not in desk.get("/actions").text
    assert desk.get(f"/actions/{action.id}").status_code == 403
    assert sign_in(client, colleague).get(f"/actions/{action.id}").status_code == 200


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    db_session.flush()
    return made


def test_nobody_reads_the_links_of_their_own_customers(survey, client, sign_in, db_session):
    mail = db_session.scalars(select(MailMessage).order_by(MailMessage.id)).first()
    rated = Account(username="rated", employee=survey.review.employee, roles=["hr"])
    db_session.add(rated)
    db_session.flush()

    desk = sign_in(client, rated)
    assert mail.to_address not in desk.get("/mail").text
    assert desk.get(f"/mail/{mail.id}").status_code == 403
    assert desk.post(f"/mail/{mail.id}/send").status_code == 403
    seen = sign_in(client, survey.hr).get(f"/mail/{mail.id}").text
    assert "/s/…" in seen
    assert token_of(survey.first) not in seen


def test_the_superior_reads_no_mail_to_who_is_asked_about_a_report(survey, client, sign_in, db_session):
    mail = db_session.scalars(select(MailMessage).order_by(MailMessage.id)).first()
    superior = Account(username="superior", employee=survey.review.employee.superior, roles=["hr"])
    db_session.add(superior)
    db_session.flush()

    desk = sign_in(client, superior)
    assert mail.to_address not in desk.get("/mail").text
    assert desk.get(f"/mail/{mail.id}").status_code == 403


def test_who_left_a_shared_link_is_named_in_no_older_mail_that_they_read(client, sign_in, db_session):
    shared = make_shared()
    inviting.send_invitations(shared.cycle.id, now=clock.now())
    mail = db_session.scalars(select(MailMessage).filter_by(invitation_id=shared.first.id)).one()
    rated = Account(username="rated", employee=shared.followers[0].review.employee, roles=["hr"])
    db_session.add(rated)
    inviting.replace(shared.followers[0], actor=shared.hr.actor(), now=clock.now())
    db_session.flush()

    assert rated.employee.name in mail.text
    assert sign_in(client, rated).get(f"/mail/{mail.id}").status_code == 403


def test_admins_without_a_person_read_every_mail(survey, client, sign_in, db_session):
    assert sign_in(client, make_account(None, "admin")).get("/mail").status_code == 200


def test_why_a_mail_was_taken_back_stands_with_it(survey, client, sign_in, db_session):
    mail = db_session.scalars(select(MailMessage).order_by(MailMessage.id)).first()
    mail.state, mail.last_error = "withdrawn", "opted_out"
    db_session.flush()

    assert "客户已要求不再接收邮件" in sign_in(client, survey.hr).get(f"/mail/{mail.id}").text
    assert mail.to_address in sign_in(client, survey.hr).get("/mail?state=withdrawn").text
    assert mail.to_address not in sign_in(client, survey.hr).get("/mail?state=bounced").text
