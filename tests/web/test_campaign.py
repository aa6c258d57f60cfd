"""HR's desk for customers: who is short, what can be done, and who must not see it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.support import run_jobs
from tests.survey_company import GOOD, filled, make_account, make_survey, path_of
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Event, Invitation, MailMessage


@pytest.fixture
def survey(db_session):
    made = make_survey()
    db_session.commit()
    return made


@pytest.fixture
def hr(client, sign_in, survey):
    return sign_in(client, survey.hr)


def person(survey):
    return f"/cycles/{survey.cycle.id}/customers/{survey.review.id}"


def overview(survey):
    return f"/cycles/{survey.cycle.id}/customers"


def act(client, invitation, act, **values):
    return client.post(f"/invitations/{invitation.id}/{act}", data=values)


def test_hr_is_told_who_gets_a_mail_sends_and_sees_who_is_short(app, hr, survey):
    before = hr.get(f"{overview(survey)}/send").text
    sent = hr.post(f"{overview(survey)}/send")
    run_jobs(app)
    after = hr.get(f"{overview(survey)}?lang=en").text
    remind = hr.get(f"{overview(survey)}/remind?lang=en").text

    assert "发送 3 封邮件" in before
    assert all(one.customer.email in before for one in survey.invitations)
    assert sent.status_code == 303
    assert "Remind 3 customers?" in remind
    assert "3 short" in after
    assert "方霞" in after
    assert "没有需要联系的客户" in hr.get(f"{overview(survey)}/send").text


@pytest.mark.parametrize("show", ["all", "unsent", "short", "lacking", "waiting", "declined", "bounced", "nonsense"])
def test_every_figure_leads_to_its_people(hr, survey, show):
    answer = hr.get(f"{overview(survey)}?show={show}&page=99")

    assert answer.status_code == 200
    assert ("方霞" in answer.text) == (show not in {"declined", "lacking", "bounced"})


def test_the_link_is_handed_over_with_a_qr_code_and_a_record(hr, survey):
    answer = hr.post(f"/invitations/{survey.first.id}/link")

    assert f"http://127.0.0.1:8000{path_of(survey.first)}" in answer.text
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in answer.text or "<svg" in answer.text
    assert " style=" not in answer.text
    assert db.session.scalar(select(Event).where(Event.kind == "link_shown")).actor_id == survey.hr.id
    assert hr.get(person(survey)).text.count(path_of(survey.first)) == 0


def test_each_invitation_can_be_sent_reminded_renewed_and_ended(app, hr, survey):
    first = survey.first
    until = (clock.now() + timedelta(days=40)).date().isoformat()
    answers = [act(hr, first, "send"), act(hr, first, "remind"), act(hr, first, "extend", until=until),
               act(hr, first, "replace"), act(hr, first, "revoke")]

    assert [answer.status_code for answer in answers] == [303] * 5
    db.session.expire_all()
    assert (first.state, first.generation) == ("revoked", 2)
    assert hr.get(path_of(first)).status_code == 410
    assert len(db.session.scalars(select(MailMessage)).all()) == 2


@pytest.mark.parametrize("values", [{}, {"until": "morgen"}, {"until": "2020-01-01"}, {"until": "9999-12-31"}])
def test_a_day_that_makes_no_sense_is_refused_on_the_page(hr, survey, values):
    answer = act(hr, survey.first, "extend", **values)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


def test_what_cannot_be_done_any_more_is_said_on_the_page(hr, survey):
    hr.post(path_of(survey.first), data=filled(survey.first))
    answer = act(hr, survey.first, "revoke")

    assert answer.status_code == 409
    assert 'role="alert"' in answer.text
    assert act(hr, survey.first, "delete").status_code == 404


def test_no_answer_is_shown_to_hr(hr, survey):
    hr.post(path_of(survey.first), data=filled(survey.first))
    text = hr.get(person(survey)).text

    assert "已作答" in text
    assert GOOD["q_comment"] not in text


def test_hr_closes_a_survey(hr, survey):
    answer = hr.post(f"{person(survey)}/close")
    again = hr.post(f"{person(survey)}/close")

    assert answer.status_code == 303
    assert again.status_code == 409
    assert "客户部分按缺失处理" in hr.get(person(survey)).text


def test_a_filled_honeypot_is_pointed_out(hr, survey):
    hr.post(path_of(survey.first), data=filled(survey.first, website="x"))

    assert "可能是机器人" in hr.get(person(survey)).text


def test_the_person_rated_and_the_superior_see_none_of_it(client, sign_in, survey):
    for employee in (survey.review.employee, survey.review.superior):
        visitor = sign_in(client, make_account(employee))
        answers = [visitor.get(overview(survey)), visitor.get(person(survey)),
                   visitor.post(f"/invitations/{survey.first.id}/link"), act(visitor, survey.first, "revoke"),
                   visitor.post(f"{overview(survey)}/send")]
        assert [answer.status_code for answer in answers] == [403] * 5
    db.session.expire_all()
    assert survey.first.state == "created"


def test_somebody_in_hr_sees_nothing_of_their_own_customers(client, sign_in, survey):
    own = sign_in(client, make_account(survey.review.employee, "hr"))

    assert "方霞" not in re.sub(r"<header.*?</header>", "", own.get(overview(survey)).text, flags=re.DOTALL)
    assert own.get(person(survey)).status_code == 403
    assert own.post(f"/invitations/{survey.first.id}/link").status_code == 403
    assert act(own, survey.first, "replace").status_code == 403
    assert own.post(f"{person(survey)}/close").status_code == 403


def test_without_an_account_one_is_asked_to_sign_in(client, survey):
    assert client.get(overview(survey)).status_code == 302
    assert client.post(f"/invitations/{survey.first.id}/link").status_code == 302


@pytest.mark.parametrize("path", ["/cycles/999/customers", "/cycles/99999999999999999999/customers"])
def test_a_cycle_that_is_not_there_is_a_friendly_404(hr, path):
    assert hr.get(path).status_code == 404


def test_a_review_of_another_cycle_is_not_found(hr, survey):
    assert hr.get(f"/cycles/{survey.cycle.id + 1}/customers/{survey.review.id}").status_code == 404
    assert hr.post(f"/invitations/{2**40}/link").status_code == 404


def test_markup_in_a_reason_is_inert(hr, survey):
    from workflow_app.survey_links import nonce_of

    words = "=cmd <script>alert(1)</script>"
    hr.post(path_of(survey.first), data={"nonce": nonce_of(survey.first, 0), "act": "decline", "kind": "declined",
                                         "reason": words})
    text = hr.get(person(survey)).text

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text
    assert db.session.get(Invitation, survey.first.id).decline_reason == words
