"""HR corrects an address that bounced, and clears a wish for no mail: recorded, and not for one's own customers."""

import pytest
from sqlalchemy import delete, select

from tests.support import run_jobs
from tests.survey_company import make_account, make_employee, make_shared, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, MailMessage
from workflow_app.services import inviting
from workflow_app.services.bouncing import note_bounce
from workflow_app.services.opting_out import opt_out


@pytest.fixture
def survey(db_session):
    made = make_survey()
    inviting.send_invitations(made.cycle.id, now=clock.now())
    mail = db.session.scalars(select(MailMessage).order_by(MailMessage.id)).first()
    mail.state, mail.sent_at = "sent", clock.now()
    note_bounce(message_id=mail.key, address="", reason="550 no such user", permanent=True, now=clock.now())
    db_session.commit()
    return made


@pytest.fixture
def hr(client, sign_in, survey):
    survey.hr.locale = "en"
    return sign_in(client, survey.hr)


def page(survey, tail="address"):
    return f"/customers/{survey.first.customer_id}/{tail}"


def events(kind):
    return db.session.scalars(select(Event).filter_by(kind=kind).order_by(Event.id)).all()


def test_hr_sees_what_came_back_and_sends_to_the_right_address_with_a_new_link(app, hr, survey):
    old = path_of(survey.first)
    assert "550 no such user" in hr.get(page(survey)).text

    done = hr.post(page(survey), data={"email": " right@example.net ", "send": "y"})
    run_jobs(app)
    db.session.expire_all()

    first, customer = survey.first, survey.first.customer
    assert done.status_code == 303
    assert (customer.email, customer.bounced_at) == ("right@example.net", None)
    assert (first.state, first.bounced_at, first.generation) == ("sent", None, 2)
    newest = db.session.scalars(select(MailMessage).order_by(MailMessage.id.desc())).first()
    assert (newest.to_address, newest.key) == ("right@example.net", f"invitation-{first.id}-2")
    assert hr.get(old).status_code == 410
    (event,) = events("address_corrected")
    assert event.actor_id == survey.hr.id
    assert "@" not in str(event.data)
    assert event.detail.data["after"] == "right@example.net"


def test_without_the_box_nothing_goes_out_yet(hr, survey):
    mails = len(db.session.scalars(select(MailMessage)).all())
    hr.post(page(survey), data={"email": "right@example.net"})
    db.session.expire_all()
    assert (survey.first.state, survey.first.bounced_at) == ("created", None)
    assert len(db.session.scalars(select(MailMessage)).all()) == mails


def test_a_mailbox_that_works_again_can_be_tried_under_the_same_address(hr, survey):
    assert hr.post(page(survey), data={"email": survey.first.customer.email}).status_code == 303
    db.session.expire_all()
    assert survey.first.customer.bounced_at is None
    assert hr.post(page(survey), data={"email": survey.first.customer.email}).status_code == 422


@pytest.mark.parametrize("typed", ["", "nobody", "a@b", "a b@example.net", "a@example.net\nBcc: x@example.net", "x" * 300 + "@a.com"])
def test_what_is_no_address_is_refused_and_stands_in_the_form(hr, survey, typed):
    answer = hr.post(page(survey), data={"email": typed})
    db.session.expire_all()
    assert answer.status_code == 422
    assert survey.first.customer.bounced_at is not None
    assert typed[:20].split("\n")[0] in answer.text


def test_a_wish_for_no_mail_is_cleared_with_a_reason_that_is_kept(hr, survey):
    opt_out(survey.first.customer, now=clock.now())
    db.session.commit()
    assert hr.post(page(survey, "mail-again"), data={"reason": " "}).status_code == 422
    assert hr.post(page(survey, "mail-again"), data={"reason": "林先生来电要求"}).status_code == 303
    db.session.expire_all()

    assert survey.first.customer.opted_out_at is None
    assert survey.first.state == "declined"
    (event,) = events("opt_out_cleared")
    assert event.detail.data == {"reason": "林先生来电要求"}
    assert hr.post(page(survey, "mail-again"), data={"reason": "again"}).status_code == 409


