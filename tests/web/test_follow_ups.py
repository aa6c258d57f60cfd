"""Pay list, training needs and talent pool: final figures only, for HR and the general manager."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from states.scheme import builtin_scheme, builtin_scheme_text, load_scheme
from tests.services.grade_company import NOW, make_account
from tests.sheets_company import formulas_in, make_record, sheets_of
from tests.web.test_grade_pages import Company
from workflow_app.db import db
from workflow_app.models import Action, Assignment, Event, Submission
from workflow_app.queries import follow_ups
from workflow_app.queries.follow_ups import pay_list, talent_pool, training_needs

LATER = NOW + timedelta(days=60)


@pytest.fixture
def company(db_session):
    company = Company()
    company.hr.locale = company.boss.locale = "en"
    return company


@pytest.fixture
def released(company):
    company.release()
    return company


def actions(kind):
    return list(db.session.scalars(select(Action).filter_by(kind=kind).order_by(Action.id)))


def rated(lines):
    return [one for one in lines if one.line.rank]


def test_the_pay_list_has_final_bands_with_the_coefficient_of_the_scheme(released):
    make_record(released.reviews()[0].employee, "monthly_appraisal", "2025-03", "95", bonus=2)

    _sheet, lines = pay_list(2025, actor=released.hr.actor(), now=LATER)

    first, last = rated(lines)[0], rated(lines)[-1]
    bands = {one.code: one.coefficient for one in builtin_scheme().distribution.bands}
    assert (first.line.total, first.band, first.coefficient) == (99, "A", bands["A"])
    assert (last.line.total, last.band, last.coefficient) == (80, "E", bands["E"])
    assert first.line.periods["monthly_appraisal", "2025-03"] == 97
    assert first.holds_from > NOW.date()
    assert first.flags == []


def test_within_the_appeal_window_the_list_says_so(released):
    _sheet, lines = pay_list(2025, actor=released.hr.actor(), now=NOW)

    assert {str(flag) for one in rated(lines) for flag in one.flags} == {"the appeal window is open"}


def test_before_the_release_there_is_neither_band_nor_total_for_pay(company, client, sign_in):
    company.submit()

    _sheet, lines = pay_list(2025, actor=company.hr.actor(), now=NOW)
    page = sign_in(client, company.hr).get("/sheets/pay?year=2025").text

    assert {(one.band, one.coefficient, one.holds_from) for one in lines} == {(None, None, None)}
    assert "No results of this year are released" in page
    assert "99.00" not in page


def test_the_workbook_for_payroll_holds_numbers_and_days(released, client, sign_in):
    answer = sign_in(client, released.hr).get("/sheets/pay.xlsx?year=2025")

    rows = sheets_of(answer.data)["2025"]
    heading = rows[2]
    top = next(row for row in rows[3:] if row[-4] == "A")
    assert heading[-5:] == ["Total of the year", "Band", "Coefficient", "Takes effect from", "Mind"]
    assert top[-5] == 99.0
    assert isinstance(top[-3], float)
    assert isinstance(top[-2], date)
    assert formulas_in(answer.data) == []
    assert db.session.scalars(select(Event).filter_by(kind="sheet_downloaded")).one().data == {
        "sheet": "pay_list", "period": "2025", "scope": "company", "rows": len(rows) - 3,
    }  # fmt: skip


def test_training_needs_are_summed_by_department_with_plans_and_wishes(released, client, sign_in):
    last = released.reviews()[-1]
    last.department = "呼叫中心"
    actions("training")[-1].plan = "两周投诉处理课程"
    assignment = Assignment(
        review_id=last.id, stage="self_review", form="self_review_staff", assignee_id=last.employee_id, state="submitted", created_at=NOW
    )
    db.session.add(assignment)
    db.session.flush()
    db.session.add(
        Submission(
            assignment_id=assignment.id, state="submitted", answers={"training_wishes": "@普通话"}, saved_at=NOW, submitted_at=NOW
        )
    )
    actions("training")[0].state = "declined"
    db.session.flush()

    needs = training_needs(2025, but=None)

    assert {one.department: (len(one.actions), one.count("D"), one.count("E"), len(one.wishes)) for one in needs} == {
        "呼叫中心": (1, 0, 1, 1), "客户服务部": (3, 3, 0, 0),
    }  # fmt: skip
    content = sign_in(client, released.boss).get("/sheets/training.xlsx?year=2025").data
    sheets = sheets_of(content)
    assert sheets["Sums"][1:] == [
        ["Department", "Band D", "Band E", "To be trained", "Wishes"], ["呼叫中心", 0.0, 1.0, 1.0, 1.0],
        ["客户服务部", 3.0, 0.0, 3.0, 0.0],
    ]  # fmt: skip
    assert "两周投诉处理课程" in [row[6] for row in sheets["People"]]
    assert sheets["Wishes"][2] == ["呼叫中心", "@普通话", 1.0, last.employee.name]
    assert formulas_in(content) == []


def test_a_proposal_about_the_reader_is_not_on_the_reader_s_list(released):
    about = actions("training")[0].review.employee_id

    assert sum(len(one.actions) for one in training_needs(2025, but=about)) == 4
    best = actions("talent_pool")[0].review.employee_id
    assert best not in {one.review.employee_id for one in talent_pool(but=best)}


def test_no_name_of_an_action_is_fixed(released, monkeypatch):
    text = builtin_scheme_text().replace("    on_list: training\n", "").replace("on_list: talent_pool\n", "on_list: training\n")
    monkeypatch.setattr(follow_ups, "scheme_of", lambda _cycle: load_scheme(text))

    assert {action.kind for one in training_needs(2025, but=None) for action in one.actions} == {"talent_pool"}
    assert talent_pool(but=None) == []


def test_the_pool_has_the_decided_first_by_newest_year_and_rank(released, client, sign_in):
    _first, second = actions("talent_pool")
    second.state, second.plan = "approved", "明年任班组长"
    db.session.flush()

    found = talent_pool(but=None)

    assert [(one.state, one.review.rank) for one in found] == [("approved", 2), ("proposed", 1)]
    hr = sign_in(client, released.hr)
    assert "明年任班组长" in hr.get("/sheets/talent").text
    assert "Nobody is in the pool" in hr.get("/sheets/talent?population=office").text
    rows = sheets_of(hr.get("/sheets/talent.xlsx").data)["Talent pool"]
    assert [row[6] for row in rows[2:]] == [2.0, 1.0]


def test_who_left_or_was_declined_is_out_of_the_pool(released):
    first, second = actions("talent_pool")
    first.state = "declined"
    second.review.employee.left = date(2026, 1, 31)
    db.session.flush()

    assert talent_pool(but=None) == []


def test_an_empty_company_is_told_what_comes(company, client, sign_in):
    hr = sign_in(client, company.hr)

    assert "No training needs yet" in hr.get("/sheets/training").text
    assert "Nobody is in the pool" in hr.get("/sheets/talent").text


@pytest.mark.parametrize("path", ["pay", "pay.xlsx", "training", "training.xlsx", "talent", "talent.xlsx"])
def test_only_hr_and_the_general_manager_see_them(released, client, sign_in, path):
    for account in (make_account(released.manager), make_account(None, "admin"), make_account(None, "deputy_approver")):
        assert sign_in(client, account).get(f"/sheets/{path}").status_code == 403
    assert sign_in(client, released.boss).get(f"/sheets/{path}").status_code == 200


@pytest.mark.parametrize("year", ["1999", "2101", "-1"])
def test_an_odd_year_is_not_found(company, client, sign_in, year):
    assert sign_in(client, company.hr).get(f"/sheets/pay?year={year}").status_code == 404
