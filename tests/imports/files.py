"""Small workbooks and CSV files for tests."""

import csv
import io
from datetime import date

import xlsxwriter

EMPLOYEES = ["工号", "姓名", "邮箱", "部门", "岗位", "人员类别", "直接上级工号", "分管副总工号", "入职日期", "离职日期"]
RECORDS = ["工号", "考核类型", "周期", "得分", "加分", "事由"]
CUSTOMERS = ["客户编号", "客户名称", "联系人", "邮箱", "语言", "服务人员工号"]


def workbook(*sheets, formats="yyyy-mm-dd"):
    """The bytes of an .xlsx with these (name, rows) sheets; dates become date cells."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        day = book.add_format({"num_format": formats})
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(r, c, cell, day)
                    elif isinstance(cell, str):
                        sheet.write_string(r, c, cell)
                    elif cell is not None:
                        sheet.write(r, c, cell)
    return buffer.getvalue()


def text(rows, encoding="utf-8"):
    """The bytes of a CSV file."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode(encoding)


def employee(number, population="一线员工", *, above="", joined="2010-01-01", left="", vp=""):
    """A row of a roster."""
    return [number, f"Name {number}", f"{number}@example.com", "部门", "岗位", population, above, vp, joined, left]


def record(number, kind, period, score, bonus="", reason=""):
    """A row of records."""
    return [number, kind, period, score, bonus, reason]
