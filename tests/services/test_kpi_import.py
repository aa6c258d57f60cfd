"""Key figures from a workbook: named by code or title, all or nothing, the same again changes nothing."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from states.errors import Refusal
from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_account, make_scheme
from tests.imports.files import text, workbook
from workflow_app.db import db, unit_of_work
from workflow_app.models import Event, KpiActual
from workflow_app.services import importing

HEADINGS = ["工号", "指标", "实际", "目标"]


@pytest.fixture
def company(app, db_session):
    company = Company()
    make_scheme()
    return company


@pytest.fixture
def manager(company):
    return company.manager.employee_no


def sheet(*rows):
    return workbook(("KPI", [HEADINGS, *rows]))


def plan(*rows, year=2025):
    return importing.plan_import("kpi", "kpi.xlsx", sheet(*rows), year=year)


def bring_in(*rows, actor=SYSTEM, year=2025):
    with unit_of_work():
        return importing.import_workbook("kpi", "kpi.xlsx", sheet(*rows), actor=actor, now=NOW, year=year)


def stored():
    rows = db.session.scalars(select(KpiActual).order_by(KpiActual.kpi))
    return {row.kpi: (row.actual, row.target) for row in rows}


def test_a_key_figure_is_known_by_code_and_by_both_titles(manager):
    bring_in(
        [manager, "department_budget", 1040000.5, 1000000],
        [manager, "客户资料库建立与更新", "２４", ""],
        [manager, " staff TRAINING ", 44.5, None],
    )

    assert stored() == {
        "customer_database": (Decimal(24), None),
        "department_budget": (Decimal("1040000.5"), Decimal(1000000)),
        "staff_training": (Decimal("44.5"), None),
    }


def test_the_same_again_changes_nothing_and_a_blank_takes_nothing_away(manager):
    rows = [manager, "department_budget", 104, 100], [manager, "staff_training", 40, ""]
    bring_in(*rows)

    again = plan(*rows)
    half = plan([manager, "department_budget", "", ""], [manager, "staff_training", "", 50])

    assert again.nothing_to_do
    assert (again.unchanged, half.unchanged) == (2, 1)
    assert [(one.key, one.fields[0].field) for one in half.changed] == [(f"{manager} staff_training", "target")]
    bring_in([manager, "staff_training", "", 50])
    assert stored()["staff_training"] == (40, 50)
    assert stored()["department_budget"] == (104, 100)


def test_every_change_is_an_event_with_before_and_after(company, manager):
    bring_in([manager, "staff_training", 40, ""])

    bring_in([manager, "staff_training", 41, ""])

    event = db.session.scalars(select(Event).filter_by(kind="kpi_entered").order_by(Event.id.desc())).first()
    assert (event.subject_id, event.data) == (company.manager.id, {"year": 2025, "kpis": ["staff_training"]})
    assert event.detail.data["staff_training"] == {
        "before": {"actual": "40.000000000", "target": None}, "after": {"actual": "41", "target": None},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["X9", "staff_training", 1, ""], "A 工号", "There is no employee with the number X9"),
        (["", "staff_training", 1, ""], "A 工号", "The employee number is missing."),
        (["AGENT", "staff_training", 1, ""], "A 工号", "has no KPI table in the current scheme"),
        (["MANAGER", "", 1, ""], "B 指标", "The key figure is missing."),
        (["MANAGER", "利润", 1, ""], "B 指标", "“利润” is no key figure of this person's table; allowed: 部门预算执行"),
        (["MANAGER", "external_satisfaction", 80, ""], "B 指标", "it comes from"),
        (["MANAGER", "staff_training", "forty", ""], "C 实际", "“forty” is not a number"),
        (["MANAGER", "staff_training", "1e3", ""], "C 实际", "is not a number"),
        (["MANAGER", "staff_training", -1, ""], "C 实际", "0 or more"),
        (["MANAGER", "staff_training", "1000000000", ""], "C 实际", "too long"),
        (["MANAGER", "staff_training", "0.0000000001", ""], "C 实际", "too long"),
        (["MANAGER", "staff_training", 1, 0], "D 目标", "more than 0"),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_and_nothing_is_imported(company, row, column, words):
    numbers = {"AGENT": company.agent.employee_no, "MANAGER": company.manager.employee_no}
    row = [numbers.get(row[0], row[0]), *row[1:]]
    good = [company.manager.employee_no, "knowledge_sharing", 10, ""]

    found = plan(good, row)

    assert [(fault.row, fault.column) for fault in found.faults] == [(3, column)]
    assert words in str(found.faults[0].message)
    with pytest.raises(Refusal):
        bring_in(good, row)
    assert stored() == {}


def test_a_figure_stands_once_whatever_it_is_called(manager):
    found = plan([manager, "staff_training", 1, ""], [manager, "部门人员培训", 2, ""])

    assert [(fault.row, str(fault.message)) for fault in found.faults] == [
        (3, f"{manager} has this key figure already, in row 2.")
    ]


def test_without_a_year_nothing_is_read(manager):
    for year in (None, 1999, 2101):
        with pytest.raises(Refusal, match="which year"):
            plan([manager, "staff_training", 1, ""], year=year)


def test_nobody_imports_figures_of_their_own(company):
    company.clerk.population, company.clerk.post = "management", "客户服务经理"
    db.session.flush()

    with pytest.raises(Refusal, match="own key figures"):
        bring_in([company.clerk.employee_no, "staff_training", 1, ""], actor=company.hr.actor())
    assert stored() == {}


def test_only_hr_imports(company, manager):
    with pytest.raises(Refusal):
        bring_in([manager, "staff_training", 1, ""], actor=make_account(employee=company.manager).actor())


def test_another_year_is_another_figure(manager):
    bring_in([manager, "staff_training", 40, ""], year=2024)

    assert [(one.key, one.stored) for one in plan([manager, "staff_training", 40, ""], year=2025).added] == [
        (f"{manager} staff_training", None)
    ]


def test_a_csv_file_is_read_too(manager):
    content = text([["employee_no", "kpi", "actual", "target"], [manager, "staff_training", "40", ""]])

    found = importing.plan_import("kpi", "kpi.csv", content, year=2025)

    assert (len(found.added), found.faults) == (1, ())
