"""The pages of an appeal."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.services.grade_company import make_account, make_employee, make_hr
from tests.services.test_appealing import GROUNDS, WORDS, Appealed
from workflow_app.clock import now
from workflow_app.db import db
from workflow_app.models import Account, Appeal, Review
from workflow_app.queries.paging import page_of

DAY = timedelta(days=1)


@pytest.fixture
def company(db_session):
    company = Appealed()
    for review in company.reviews():
        review.released_at = now()
    db.session.commit()
    return company


@pytest.fixture
def enter(client, sign_in):
    def enter(actor):
        account = db.session.get(Account, actor.account_id)
        account.locale = "en"
        db.session.commit()
        return sign_in(client, account)

    return enter


def filed(company, client):
    data = {"grounds": GROUNDS, "wish": "更正", "file": (io.BytesIO(b"%PDF-1.7 x"), "签到表.pdf")}
    return client.post(f"/results/{company.review.id}/appeal", data=data)


def test_the_result_leads_to_the_appeal(company, enter):
    page = enter(company.me).get(f"/results/{company.review.id}").text

    assert f"/results/{company.review.id}/appeal" in page


def test_a_person_files_and_reads_their_appeal(company, enter):
    client = enter(company.me)

    answer = filed(company, client)

    assert answer.status_code == 302
    page = client.get(answer.location).text
    assert GROUNDS in page
    assert "签到表.pdf" in page
    assert "Withdraw the appeal" in page


def test_what_was_typed_is_kept_when_something_lacks(company, enter):
    answer = enter(company.me).post(f"/results/{company.review.id}/appeal", data={"grounds": "", "wish": "更正六月得分"})

    assert answer.status_code == 422
    assert "更正六月得分" in answer.text
    assert db.session.scalar(select(Appeal)) is None


def test_a_colleague_sees_neither_the_form_nor_the_appeal_nor_its_file(company, enter):
    appeal_page = filed(company, enter(company.me)).location
    client = enter(make_account(make_employee()).actor())

    assert client.get(f"/results/{company.review.id}/appeal").status_code == 403
    assert client.get(appeal_page).status_code == 403
    assert client.get("/appeals/files/1").status_code == 403
    found = client.get("/appeals")
    assert found.status_code == 403, found.text


def test_the_file_comes_as_an_attachment(company, enter):
    client = enter(company.me)
    filed(company, client)

    answer = client.get("/appeals/files/1")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_somebody_independent_takes_and_answers_it(company, enter):
    page = filed(company, enter(company.me)).location
    client = enter(company.other)
    assert company.review.employee.name in client.get("/appeals").text
    assert "Answer 1 appeals" in client.get("/").text

    client.post(f"{page}/take")
    stored = db.session.scalar(select(Appeal))
    answer = client.post(f"{page}/answer", data={"decision": "uphold", "band": "A", "answer": WORDS, "version": stored.version})

    assert answer.status_code == 302
    assert WORDS in enter(company.me).get(page).text
    assert db.session.get(Review, company.review.id).final_band == "A"


def test_another_sees_who_answers_and_takes_over(company, enter):
    page = filed(company, enter(company.me)).location
    enter(company.other).post(f"{page}/take")
    third = enter(make_hr("白露").actor())

    text = third.get(page).text
    assert ("Take the appeal over" in text, "Send the answer" in text) == (True, False)

    third.post(f"{page}/take")
    assert "Send the answer" in third.get(page).text
    assert "白露 answers this appeal." in enter(company.other).get(page).text


def test_an_answer_without_words_keeps_the_choice(company, enter):
    page = filed(company, enter(company.me)).location
    client = enter(company.other)
    client.post(f"{page}/take")

    answer = client.post(f"{page}/answer", data={"decision": "dismiss", "answer": ""})

    assert answer.status_code == 422
    assert 'value="dismiss" checked' in answer.text or "checked" in answer.text
    assert "Give the reasons; the person who appealed reads them." in answer.text


def test_who_calibrated_is_told_why_not(company, enter):
    page = filed(company, enter(company.me)).location

    text = enter(company.hr.actor()).get(page).text

    assert "neither scored nor calibrated" in text
    assert "I answer this appeal" not in text


def test_waiting_appeals_are_read_page_by_page(company, enter, monkeypatch):
    filed(company, enter(company.me))
    row = db.session.scalar(select(Appeal))
    for review in [one for one in company.reviews() if one.id != company.review.id][:1]:
        db.session.add(Appeal(review_id=review.id, state="filed", created_at=row.filed_at, filed_at=row.filed_at, due_at=row.due_at + DAY))
    db.session.commit()
    monkeypatch.setattr(page_of, "__defaults__", (1,))
    client = enter(company.other)

    first, second = client.get("/appeals").text, client.get("/appeals?page=2").text

    assert company.review.employee.name in first.split("<main")[1]
    assert "Page 1 of 2, 2 in all" in first
    assert "Page 2 of 2" in second
    assert f'href="/appeals/{row.id}"' not in second


def test_an_empty_list_says_what_comes(company, enter):
    assert "No appeal waits for an answer" in enter(company.other).get("/appeals").text


def test_after_a_withdrawal_the_result_offers_it_again(company, enter):
    client = enter(company.me)
    page = filed(company, client).location

    client.post(f"{page}/withdraw")

    assert "Appeal against this result" in client.get(f"/results/{company.review.id}").text
