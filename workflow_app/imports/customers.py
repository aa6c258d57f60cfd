"""The customers' list: whom to ask about whom, in which language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from states.errors import Message
from workflow_app.imports.reading import Column, Row, Table, read_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = (
    Column("customer_no", ("客户编号",)), Column("customer", ("客户名称",)), Column("contact", ("联系人",)),
    Column("email", ("邮箱",)), Column("language", ("语言",)), Column("employee_no", ("服务人员工号",)),
)  # fmt: skip
LANGUAGES = {"": "zh", "zh": "zh", "zh-cn": "zh", "中文": "zh", "汉语": "zh", "en": "en", "英文": "en", "英语": "en"}
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")


@dataclass(frozen=True)
class CustomerRow:
    """One customer and one person who serves it; a customer served by two stands twice."""

    row: int
    customer_no: str
    customer: str
    contact: str
    email: str
    language: str
    employee_no: str


def read_customers(source: Path | bytes, *, name: str) -> tuple[list[CustomerRow], Table]:
    """Read a customers' list; every fault is in `table.faults`, a row with a fault is left out."""
    table = read_table(source, COLUMNS, name=name)
    first: dict[tuple[str, str], int] = {}
    rows = [found for row in table.rows if (found := _customer(row, table, first))]
    return rows, table


def _customer(row: Row, table: Table, first: dict[tuple[str, str], int]) -> CustomerRow | None:
    before = len(table.faults)
    number, person, email = row.text("customer_no"), row.text("employee_no"), row.text("email")
    language = LANGUAGES.get(row.text("language").casefold())
    for name, message in (
        ("customer_no", Message("The customer number is missing.")),
        ("customer", Message("The customer's name is missing.")),
        ("employee_no", Message("The employee number is missing.")),
    ):
        if not row.text(name):
            table.report(row.number, name, message)
    if email and not EMAIL.fullmatch(email):
        table.report(row.number, "email", Message("“%(found)s” is no mail address.", found=email[:80]))
    if language is None:
        table.report(
            row.number, "language",
            Message("“%(found)s” is no language; allowed: zh, en.", found=row.text("language")[:40]),
        )  # fmt: skip
    if number and first.setdefault((number, person), row.number) != row.number:
        table.report(
            row.number, "customer_no",
            Message("The same customer and person stand in row %(first)s.", first=first[number, person]),
        )  # fmt: skip
    if len(table.faults) > before or language is None:
        return None
    return CustomerRow(row.number, number, row.text("customer"), row.text("contact"), email, language, person)
