"""The board, the approver's desk, results and actions as pages."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.services.grade_company import NOW, make_account, make_cycle, make_employee, make_hr, make_review
from workflow_app.db import db
from workflow_app.models import Action, Review
from workflow_app.services import acting, approving, calibrating, distributing, releasing
from workflow_app.services.publishing import publish_scheme


class Company:
    """Twenty people with totals 99, 98, … in a cycle that is being calibrated and distributed."""

    def __init__(self):
        boss = make_employee("方霞", department="总经办", post="总经理", population="management")
        vp = make_employee("谭晓明", superior=boss, vp=boss, post="主管副总", population="management")
        self.manager = make_employee("卢静", superior=vp, vp=vp, population="management")
        self.cycle = make_cycle(state="calibrating")
        self.hr = make_hr(superior=vp)
        self.boss = make_account(boss, "general_manager")
        for place in range(20):
            person = make_employee(superior=self.manager, vp=vp)
            make_review(self.cycle, person, total=Decimal(99 - place), parts={"year_end": "80.00"})
        distributing.distribute_cycle(self.cycle.id, now=NOW)

    def reviews(self):
        query = select(Review).filter_by(cycle_id=self.cycle.id).order_by(Review.rank)
        return list(db.session.scalars(query))

    def submit(self):
        calibrating.submit_for_approval(self.cycle, actor=self.hr.actor(), now=NOW)

    def release(self):
        self.submit()
        approving.approve_cycle(self.cycle, actor=self.boss.actor(), now=NOW)
        releasing.release_cycle(self.cycle, actor=self.hr.actor(), now=NOW)
        releasing.release_reviews(self.cycle.id, now=NOW)
        acting.propose_actions(self.cycle.id, now=NOW)


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def at_desk(client, sign_in):
    def enter(account):
        account.locale = "en"
        return sign_in(client, account)

    return enter


def board_of(company, **query):
    words = "&".join(f"{key}={value}" for key, value in query.items())
    return f"/calibration/{company.cycle.id}?{words}"


@pytest.mark.parametrize(("titles", "word"), [(None, "Poor"), ("document", "Very poor"), ("modern", "To improve")])
def test_the_titles_in_use_stand_on_the_result(db_session, client, sign_in, titles, word):
    text = builtin_scheme_text()
    if titles:
        text = text.replace("\n  title_presets:\n", f"\n  titles: {titles}\n  title_presets:\n")
    person = make_employee()
    cycle = make_cycle(publish_scheme(text, actor=SYSTEM, now=NOW), state="released")
    review = make_review(
        cycle, person, total=Decimal(70), parts={"year_end": "70.00"}, rank=1, computed_band="D", final_band="D",
        approved_at=NOW, released_at=NOW,
    )  # fmt: skip
    own = sign_in(client, make_account(person, locale="en"))

    for page in (own.get(f"/results/{review.id}").text, own.get(f"/results/{review.id}/print").text):
        assert re.search(rf"\bD\b(?:<[^>]+>|\s)*{word}\b", page)


@pytest.mark.parametrize("view", ["board", "table"])
def test_the_board_shows_everyone_ranked(company, at_desk, view):
    page = at_desk(company.hr).get(board_of(company, view=view)).text

    names = [review.employee.name for review in company.reviews()]
    shown = names if view == "table" else names[:5]
    assert all(name in page for name in shown)


def test_the_entry_leads_to_the_only_cycle_in_calibration(company, at_desk):
    answer = at_desk(company.hr).get("/calibration")

    assert answer.status_code == 302
    assert answer.location == f"/calibration/{company.cycle.id}"


def test_a_move_is_asked_for_and_confirmed(company, at_desk):
    hr = at_desk(company.hr)
    review = company.reviews()[5]
    asked = hr.get(board_of(company, move=review.id, to="B")).text

    answer = hr.post(
        f"/calibration/reviews/{review.id}/move",
        data={"band": "B", "reason_code": "evidence", "reason": "客户评价与 B 档一致", "version": review.version},
    )

    assert 'selected value="B"' in asked or 'value="B" selected' in asked
    assert answer.status_code == 302
    assert db.session.get(Review, review.id).calibrated_band == "B"


def test_a_move_without_a_reason_keeps_what_was_chosen(company, at_desk):
    review = company.reviews()[5]

    answer = at_desk(company.hr).post(
        f"/calibration/reviews/{review.id}/move", data={"band": "B", "reason_code": "evidence", "reason": ""}
    )

    assert answer.status_code == 422
    assert "<title>Error" in answer.text
    assert 'selected value="evidence"' in answer.text or 'value="evidence" selected' in answer.text


def test_a_stale_move_is_a_conflict_and_keeps_the_reason(company, at_desk):
    review = company.reviews()[5]

    answer = at_desk(company.hr).post(
        f"/calibration/reviews/{review.id}/move",
        data={"band": "B", "reason_code": "evidence", "reason": "客户评价与 B 档一致", "version": review.version - 1},
    )

    assert answer.status_code == 409
    assert "客户评价与 B 档一致" in answer.text
    assert db.session.get(Review, review.id).calibrated_band is None


@pytest.mark.parametrize("address", ["/calibration", "/approval", "/actions"])
def test_an_employee_sees_none_of_the_desks(company, at_desk, address):
    employee = make_account(company.reviews()[0].employee)

    assert at_desk(employee).get(address).status_code == 403


def test_a_manager_does_not_see_the_board(company, at_desk):
    assert at_desk(make_account(company.manager)).get(board_of(company)).status_code == 403


def test_the_whole_road_by_pages(company, at_desk, client):
    cycle_id = company.cycle.id

    handed = at_desk(company.hr).post(f"/calibration/{cycle_id}/submit")
    signed = at_desk(company.boss).post(f"/approval/{cycle_id}/approve")
    page = client.get(f"/approval/{cycle_id}").text
    let_out = at_desk(company.hr).post(f"/cycles/{cycle_id}/release")

    assert [handed.status_code, signed.status_code, let_out.status_code] == [302, 302, 302]
    assert "20 signed" in page
    assert company.cycle.state == "released"


def test_a_released_cycle_still_counts_its_signatures(company, at_desk):
    company.release()

    page = at_desk(company.boss).get(f"/approval/{company.cycle.id}").text
    text = " ".join(re.sub("<[^>]+>", " ", page).split())

    assert "For you to sign 0 For another approver 0 Signed 20" in text


def test_the_approver_returns_with_a_reason(company, at_desk):
    company.submit()
    boss = at_desk(company.boss)

    without = boss.post(f"/approval/{company.cycle.id}/return", data={"reason": ""})
    answer = boss.post(f"/approval/{company.cycle.id}/return", data={"reason": "请复核同分两组"})

    assert (without.status_code, answer.status_code) == (422, 302)
    assert company.cycle.state == "calibrating"
    assert "请复核同分两组" in at_desk(company.hr).get(board_of(company)).text


def test_grades_are_not_released_before_they_are_signed(company, at_desk):
    company.submit()

    answer = at_desk(company.hr).post(f"/cycles/{company.cycle.id}/release")

    assert answer.status_code == 409
    assert "20 grades are not signed yet" in answer.text


def test_nothing_provisional_is_shown_to_the_person_rated(company, at_desk):
    review = company.reviews()[0]
    employee = at_desk(make_account(review.employee))

    pages = [employee.get(f"/results/{review.id}"), employee.get(f"/results/{review.id}.json")]
    own = employee.get("/results").text

    assert [page.status_code for page in pages] == [403, 403]
    assert "99.00" not in own
    assert "stamp" not in own


def test_a_colleague_never_sees_a_result(company, at_desk):
    company.release()
    first, second = company.reviews()[:2]

    answer = at_desk(make_account(first.employee)).get(f"/results/{second.id}")

    assert answer.status_code == 403
    assert second.employee.name not in answer.text


def test_the_person_rated_reads_the_result_and_signs(company, at_desk):
    company.release()
    review = company.reviews()[0]
    employee = at_desk(make_account(review.employee))

    page = employee.get(f"/results/{review.id}").text
    answer = employee.post(f"/results/{review.id}/acknowledge")
    data = employee.get(f"/results/{review.id}.json").json

    assert "99.00" in page
    assert "place 1 of 20" in page
    assert answer.status_code == 302
    assert db.session.get(Review, review.id).acknowledged_at is not None
    assert (data["final_band"], data["total"], data["rank"]) == ("A", "99.00", 1)


def test_hr_decides_a_proposal(company, at_desk):
    company.release()
    action = db.session.scalar(select(Action).filter_by(kind="training").limit(1))
    hr = at_desk(company.hr)
    listed = hr.get("/actions").text
    shown = hr.get(f"/actions/{action.id}").text

    refused = hr.post(f"/actions/{action.id}/approve", data={"reason": "安排回访培训"})
    hr.post(f"/actions/{action.id}/papers", data={"plan": "两次回访培训", "version": action.version})
    answer = hr.post(f"/actions/{action.id}/approve", data={"reason": "安排回访培训", "version": action.version})

    assert "Training and improvement plan" in listed
    assert "Decide" in shown
    assert (refused.status_code, answer.status_code) == (422, 302)
    assert db.session.get(Action, action.id).state == "approved"


def test_an_action_does_not_start_within_the_appeal_window(company, at_desk, time_machine):
    company.release()
    action = db.session.scalar(select(Action).filter_by(kind="award").limit(1))
    acting.decide_action(action, "approve", reason="", actor=company.hr.actor(), now=NOW)
    time_machine.move_to(NOW + timedelta(days=1), tick=False)

    answer = at_desk(company.hr).post(f"/actions/{action.id}/start", data={})

    assert answer.status_code == 409
    assert "appeal window" in answer.text


@pytest.mark.parametrize("address", ["/calibration/999", "/results/999", "/actions/999", "/approval/999"])
def test_what_is_not_there_is_a_page_of_its_own(company, at_desk, address):
    company.hr.roles = ["hr", "general_manager"]

    assert at_desk(company.hr).get(address).status_code == 404
