"""The company of the whole-path test: nine people and three customers, as workbooks that HR imports."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

EMPLOYEES = [
    ["工号", "姓名", "邮箱", "部门", "岗位", "人员类别", "直接上级工号", "分管副总工号", "入职日期", "离职日期"],
    ["G01", "方霞", "g01@example.com", "总经办", "总经理", "管理人员", "", "", "2006-03-01", ""],
    ["G02", "谭晓明", "g02@example.com", "总经办", "主管副总", "管理人员", "G01", "G01", "2009-05-04", ""],
    ["G03", "汤嘉怡", "g03@example.com", "人力资源部", "人力资源总监", "管理人员", "G02", "G02", "2018-01-28", ""],
    ["G04", "范海燕", "g04@example.com", "人力资源部", "人力资源专员", "机关职员", "G03", "G02", "2015/10/2", ""],
    ["G05", "卢静", "g05@example.com", "客户服务部", "客户服务经理", "管理人员", "G02", "G02", "2021-05-15", ""],
    ["G06", "袁静", "g06@example.com", "客户服务部", "客服专员", "一线员工", "G05", "G02", "2017-03-05", ""],
    ["G07", "罗刚", "g07@example.com", "客户服务部", "客服专员", "一线员工", "G05", "G02", "2008-11-22", ""],
    ["G08", "莫敏", "g08@example.com", "客户服务部", "客服专员", "一线员工", "G05", "G02", "2019-11-13", ""],
    ["Ｇ０９", " 冯洋 ", "g09@example.com", "客户服务部", "客服专员", "一线员工", "G05", "G02", "2012年5月27日", ""],
]
CUSTOMERS = [
    ["客户编号", "客户名称", "联系人", "邮箱", "语言", "服务人员工号"],
    ["C1", "百川物流公司", "林先生", "c1@example.net", "zh", "G06"],
    ["C2", "启明商贸有限公司", "金女士", "c2@example.net", "zh", "G06"],
    ["C3", "Garden Estate", "Ms Field", "c3@example.net", "en", "G06"],
]
# The months and the weekly inspection of each: (month, week).
SCORES = {
    "G02": (86, 90), "G03": (84, 90), "G04": (83, 90), "G05": (82, 90),
    "G06": (88, 90), "G07": (84, 85), "G08": (70, 80), "G09": (60, 80),
}  # fmt: skip
PEOPLE = tuple(f"G0{number}" for number in range(1, 10))
ROLES = {"G01": ["general_manager"], "G03": ["deputy_approver", "hr"], "G04": ["hr"]}


def records() -> list[list[object]]:
    """Twelve months each, one week each, and two monthly inspections of G06."""
    rows: list[list[object]] = [["工号", "考核类型", "周期", "得分", "加分", "事由"]]
    for number, (month, week) in SCORES.items():
        rows += [[number, "月考核", f"2025-{each:02}", month, "", ""] for each in range(1, 13)]
        rows.append([number, "周检", "2025-W07", week, "", ""])
    rows += [["G06", "月检", "2025-07", 90, 4, "嘉奖"], ["G06", "月检", "2025-08", 90, "", ""]]
    return rows


def write_workbooks(folder: Path) -> dict[str, Path]:
    """The three workbooks by the kind that HR chooses."""
    tables = {"employees": EMPLOYEES, "customers": CUSTOMERS, "records": records()}
    return {kind: _write(folder / f"{kind}.xlsx", rows) for kind, rows in tables.items()}


def _write(path: Path, rows: list[list[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("表")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path
