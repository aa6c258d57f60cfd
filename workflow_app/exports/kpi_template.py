"""The workbook of key figures: every figure that somebody enters, with what is known (scheme §2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from workflow_app.exports.paper import Book, Column
from workflow_app.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workflow_app.exports.templates import Template
    from workflow_app.queries.kpi import KpiLine


def kpi_workbook(template: Template, lines: Iterable[KpiLine]) -> bytes:
    """The headings that the import reads, and beside them what helps a person to fill it in."""
    heading = template.headings
    columns = (
        Column(heading["employee_no"]), Column(_("Name")), Column(heading["kpi"], 44), Column(heading["actual"], 16, "points"),
        Column(heading["target"], 16, "points"), Column(_("Target of the scheme"), 16, "points"), Column(_("Unit"), 10),
    )  # fmt: skip
    book = Book()
    sheet = book.sheet(template.sheet, columns)
    sheet.head()
    for one in lines:
        spec = one.spec
        sheet.add((
            one.employee.employee_no, one.employee.name, t(spec.title), one.actual, one.target, spec.target,
            t(spec.unit) if spec.unit else "",
        ))
    sheet.end()
    return book.content()