@pytest.mark.parametrize("who", ["rated", "superior", "nobody"])
def test_neither_the_person_rated_nor_the_superior_nor_who_is_not_hr(client, sign_in, survey, who):
    person = {"rated": survey.review.employee, "superior": survey.review.employee.superior, "nobody": survey.hr.employee}[who]
    account = survey.hr if who == "nobody" else make_account(person, "hr")
    account.roles = ["hr"] if who != "nobody" else []
    db.session.commit()
    desk = sign_in(client, account)
    assert desk.get(page(survey)).status_code == 403
    assert desk.post(page(survey), data={"email": "mine@example.net", "send": "y"}).status_code == 403
    assert desk.post(page(survey, "mail-again"), data={"reason": "because"}).status_code == 403
    db.session.expire_all()
    assert survey.first.customer.email != "mine@example.net"


def test_a_customer_that_is_not_there(hr, survey):
    assert hr.get("/customers/99999/address").status_code == 404


# --- the old mailbox may be a living one ---------------------------------------------------------------------------


def mend(desk, invitation, **data):
    answer = desk.post(f"/customers/{invitation.customer_id}/address", data=data, follow_redirects=True)
    db.session.expire_all()
    return answer.text


def test_whoever_reads_at_the_wrong_address_cannot_answer_any_more(app, hr, survey):
    wrong = survey.invitations[1]
    old = path_of(wrong)
    wrong.draft, wrong.state = {"overall": "1"}, "opened"
    db.session.commit()
    assert hr.get(old).status_code == 200
    assert "1 invitation that was mailed to this address is not answered" in hr.get(f"/customers/{wrong.customer_id}/address").text

    said = mend(hr, wrong, email="right@example.net", send="y")
    run_jobs(app)
    db.session.expire_all()

    assert "1 invitation goes out again, with a new link" in said
    assert (wrong.state, wrong.generation, wrong.draft) == ("sent", 2, None)
    assert hr.get(old).status_code == 410
    assert hr.get(path_of(wrong)).status_code == 200


def test_without_the_box_the_page_says_that_the_new_link_waits(hr, survey):
    wrong = survey.invitations[1]
    said = mend(hr, wrong, email="right@example.net")
    assert "1 link has ended" in said
    assert (wrong.state, wrong.generation) == ("created", 2)
    again = mend(hr, wrong, email="righter@example.net")
    assert "The address is corrected." in again
    assert wrong.generation == 2


def test_an_answer_stays_and_so_does_a_link_that_was_handed_over(hr, survey):
    _first, answered, handed = survey.invitations
    answered.state = "submitted"
    db.session.execute(delete(MailMessage).where(MailMessage.invitation_id == handed.id))
    db.session.commit()
    for one in (answered, handed):
        assert "The address is corrected." in mend(hr, one, email=f"right{one.id}@example.net", send="y")
    assert [(one.state, one.generation) for one in (answered, handed)] == [("submitted", 1), ("sent", 1)]


def test_one_shared_link_that_was_answered_in_part_does_not_keep_the_rest_alive(client, sign_in, db_session):
    survey = make_shared()
    inviting.send_invitations(survey.cycle.id, now=clock.now())
    leader, (one, other) = survey.first, survey.followers
    # The superior in HR may not ask about their own report, but that answer is in already.
    elsewhere = make_account(make_employee("周宁"), "hr")
    leader.state, leader.review.superior_id, elsewhere.locale = "submitted", elsewhere.employee_id, "en"
    db.session.commit()
    said = mend(sign_in(client, elsewhere), one, email="right@example.net", send="y")
    assert "1 invitation goes out again" in said
    assert (one.generation, one.state, other.leader_id) == (2, "sent", one.id)
    assert leader.generation == 1
