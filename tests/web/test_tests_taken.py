"""Entering tests on pages, correcting them, and the gates that ask for them."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from tests.cycle_company import NOW, Company, make_account, make_employee
from tests.services.test_advancing import hand_in, review_of
from workflow_app.models import Assignment, Clearance, TestResult
from workflow_app.queries import gates
from workflow_app.services.examining import Entry, enter_results
from workflow_app.services.launching import create_cycle, launch, launch_chunk
from workflow_app.services.publishing import publish_scheme

FULL = {"company_rules": "40", "product_knowledge": "60"}


@pytest.fixture
def company(db_session):
    return Company()


@pytest.fixture
def version(company):
    return publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=datetime(2025, 1, 6, 2, tzinfo=UTC))


@pytest.fixture
def hr(client, sign_in, company):
    return sign_in(client, company.hr)


@pytest.fixture
def joiner(company, version):
    return make_employee(name="新人", superior=company.supervisor, joined=date(2025, 3, 3))


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def points(person, rules="40", knowledge="50"):
    return {f"p{person.id}-q_company_rules": rules, f"p{person.id}-q_product_knowledge": knowledge}


def count(db_session):
    return db_session.scalar(select(func.count()).select_from(TestResult))


def test_a_group_is_entered_in_a_table_and_blank_rows_are_left_alone(hr, company, version, db_session):
    assert "侯杰" in hr.get("/tests").text
    data = {"on": "2025-05-12"} | points(company.agent) | points(company.other, "10", "20")

    answer = hr.post(f"/tests?test={version.id}:theory_test", data=data, follow_redirects=True)

    assert "2 results are recorded." in answer.text
    assert "not passed" in answer.text
    assert count(db_session) == 2


@pytest.mark.parametrize(("rules", "knowledge", "on"), [
    ("41", "50", "2025-05-12"), ("x", "50", "2025-05-12"), ("40", "", "2025-05-12"), ("", "", "2025-05-12"), ("40", "50", ""),
    ("40", "50", "2999-01-01"),
])
def test_odd_points_are_refused_and_everything_typed_is_kept(hr, company, version, db_session, rules, knowledge, on):
    good = points(company.other) if rules else {}

    answer = hr.post("/tests", data={"on": on} | points(company.agent, rules, knowledge) | good)

    assert answer.status_code == 422
    assert "Please check what you entered" in answer.text
    assert count(db_session) == 0
    if rules:
        assert f'value="{rules}"' in answer.text


def test_a_superior_enters_for_their_own_people_only(client, sign_in, company, version, db_session):
    sign_in(client, make_account(employee=company.supervisor))

    page = client.get("/tests").text
    client.post("/tests", data={"on": "2025-05-12"} | points(company.agent) | points(company.manager))

    assert "侯杰" in page
    assert "卢经理" not in page
    assert db_session.scalars(select(TestResult.employee_id)).all() == [company.agent.id]
    sign_in(client, make_account(employee=company.agent))
    assert "Nobody whose results you enter" in client.get("/tests").text


def test_a_result_is_corrected_and_both_are_shown_to_the_person(client, sign_in, hr, company, version, db_session):
    (wrong,) = enter_results(version, "theory_test", date(2025, 5, 12), [Entry(company.agent, FULL)], actor=SYSTEM, now=NOW)
    address = f"/tests/results/{wrong.id}"
    assert 'value="40"' in hr.get(address).text

    odd = hr.post(address, data={"on": "2025-05-12", "p-q_company_rules": "99", "p-q_product_knowledge": "10", "reason": "wrong row"})
    bare = hr.post(address, data={"on": "2025-05-12", "p-q_company_rules": "9", "p-q_product_knowledge": "10"})
    done = hr.post(address, data={"on": "2025-05-12", "p-q_company_rules": "9", "p-q_product_knowledge": "10", "reason": "wrong row"})
    again = hr.post(address, data={"on": "2025-05-12", "p-q_company_rules": "9", "p-q_product_knowledge": "10", "reason": "wrong row"})

    assert (odd.status_code, bare.status_code, done.status_code, again.status_code) == (422, 422, 302, 409)
    assert "a newer one counts instead" in hr.get(address).text
    sign_in(client, make_account(employee=company.agent))
    mine = text_of(client.get("/tests/mine"))
    assert "100.00 corrected" in mine
    assert "19.00 not passed wrong row" in mine
    assert client.get(address).status_code == 403
    assert count(db_session) == 2


def test_hr_records_a_clearance_once_the_gate_is_passed(hr, company, version, joiner, db_session):
    assert "新人" in text_of(hr.get("/gates"))
    early = hr.post(f"/gates/{joiner.id}/induction", data={"on": "2025-05-12"})
    enter_results(version, "theory_test", date(2025, 5, 12), [Entry(joiner, FULL)], actor=SYSTEM, now=NOW)

    listed = hr.get("/gates?gate=induction")
    assert f"/gates/{joiner.id}/induction" in listed.text
    assert hr.get(f"/gates/{joiner.id}/induction").status_code == 200
    bad = hr.post(f"/gates/{joiner.id}/induction", data={"on": "2025-05-11"})
    done = hr.post(f"/gates/{joiner.id}/induction", data={"on": "2025-05-13"})

    assert (early.status_code, bad.status_code, done.status_code) == (409, 422, 302)
    assert "not taken yet" in early.text
    assert db_session.scalar(select(Clearance.step)) == "appointment"
    assert "cleared from 13 May 2025" in text_of(hr.get("/gates?show=all"))
    assert hr.get(f"/gates/{joiner.id}/moon").status_code == 404


def test_a_manager_sees_their_people_before_a_gate_and_clears_nobody(client, sign_in, company, version, joiner):
    sign_in(client, make_account(employee=company.supervisor))

    assert "新人" in client.get("/team").text
    assert "新人" in client.get("/gates").text
    assert client.post(f"/gates/{joiner.id}/induction", data={"on": "2025-05-13"}).status_code == 403
    sign_in(client, make_account(employee=company.director))
    assert "新人" not in client.get("/gates").text


def test_pages_without_a_scheme_say_what_to_do(hr, company):
    assert "No test in the scheme" in hr.get("/tests").text
    assert "No gate in the scheme" in hr.get("/gates").text
    assert hr.post("/tests", data={"on": "2025-05-12"}).status_code == 404
    assert hr.get("/tests/results/5").status_code == 404


def test_every_page_in_chinese_has_no_english_left(client, sign_in, company, version, joiner):
    company.hr.locale = "zh"
    (row,) = enter_results(version, "theory_test", date(2025, 5, 12), [Entry(joiner, FULL)], actor=SYSTEM, now=NOW)
    sign_in(client, company.hr)

    for address in ("/tests", "/tests/mine", f"/tests/results/{row.id}", "/gates", f"/gates/{joiner.id}/induction", "/career/leave",
                    f"/career/{joiner.id}", "/cycles/recurring", f"/people/{joiner.id}"):
        page = client.get(address).text
        main = page.split("<main")[1].split(">", 1)[1].split("</main>")[0]
        main = re.sub(r"(?s)<(script|style|datalist).*?</\1>", "", main)
        words = re.findall(r"[A-Za-z]{3,}", re.sub(r"<[^>]+>", " ", main))
        assert [word for word in words if word not in {"example", "com"}] == [], address


def test_tests_of_the_period_stand_beside_the_scoring_and_not_before_colleagues(client, sign_in, company, version, db_session):
    cycle = create_cycle(version, "year_end", "2025", actor=SYSTEM, now=NOW)
    launch(cycle, actor=SYSTEM, now=NOW)
    launch_chunk(cycle.id, 0, 10**6, now=NOW)
    both = [Entry(company.agent, FULL), Entry(company.manager, FULL)]
    enter_results(version, "theory_test", date(2025, 5, 12), both, actor=SYSTEM, now=NOW)
    hand_in(review_of(company.agent), "self_review")
    forms = {(form.stage, form.review.employee_id, form.assignee_id): form.id for form in db_session.scalars(select(Assignment))}

    sign_in(client, make_account(employee=company.supervisor))
    scoring = client.get(f"/forms/{forms['manager_scoring', company.agent.id, company.supervisor.id]}")
    sign_in(client, make_account(employee=company.director))
    survey = client.get(f"/forms/{forms['internal_survey', company.manager.id, company.director.id]}")

    assert "Tests in this period" in scoring.text
    assert "100.00" in text_of(scoring)
    assert "not taken" in scoring.text
    assert survey.status_code == 200
    assert "Tests in this period" not in survey.text


def test_the_gates_look_at_so_many_and_say_so(hr, company, version, joiner, monkeypatch):
    monkeypatch.setattr(gates, "MOST_PEOPLE", 1)
    make_employee(name="另一新人", department="AA", joined=date(2025, 3, 3))

    page = text_of(hr.get("/gates"))
    narrowed = text_of(hr.get(f"/gates?department={joiner.department}&show=all"))

    assert ("另一新人" in page, " 新人 " in page) == (True, False)
    assert "the first 1 are looked at. Choose a department" in page
    assert "另一新人" not in narrowed


def test_the_gates_are_narrowed_to_a_department(hr, company, version, joiner):
    make_employee(name="另一新人", department="AA", joined=date(2025, 3, 3))

    assert "另一新人" not in text_of(hr.get(f"/gates?department={joiner.department}"))
    assert "新人" in text_of(hr.get(f"/gates?department={joiner.department}"))
    assert "are looked at" not in text_of(hr.get("/gates"))
