"""Files → rows: headings, encodings, blank rows, and faults with their places."""

from functools import partial

import pytest

from states.scheme import builtin_scheme
from tests.imports.files import CUSTOMERS, EMPLOYEES, RECORDS, employee, record, text, workbook
from workflow_app.imports.customers import read_customers
from workflow_app.imports.employees import circles, population_names, read_employees
from workflow_app.imports.reading import Faulty
from workflow_app.imports.records import read_records as read_by_scheme
from workflow_app.imports.records import record_kinds_of

POPULATIONS = population_names(builtin_scheme())
read_records = partial(read_by_scheme, kinds=record_kinds_of(builtin_scheme()))


def staff(data, name="e.csv", **more):
    return read_employees(data, name=name, populations=POPULATIONS, **more)


def places(table):
    return [(fault.sheet, fault.row, fault.column) for fault in table.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_encoding(encoding):
    rows, table = staff(text([EMPLOYEES, employee("K1", "管理人员")], encoding))

    assert not table.faults
    assert (rows[0].population, rows[0].department, rows[0].row) == ("management", "部门", 2)


def test_english_headings_in_any_order_and_case():
    headings = ["Period", "KIND", "score", "employee_no", "reason", "bonus", "note"]

    rows, _, table = read_records(
        text([headings, ["2025-07", "monthly_appraisal", "88.5", "K1", "x", "3", "?"]]), name="r.csv"
    )

    assert not table.faults
    assert (rows[0].employee_no, str(rows[0].score), rows[0].bonus, rows[0].reason) == ("K1", "88.5", 3, "x")


def test_the_sheet_with_the_headings_is_found_below_a_title_and_blank_rows_are_passed_over():
    rows = [
        ["二〇二五年考核记录"],
        [],
        RECORDS,
        [],
        record("K1", "年终", 2025, 88),
        ["", " ", None],
        record("K2", "年终", "2025", 77),
    ]
    data = workbook(("说明", [["请勿修改"]]), ("记录", rows))

    found, _, table = read_records(data, name="r.xlsx")

    assert [(one.employee_no, one.row) for one in found] == [("K1", 5), ("K2", 7)]
    assert table.sheet == "记录"


def test_missing_and_doubled_columns_are_named():
    _, _, table = read_records(text([["工号", "考核类型", "周期", "加分", "事由"]]), name="r.csv")
    assert [(f.column, f.row) for f in table.faults] == [("得分", 1)]

    _, _, table = read_records(text([[*RECORDS, "score"]]), name="r.csv")
    assert [(f.column, f.row) for f in table.faults] == [("G score", 1)]


def test_an_empty_file_lacks_every_column():
    for data, name in ((b"", "r.csv"), (workbook(("Sheet1", [])), "r.xlsx")):
        _, _, table = read_records(data, name=name)
        assert len(table.faults) == len(RECORDS)


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"PK\x03\x04 broken", "r.xlsx"), (b"x", "r.xls"), (b"\x81\xff\xff\xfe", "r.csv"), (b"x", "r"), (b"", "r.xlsx")],
)
def test_unreadable_files_are_one_fault(data, name):
    with pytest.raises(Faulty) as refused:
        read_records(data, name=name)

    assert refused.value.faults[0].file == name


def test_every_fault_of_a_roster_at_once():
    rows = [
        EMPLOYEES,
        employee("K1", "外星人"),
        employee("K2", above="K9"),
        employee("K2"),
        employee("", joined="2025-02-30"),
        employee("K4", joined="2025-03-01", left="2025-02-28"),
        employee("K5", above="K6"),
        employee("K6", above="K7"),
        employee("K7", above="K6"),
        employee("K8", vp="K0"),
    ]

    _, table = staff(workbook(("花名册", rows)), "e.xlsx")

    assert sorted(places(table)) == [
        ("花名册", 2, "F 人员类别"), ("花名册", 3, "G 直接上级工号"), ("花名册", 4, "A 工号"), ("花名册", 5, "A 工号"),
        ("花名册", 5, "I 入职日期"), ("花名册", 6, "J 离职日期"), ("花名册", 8, "G 直接上级工号"),
        ("花名册", 9, "G 直接上级工号"), ("花名册", 10, "H 分管副总工号"),
    ]  # fmt: skip
    assert "K6 → K7 → K6" in str(table.faults[-2])


def test_superiors_may_stand_elsewhere_when_the_roster_is_not_complete():
    _, table = staff(text([EMPLOYEES, employee("K2", above="K9")]), complete=False)

    assert not table.faults


def test_circles_are_each_found_once():
    assert circles({"a": "b", "b": "a", "c": "a", "d": "d", "e": ""}) == [("a", "b"), ("d",)]


def test_every_fault_of_the_records_at_once():
    rows = [
        RECORDS,
        record("K1", "月考核", "2025-07", ""),
        record("K1", "季考核", "2025-07", 80),
        record("K1", "月考核", "2025-13", 80),
        record("K1", "月检", "2025-07", 100.5),
        record("K1", "月检", "2025-08", "优"),
        record("K1", "周检", "2025-W07", 80, 11),
        record("K1", "周检", "2025-W08", 80, 0),
        record("K1", "周检", "2025-W09", 80, 1.5),
        record("", "年终", "2025", 80),
        record("K1", "月检", "2025-09", 80),
        record("Ｋ１", "monthly_inspection", "2025年9月", 81),
        record("K1", "抽检", "2025-07-14", 80),
        record("K1", "抽检", "2025-07-14", 80),
    ]

    found, others, table = read_records(workbook(("记录", rows)), name="r.xlsx", year=2025)

    assert [(row, column[0]) for _, row, column in places(table)] == [
        (2, "D"), (3, "B"), (4, "C"), (5, "D"), (6, "D"), (7, "E"), (8, "E"), (9, "E"), (10, "A"), (12, "C"),
    ]  # fmt: skip
    assert (len(found), others) == (3, 0)


def test_records_of_other_years_are_left_out_by_the_iso_year_of_weeks():
    rows = [
        RECORDS, record("K1", "周检", "2026-W01", 80), record("K1", "周检", "2025-W01", 80),
        record("K1", "月考核", "2024-07", "broken"), record("K1", "年终", "2025", 80),
    ]  # fmt: skip

    found, others, table = read_records(text(rows), name="r.csv", year=2025)

    assert ([one.period for one in found], others, table.faults) == (["2025-W01", "2025"], 2, [])


def test_customers():
    rows = [
        CUSTOMERS, ["C1", "公司", "林先生", "a@example.net", "", "K1"], ["C1", "公司", "林先生", "a@example.net", "EN", "K2"],
        ["C2", "公司", "", "not mail", "fr", "K1"], ["C1", "公司", "", "", "zh", "K1"],
    ]  # fmt: skip

    found, table = read_customers(text(rows), name="c.csv")

    assert [(one.customer_no, one.language, one.employee_no) for one in found] == [
        ("C1", "zh", "K1"),
        ("C1", "en", "K2"),
    ]
    assert places(table) == [("", 4, "D 邮箱"), ("", 4, "E 语言"), ("", 5, "A 客户编号")]


def test_an_empty_population_is_missing_not_unknown():
    _, table = staff(text([EMPLOYEES, employee("K1", ""), employee("K2", "外星人")]))

    assert [str(fault.message).split(";")[0] for fault in table.faults] == [
        "The population is missing.", "“外星人” is no population",
    ]
