"""Importing workbooks: a preview that names everything, all or nothing, the same again changes nothing."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from sqlalchemy import event, func, select

import workflow_app
from states.errors import Refusal
from states.permissions import SYSTEM, Actor
from workflow_app.db import db, unit_of_work
from workflow_app.models import Customer, Employee, Event, EventDetail, ImportPreview, Record, ServiceLink
from workflow_app.services import importing

NOW = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)
HEADINGS = {
    "employees": ["工号", "姓名", "邮箱", "部门", "岗位", "人员类别", "直接上级工号", "分管副总工号", "入职日期", "离职日期"],
    "customers": ["客户编号", "客户名称", "联系人", "邮箱", "语言", "服务人员工号"],
    "records": ["工号", "考核类型", "周期", "得分", "加分", "事由"],
}
BOSS = ["K1", "方霞", "k1@example.com", "总经办", "总经理", "管理人员", "", "", "2006-03-01", ""]
CLERK = ["K2", "谭晓明", "k2@example.com", "客服部", "客服专员", "一线员工", "K1", "K1", "2020/2/3", ""]


def book(kind, *rows, headings=None, sheet="表一"):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as file:
        page = file.add_worksheet(sheet)
        for at, row in enumerate((headings or HEADINGS[kind], *rows)):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, column, value, file.add_format({"num_format": "yyyy-mm-dd"}))
                else:
                    page.write(at, column, value)
    return out.getvalue()


def plan(kind, *rows):
    return importing.plan_import(kind, f"{kind}.xlsx", book(kind, *rows))


def bring_in(kind, *rows):
    with unit_of_work():
        return importing.import_workbook(kind, f"{kind}.xlsx", book(kind, *rows), actor=SYSTEM, now=NOW)


def faults_of(found):
    return [(fault.row, fault.column, str(fault.message)) for fault in found.faults]


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


@pytest.fixture
def company(db_session):
    bring_in("employees", BOSS, CLERK)


def test_people_come_in_with_superiors_and_pinyin(db_session):
    bring_in("employees", CLERK, BOSS)

    clerk = db_session.scalar(select(Employee).filter_by(employee_no="K2"))
    assert (clerk.name, clerk.superior.name, clerk.vp.employee_no) == ("谭晓明", "方霞", "K1")
    assert (clerk.joined, clerk.left, clerk.population) == (date(2020, 2, 3), None, "front_line")
    assert clerk.name_sort == "tan xiao ming"


def test_messy_cells_are_understood(db_session):
    messy = ["Ｋ３", " 梁　伟 ", "k3@example.com", "客服部", "专员", "一线员工", "K1 ", "", date(2021, 5, 6), "2025.9.30"]

    bring_in("employees", BOSS, messy)

    one = db_session.scalar(select(Employee).filter_by(employee_no="K3"))
    assert (one.superior.employee_no, one.joined, one.left) == ("K1", date(2021, 5, 6), date(2025, 9, 30))


def test_importing_again_changes_nothing(company, db_session):
    events = count(Event)

    found = bring_in("employees", BOSS, CLERK)

    assert found.nothing_to_do
    assert found.summary == {"added": 0, "changed": 0, "unchanged": 2, "refused": 0, "absent": 0}
    assert count(Event) == events


def test_a_change_is_shown_field_by_field_and_raises_the_version(company, db_session):
    moved = [*CLERK[:3], "前台部", *CLERK[4:9], date(2025, 8, 31)]

    found = bring_in("employees", moved)

    (change,) = found.changed
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        ("department", "客服部", "前台部"), ("left", "", "2025-08-31"),
    ]
    assert found.absent == 1
    clerk = db_session.scalar(select(Employee).filter_by(employee_no="K2"))
    assert (clerk.department, clerk.left, clerk.version, clerk.superior.name) == ("前台部", date(2025, 8, 31), 2, "方霞")


def test_what_happened_is_recorded_with_values_apart(company, db_session):
    bring_in("employees", [*CLERK[:3], "前台部", *CLERK[4:]])

    kinds = list(db_session.scalars(select(Event.kind).order_by(Event.id)))
    assert kinds == ["employee_added", "employee_added", "workbook_imported", "employee_changed", "workbook_imported"]
    changed = db_session.scalar(select(Event).filter_by(kind="employee_changed"))
    assert (changed.version, changed.data) == (2, {"fields": ["department"]})
    detail = db_session.get(EventDetail, changed.id)
    assert detail.data == {"before": {"department": "客服部"}, "after": {"department": "前台部"}}


def test_every_fault_is_named_at_once_and_nothing_is_written(db_session):
    rows = (
        BOSS,
        [*CLERK[:5], "临时工", "K9", "K1", "2020-02-03", ""],
        [*CLERK[:5], "一线员工", "K1", "K1", "昨天", ""],
    )

    found = plan("employees", *rows)

    assert [(fault.sheet, fault.row, fault.column) for fault in found.faults] == [
        ("表一", 3, "F 人员类别"), ("表一", 3, "G 直接上级工号"), ("表一", 4, "A 工号"), ("表一", 4, "I 入职日期"),
    ]
    with pytest.raises(Refusal) as refused:
        bring_in("employees", *rows)
    assert "faults (4)" in str(refused.value.messages[0])
    assert "employees.xlsx, sheet 表一, row 3, column F 人员类别" in str(refused.value.messages[1])
    assert (count(Employee), count(Event), count(ImportPreview)) == (0, 0, 0)


def test_a_superior_may_be_in_the_file_or_in_the_system(company):
    newcomer = ["K3", "梁伟", "", "客服部", "专员", "一线员工", "K2", "K1", "2024-01-01", ""]
    stray = ["K4", "严静", "", "客服部", "专员", "一线员工", "K3", "K77", "2024-01-01", ""]

    found = plan("employees", newcomer, stray)

    assert faults_of(found) == [
        (3, "H 分管副总工号", "There is no employee with the number K77, neither in this file nor in the system.")
    ]
    assert [one.key for one in found.added] == ["K3"]


def test_a_circle_over_file_and_system_is_refused(company):
    under_clerk = [*BOSS[:6], "K2", "", "2006-03-01", ""]

    found = plan("employees", under_clerk)

    assert [fault[:2] for fault in faults_of(found)] == [(2, "G 直接上级工号")]
    assert "K1 → K2 → K1" in str(found.faults[0].message) or "K2 → K1 → K2" in str(found.faults[0].message)


def test_two_people_with_one_number_are_refused(db_session):
    found = plan("employees", BOSS, ["K1", "别人", "", "总经办", "副总", "管理人员", "", "", "2007-01-01", ""])

    assert faults_of(found) == [(3, "A 工号", "K1 is listed twice; first in row 2.")]


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [(1, "", "B 姓名"), (1, "长" * 121, "B 姓名"), (0, "K" * 41, "A 工号"), (2, "nobody", "C 邮箱"), (3, "部" * 121, "D 部门")],
)
def test_texts_that_cannot_be_kept_are_faults(db_session, place, value, column):
    row = [*BOSS]
    row[place] = value

    assert [fault[:2] for fault in faults_of(plan("employees", row))] == [(2, column)]


def test_customers_are_served_by_whom_the_list_says(company, db_session):
    bring_in("customers", ["C1", "百川物流", "林先生", "c1@example.net", "zh", "K1"],
             ["C1", "百川物流", "林先生", "c1@example.net", "zh", "K2"],
             ["C2", "Blue Ltd.", "Ms Qin", "c2@example.net", "en", "K2"])  # fmt: skip

    found = bring_in("customers", ["C1", "百川物流", "林先生", "c1@example.net", "zh", "K2"])

    assert [(one.field, one.before, one.after) for one in found.changed[0].fields] == [("employee_no", "K1, K2", "K2")]
    links = db_session.execute(
        select(Customer.customer_no, Employee.employee_no)
        .join(ServiceLink, ServiceLink.customer_id == Customer.id)
        .join(Employee, Employee.id == ServiceLink.employee_id)
        .order_by(Customer.customer_no)
    ).all()
    assert [tuple(row) for row in links] == [("C1", "K2"), ("C2", "K2")]


def test_customers_of_unknown_people_or_with_two_names_are_refused(company):
    found = plan("customers", ["C1", "百川物流", "林先生", "", "zh", "K1"], ["C1", "千川物流", "林先生", "", "zh", "K2"],
                 ["C2", "蓝海", "", "", "fr", "K1"], ["C3", "金桥", "", "", "zh", "K9"])  # fmt: skip

    assert [fault[:2] for fault in faults_of(found)] == [(3, "B 客户名称"), (4, "E 语言"), (5, "F 服务人员工号")]


def test_records_are_added_changed_and_left_alone(company, db_session):
    bring_in("records", ["K2", "月考核", "2025-01", 87.1, "", ""], ["K2", "周检", "2025-W07", 90, 3, "嘉奖"])

    found = bring_in("records", ["K2", "月考核", "2025-01", "87.10", "", ""], ["K2", "周检", "2025-W07", 91, 3, "嘉奖"],
                     ["K2", "月考核", "2025-02", 80, "", ""])  # fmt: skip

    assert found.summary == {"added": 1, "changed": 1, "unchanged": 1, "refused": 0, "absent": 0}
    scores = dict(db_session.execute(select(Record.period, Record.score)).all())
    assert scores == {"2025-01": Decimal("87.1"), "2025-W07": Decimal(91), "2025-02": Decimal(80)}
    assert set(db_session.scalars(select(Record.year))) == {2025}


def test_a_week_belongs_to_its_iso_year(company, db_session):
    bring_in("records", ["K2", "周检", "2024-W01", 90, "", ""], ["K2", "周检", date(2024, 12, 30), 90, "", ""])

    found = db_session.execute(select(Record.period, Record.year).order_by(Record.period)).all()
    assert [tuple(row) for row in found] == [("2024-W01", 2024), ("2025-W01", 2025)]


def test_spot_checks_of_one_day_are_kept_apart(company, db_session):
    two = (["K2", "抽检", "2025-07-14", 90, "", "上午"], ["K2", "抽检", "2025-07-14", 70, "", "下午"])
    bring_in("records", *two)

    assert bring_in("records", *reversed(two)).nothing_to_do
    third = bring_in("records", *two, ["K2", "抽检", "2025-07-14", 60, "", "晚上"])

    assert third.summary["added"] == 1
    assert sorted(db_session.scalars(select(Record.occurrence))) == [1, 2, 3]


def test_records_are_checked_against_the_people(company):
    found = plan("records", ["K9", "月考核", "2025-01", 90, "", ""], ["K2", "月考核", "2020-01", 90, "", ""],
                 ["K2", "月考核", "2025-03", "90.0123456789", "", ""], ["K2", "月考核", "2025-04", "", "", ""],
                 ["K2", "月考核", "2025-05", 80, "", ""], ["K2", "月考核", "2025-05", 81, "", ""])  # fmt: skip

    assert faults_of(found) == [
        (2, "A 工号", "There is no employee with the number K9 in the system. Import the employees first."),
        (3, "C 周期", "K2 was not employed on any day of 2020-01."),
        (4, "D 得分", "The score has more than 9 decimal places. Round it to 9 or fewer."),
        (5, "D 得分", "The score is missing."),
        (7, "C 周期", "K2 has this kind of record for 2025-05 already, in row 6."),
    ]
    assert [one.line for one in found.added] == [6]


def test_nine_decimals_are_kept_exactly(company, db_session):
    bring_in("records", ["K2", "月考核", "2025-03", "90.012345678", "", ""])

    assert db_session.scalar(select(Record.score)) == Decimal("90.012345678")


def test_a_kept_workbook_is_applied_once_as_it_was_seen(company, db_session):
    with unit_of_work():
        kept = importing.keep_workbook("records", "r.xlsx", book("records", ["K2", "月考核", "2025-03", 90, "", ""]), actor=SYSTEM, now=NOW)
    seen = importing.plan_of(kept, actor=SYSTEM).digest

    with unit_of_work():
        importing.apply_kept(kept, seen=seen, actor=SYSTEM, now=NOW)

    assert (count(Record), kept.content, kept.applied_at) == (1, b"", NOW)
    with pytest.raises(Refusal, match="imported already"):
        importing.apply_kept(kept, seen=seen, actor=SYSTEM, now=NOW)


def test_a_preview_overtaken_by_other_data_is_refused(company, db_session):
    row = ["K2", "月考核", "2025-03", 90, "", ""]
    with unit_of_work():
        kept = importing.keep_workbook("records", "r.xlsx", book("records", row), actor=SYSTEM, now=NOW)
    seen = importing.plan_of(kept, actor=SYSTEM).digest
    bring_in("records", [*row[:3], 75, "", ""])

    with pytest.raises(Refusal, match="changed since this preview") as refused:
        importing.apply_kept(kept, seen=seen, actor=SYSTEM, now=NOW)

    assert refused.value.kind == "conflict"
    assert db_session.scalar(select(Record.score)) == 75


def test_only_hr_imports(company):
    clerk = Actor(account_id=1, employee_id=2)

    with pytest.raises(Refusal, match="human resources"):
        importing.import_workbook("records", "r.xlsx", book("records"), actor=clerk, now=NOW)


def test_a_whole_year_comes_in_within_seconds_and_few_statements(db_session):
    statements = []
    data = Path(workflow_app.__file__).parent / "sample_data"

    def note(*arguments):
        statements.append(arguments[2])

    event.listen(db.engine, "before_cursor_execute", note)
    for kind in HEADINGS:
        with unit_of_work():
            importing.import_workbook(kind, f"{kind}.xlsx", (data / f"{kind}.xlsx").read_bytes(), actor=SYSTEM, now=NOW)
    event.remove(db.engine, "before_cursor_execute", note)

    assert (count(Employee), count(Customer), count(Record)) == (243, 764, 13670)
    assert len(statements) < 200


def test_a_new_address_in_the_list_has_not_bounced_and_who_wants_no_mail_still_wants_none(company, db_session):
    row = ["C1", "百川物流", "林先生", "c1@example.net", "zh", "K1"]
    bring_in("customers", row)
    customer = db_session.scalars(select(Customer)).one()
    customer.bounced_at = customer.opted_out_at = NOW
    db_session.flush()

    bring_in("customers", [*row[:2], "林女士", *row[3:]])
    db_session.refresh(customer)
    assert customer.bounced_at == NOW
    bring_in("customers", [*row[:3], "right@example.net", *row[4:]])
    db_session.refresh(customer)
    assert (customer.email, customer.bounced_at, customer.opted_out_at) == ("right@example.net", None, NOW)
