"""Empty workbooks to fill in: the headings that the import reads, in Chinese or in English."""

from __future__ import annotations

from dataclasses import dataclass

from workflow_app.i18n import locale_code
from workflow_app.imports import customers, employees, kpi, records
from workflow_app.imports.reading import Column


@dataclass(frozen=True)
class Template:
    """One kind of workbook."""

    sheet_zh: str
    sheet_en: str
    columns: tuple[Column, ...]

    @property
    def sheet(self) -> str:
        """The sheet's name in the reader's language."""
        return self.sheet_zh if locale_code() == "zh" else self.sheet_en

    @property
    def headings(self) -> dict[str, str]:
        """Field → heading in the reader's language."""
        return {column.field: column.headings[0] if locale_code() == "zh" else column.field for column in self.columns}

    def headings_as_written(self) -> tuple[str, ...]:
        """The headings in order."""
        return tuple(self.headings.values())


TEMPLATES = {
    "employees": Template("员工花名册", "employees", employees.COLUMNS),
    "customers": Template("客户名单", "customers", customers.COLUMNS),
    "records": Template("考核记录", "records", records.COLUMNS),
    "kpi": Template("KPI指标", "kpi", kpi.COLUMNS),
}
