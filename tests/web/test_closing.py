"""The page before a cycle closes: who owes what, who left, who is away, who came."""

import re
from datetime import date

import pytest

from tests.cycle_company import NOW, Company, make_account, make_employee
from tests.services.test_advancing import hand_in, review_of
from tests.services.test_omissions import finish_all_but, launched
from workflow_app.models import Review
from workflow_app.services import progress
from workflow_app.services.leave import Wanted, record_leave


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def cycle(company):
    cycle = launched()
    progress.find("cycle", cycle.id, "launch").finished_at = NOW
    return cycle


@pytest.fixture
def hr(client, sign_in, company):
    return sign_in(client, company.hr)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def test_the_page_names_raters_and_what_they_owe_and_the_cockpit_leads_there(hr, cycle, company):
    finish_all_but(["manager_scoring"], of=company.agent)

    page, cockpit = hr.get(f"/cycles/{cycle.id}/closing"), text_of(hr.get(f"/cycles/{cycle.id}"))

    said = text_of(page)
    assert "宋主管" in said
    assert "侯杰" in said
    assert "武超" not in said
    assert "Record the omission" in said
    assert "1 score is owed, so the cycle cannot close" in cockpit


def test_calibration_is_refused_with_the_raters_name(hr, cycle, company):
    finish_all_but(["manager_scoring"], of=company.agent)

    refused = hr.post(f"/cycles/{cycle.id}/calibration")

    assert refused.status_code == 409
    assert "宋主管 (1)" in refused.text


def test_an_omission_is_recorded_from_the_page_through_the_usual_question(hr, cycle, company):
    hand_in(review_of(company.agent), "self_review")
    data = {"act": "omit", "review": review_of(company.agent).id}

    asked = hr.post(f"/cycles/{cycle.id}/reviews", data=data)
    done = hr.post(f"/cycles/{cycle.id}/reviews", data=data | {"confirmed": "1", "reason": "the rater is ill"})

    assert (asked.status_code, done.status_code) == (200, 302)
    assert review_of(company.agent).state == "vp_feedback"


def test_who_left_or_is_away_is_taken_out_with_a_reason_of_the_list(hr, cycle, company):
    company.other.left = date(2026, 3, 1)
    record_leave(company.agent, Wanted("sick", date(2025, 2, 1), date(2025, 12, 31)), actor=company.hr.actor(), now=NOW)
    said = text_of(hr.get(f"/cycles/{cycle.id}/closing"))
    assert "more than half of the months" in said
    assert "武超" in said

    nobody = hr.post(f"/cycles/{cycle.id}/closing/exclude", data={"out-code": "left"})
    odd = hr.post(f"/cycles/{cycle.id}/closing/exclude", data={"out-code": "lazy", "review": review_of(company.other).id})
    done = hr.post(
        f"/cycles/{cycle.id}/closing/exclude", data={"out-code": "long_leave", "review": review_of(company.agent).id},
        follow_redirects=True,
    )

    assert (nobody.status_code, odd.status_code) == (422, 422)
    assert "1 person is out of the cycle." in done.text
    assert "Taken out of the cycle: Long leave" in hr.get(f"/cycles/{cycle.id}/reviews/{review_of(company.agent).id}").text


def test_who_came_is_taken_in(hr, cycle, company, db_session):
    late = make_employee(name="新人", superior=company.manager, vp=company.vp)
    assert "新人" in hr.get(f"/cycles/{cycle.id}/closing").text

    answer = hr.post(f"/cycles/{cycle.id}/closing/add", data={"employee": late.id}, follow_redirects=True)

    assert "新人 takes part now." in answer.text
    assert db_session.query(Review).filter_by(employee_id=late.id).count() == 1
    for odd in ("", "x", "999999", "9" * 40):
        assert hr.post(f"/cycles/{cycle.id}/closing/add", data={"employee": odd}).status_code == 404


def test_the_general_manager_looks_and_an_employee_does_not(client, sign_in, cycle, company):
    finish_all_but(["manager_scoring"], of=company.agent)
    sign_in(client, make_account("general_manager", employee=company.gm))
    page = client.get(f"/cycles/{cycle.id}/closing")
    assert page.status_code == 200
    assert "Record the omission" not in page.text
    assert client.post(f"/cycles/{cycle.id}/closing/exclude", data={"out-code": "left"}).status_code == 403

    sign_in(client, make_account(employee=company.agent))
    assert client.get(f"/cycles/{cycle.id}/closing").status_code == 403
