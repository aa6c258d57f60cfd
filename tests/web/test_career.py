"""Postings and leave on pages: HR records, everybody sees their own."""

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from tests.cycle_company import NOW, Company, make_account, make_scheme
from tests.imports.files import EMPLOYEES, text
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.models import Employee, Leave, Posting
from workflow_app.services.leave import Wanted, record_leave


@pytest.fixture
def company(db_session):
    make_scheme()
    return Company()


@pytest.fixture
def hr(client, sign_in, company):
    return sign_in(client, company.hr)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.text))


def posting(company, **values):
    return {
        "since": "2025-09-01", "department": "培训部", "post": "培训师", "population": "office",
        "superior": f"{company.manager.employee_no} 卢经理", "vp": "谭副总",
    } | values


def test_a_leave_is_recorded_changed_and_taken_back(hr, company, db_session):
    address = f"/career/{company.agent.id}"
    added = hr.post(f"{address}/leave", data={"kind": "statutory", "first": "2025-06-02", "last": "2025-06-30"}, follow_redirects=True)
    row = db_session.scalar(select(Leave))
    assert "The leave is recorded." in added.text
    assert "侯杰" in hr.get("/career/leave?show=all").text
    assert "侯杰" not in hr.get("/career/leave").text

    changed = hr.post(f"/career/leave/{row.id}", data={"kind": "sick", "first": "2025-06-02", "last": "2025-07-04", "note": "x"})
    db_session.expire_all()
    assert (changed.status_code, row.kind, row.last) == (302, "sick", date(2025, 7, 4))
    hr.post(f"/career/leave/{row.id}", data={"act": "remove"})

    assert db_session.scalar(select(Leave)) is None


@pytest.mark.parametrize("data", [
    {}, {"kind": "sick", "first": "2025-06-30", "last": "2025-06-02"}, {"kind": "party", "first": "2025-06-02", "last": "2025-06-03"},
    {"kind": "sick", "first": "soon", "last": "2025-06-03"},
    {"kind": "sick", "first": "2025-06-02", "last": "2025-06-03", "note": "x" * 501},
])
def test_an_odd_leave_is_refused_and_kept_on_the_page(hr, company, data, db_session):
    answer = hr.post(f"/career/{company.agent.id}/leave", data=data)

    assert answer.status_code == 422
    assert "Please check what you entered" in answer.text
    assert db_session.scalar(select(Leave)) is None
    if data.get("last"):
        assert f'value="{data["last"]}"' in answer.text


def test_a_refused_change_keeps_what_was_typed_in_its_own_place(hr, company):
    row = record_leave(company.agent, Wanted("sick", date(2025, 6, 2), date(2025, 6, 3)), actor=company.hr.actor(), now=NOW)

    answer = hr.post(f"/career/leave/{row.id}", data={"kind": "sick", "first": "2025-06-02", "last": "2025-05-01"})

    assert answer.status_code == 422
    assert f'id="last-{row.id}" name="last" value="2025-05-01"' in answer.text


def test_a_transfer_is_recorded_and_shown(hr, company, db_session):
    answer = hr.post(f"/career/{company.agent.id}/posting", data=posting(company), follow_redirects=True)

    assert "Recorded." in answer.text
    said = text_of(answer)
    assert "培训部" in said
    assert "1 Sep 2025" in said
    assert db_session.get(Employee, company.agent.id).superior.name == "卢经理"
    same = hr.post(f"/career/{company.agent.id}/posting", data=posting(company, since="2025-10-01"), follow_redirects=True)
    assert "Nothing is different." in same.text


@pytest.mark.parametrize("odd", [
    {"since": ""}, {"since": "2999-01-01"}, {"department": ""}, {"population": "elves"}, {"superior": "K9999"},
    {"post": "x" * 121}, {"superior": "侯杰"},
])
def test_an_odd_transfer_is_refused_with_what_was_typed(hr, company, odd, db_session):
    answer = hr.post(f"/career/{company.agent.id}/posting", data=posting(company) | odd)

    assert answer.status_code == 422
    assert db_session.get(Employee, company.agent.id).department == "客户服务部"
    assert "培训师" in answer.text or "post" in odd


def test_nobody_but_hr_and_hr_not_for_themselves(client, sign_in, hr, company):
    data = {"kind": "sick", "first": "2025-06-02", "last": "2025-06-03"}
    assert hr.post(f"/career/{company.clerk.id}/leave", data=data).status_code == 403
    assert "a colleague in HR records it" in hr.get(f"/career/{company.clerk.id}").text

    sign_in(client, make_account(employee=company.supervisor))
    for address in ("/career/leave", f"/career/{company.agent.id}"):
        assert client.get(address).status_code == 403
    assert client.post(f"/career/{company.agent.id}/posting", data=posting(company)).status_code == 403


def test_what_is_not_there_is_not_found(hr):
    assert [hr.get(address).status_code for address in ("/career/999", "/career/99999999999")] == [404, 404]
    assert hr.post("/career/leave/999", data={"act": "remove"}).status_code == 404


def test_everybody_sees_their_own_way(client, sign_in, company, hr):
    hr.post(f"/career/{company.agent.id}/posting", data=posting(company))
    record_leave(company.agent, Wanted("sick", date(2025, 6, 2), date(2025, 6, 3)), actor=company.hr.actor(), now=NOW)
    assert "Sick leave" in hr.get(f"/people/{company.agent.id}").text

    sign_in(client, make_account(employee=company.agent))
    mine = text_of(client.get("/tests/mine"))

    assert "培训部" in mine
    assert "Sick leave" in mine
    assert "/tests/mine" in client.get("/results").text or "/tests/mine" in client.get("/reviews").text


def test_an_import_asks_from_when_changed_places_hold(hr, company, db_session):
    rows = [["K1", "方霞", "", "总经办", "总经理", "管理人员", "", "", "2006-03-01", ""]]
    moved = [[*rows[0][:4], "顾问", *rows[0][5:]]]

    def upload(content):
        answer = hr.post("/import", data={"kind": "employees", "file": (io.BytesIO(content), "e.csv")})
        page = hr.get(answer.location)
        return answer.location, page, re.search(r'name="seen" value="(\w+)"', page.text)[1]

    address, page, seen = upload(text([EMPLOYEES, *rows]))
    assert "Changed places hold from" not in page.text
    hr.post(address, data={"seen": seen})
    address, page, seen = upload(text([EMPLOYEES, *moved]))
    assert "Changed places hold from" in page.text

    odd = hr.post(address, data={"seen": seen, "since": "yesterday"})
    late = hr.post(address, data={"seen": seen, "since": "2999-01-01"})
    done = hr.post(address, data={"seen": seen, "since": "2025-07-01"})

    assert (odd.status_code, late.status_code, done.status_code) == (422, 422, 302)
    found = db_session.scalars(select(Posting.since).order_by(Posting.since)).all()
    assert found == [date(2006, 3, 1), date(2025, 7, 1)]
    assert day_of(now()) > date(2025, 7, 1)
