"""The board shows how groups stand beside each other, and says where they are too small."""

import pytest

from tests.web.test_grade_pages import Company
from workflow_app.db import db
from workflow_app.queries.fairness import group_tables


@pytest.fixture
def company(db_session):
    company = Company()
    for place, review in enumerate(company.reviews()):
        review.department = "客服一部" if place < 6 else "客服二部"
    db.session.flush()
    return company


def test_the_best_and_the_last_bands_are_compared(company):
    departments = group_tables(company.cycle, company.reviews())[0]

    first = next(one for one in departments.best if one.group == "客服一部")
    assert (first.hits, first.people, first.rest_hits, first.rest) == (5, 6, 0, 14)
    assert first.chance < 1 / 1000
    last = next(one for one in departments.last if one.group == "客服一部")
    assert (last.hits, last.rest_hits) == (0, 5)


def test_one_department_alone_is_no_comparison(company):
    for review in company.reviews():
        review.department = "客服一部"

    assert group_tables(company.cycle, company.reviews()) == ()


def test_hr_reads_it_on_the_board(company, client, sign_in):
    company.hr.locale = "en"
    db.session.commit()

    page = sign_in(client, company.hr).get(f"/calibration/{company.cycle.id}?population=front_line").text

    assert "Differences between groups" in page
    assert "5 of 6" in page
