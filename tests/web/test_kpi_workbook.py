"""The workbook of key figures: prefilled, filled in, looked at, imported."""

import io

import pytest
import xlsxwriter
from sqlalchemy import select

from tests.imports.files import workbook
from tests.sheets_company import SheetsCompany, formulas_in, sheets_of
from tests.web.test_imports import seen
from workflow_app.db import db
from workflow_app.models import KpiActual

HEADINGS = ["工号", "指标", "实际", "目标"]


@pytest.fixture
def company(db_session):
    return SheetsCompany()


@pytest.fixture
def hr(company, client, sign_in):
    return sign_in(client, company.hr)


def upload(client, content, **fields):
    fields = {"kind": "kpi", "year": "2025"} | fields
    data = fields | {"file": (io.BytesIO(content), "kpi.xlsx")}
    return client.post("/import", data=data, content_type="multipart/form-data")


def stored():
    db.session.expire_all()
    return {row.kpi: (row.actual, row.target) for row in db.session.scalars(select(KpiActual))}


def refill(rows, changes):
    """The workbook as a person hands it back, with figures typed over."""
    return workbook(("KPI", [[*row[:3], *changes.get(row[2], row[3:5]), *row[5:]] if place else row for place, row in enumerate(rows)]))


def test_the_workbook_names_everybody_and_every_figure_that_is_entered(hr, company):
    db.session.add(KpiActual(employee_id=company.manager.id, year=2025, kpi="staff_training", actual=38, target=40))

    content = hr.get("/import/template/kpi.xlsx?year=2025").data

    (rows,) = sheets_of(content).values()
    assert rows[0] == ["employee_no", "Name", "kpi", "actual", "target", "Target of the scheme", "Unit"]
    assert {(row[0], row[1]) for row in rows[1:]} == {(company.manager.employee_no, "卢经理")}
    assert len(rows) == 1 + 7
    by_title = {row[2]: row for row in rows[1:]}
    assert by_title["Staff training"][3:6] == [38.0, 40.0, 40.0]
    assert not [title for title in by_title if "satisfaction" in title]
    assert formulas_in(content) == []


def test_what_comes_back_filled_in_is_imported_as_it_is(hr, company):
    rows = next(iter(sheets_of(hr.get("/import/template/kpi.xlsx?year=2025").data).values()))
    title = next(row[2] for row in rows[1:] if row[2].startswith("Staff"))
    content = refill(rows, {title: [44.5, ""]})

    to = upload(hr, content).location
    page = hr.get(to)
    hr.post(to, data={"seen": seen(page)})

    assert "Staff training" in page.text
    assert {kpi: str(actual) for kpi, (actual, _target) in stored().items()} == {"staff_training": "44.500000000"}
    again = hr.get(upload(hr, content).location).text
    assert "There is nothing to change" in again


def test_the_same_file_of_another_year_is_another_preview(hr, company):
    content = workbook(("KPI", [HEADINGS, [company.manager.employee_no, "staff_training", 40, ""]]))
    hr.post(to := upload(hr, content).location, data={"seen": seen(hr.get(to))})

    page = hr.get(upload(hr, content, year="2024").location).text

    assert "Import all of it" in page


@pytest.mark.parametrize("year", ["", "1999", "x"])
def test_key_figures_without_their_year_are_refused(hr, company, year):
    answer = upload(hr, workbook(("KPI", [HEADINGS, [company.manager.employee_no, "staff_training", 40, ""]])), year=year)

    assert answer.status_code == 422
    assert stored() == {}


def test_a_fault_stands_on_the_page_with_its_row(hr, company):
    content = workbook(("KPI", [HEADINGS, [company.agent.employee_no, "staff_training", 40, ""]]))

    page = hr.get(upload(hr, content).location).text

    assert "has no KPI table in the current scheme" in page
    assert "Import all of it" not in page


def test_a_figure_with_too_many_digits_for_a_cell_survives_the_way(hr, company):
    long = "123456789.123456789"
    db.session.add(KpiActual(employee_id=company.manager.id, year=2025, kpi="department_budget", actual=long))

    rows = next(iter(sheets_of(hr.get("/import/template/kpi.xlsx?year=2025").data).values()))

    assert long in {row[3] for row in rows}
    assert "There is nothing to change" in hr.get(upload(hr, refill(rows, {})).location).text


def test_a_formula_in_a_cell_is_read_as_its_value_or_refused(hr, company):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, HEADINGS)
        page.write_row(1, 0, [company.manager.employee_no, "staff_training"])
        page.write_formula(1, 2, "=20+20", None, 40)

    page = hr.get(upload(hr, out.getvalue()).location).text

    assert "Import all of it" in page
    assert ">40<" in page
