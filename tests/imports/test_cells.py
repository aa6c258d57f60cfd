"""What single cells may say."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from workflow_app.imports.cells import as_date, as_day, as_month, as_number, as_text, as_week, as_year
from workflow_app.imports.faults import column_letter


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (1001.0, "1001"), (1001, "1001"), (88.1, "88.1"), (0.1 + 0.2, "0.30000000000000004"), (1e16, "10000000000000000"),
        (1e-05, "0.00001"), ("  Ｋ１００１　", "K1001"), ("\ufeffK1", "K1"), (None, ""), ("", ""), (True, "TRUE"),
        (100.0, "100"), (0.0, "0"), (date(2025, 7, 1), "2025-07-01"), ("㈱", "(株)"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_text(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (88.1, "88.1"), ("88.10", "88.1"), ("８８．５", "88.5"), (" 90 ", "90"), ("+5", "5"), (".5", "0.5"), ("-1", "-1"),
        ("", None), ("abc", None), ("1e2", None), ("NaN", None), ("inf", None), ("85%", None), ("1,000", None),
        (True, None), (date(2025, 1, 1), None), ("٣", None), ("9" * 50, None), ("1/2", None), (None, None),
    ],
)  # fmt: skip
def test_number(cell, number):
    assert as_number(cell) == (None if number is None else Decimal(number))


@pytest.mark.parametrize(
    "cell",
    [
        "2025-03-01", "2025/3/1", "2025.3.1", "2025年3月1日", "２０２５年３月１日", " 2025-3-01 ", "2025-03-01 00:00:00",
        date(2025, 3, 1), datetime(2025, 3, 1, 14, 5),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_dates(cell):
    assert as_date(cell) == date(2025, 3, 1)


@pytest.mark.parametrize("cell", ["2025-02-30", "01/03/2025", "45000", 45000.0, "2025-13-01", "soon", "", None, True])
def test_no_dates(cell):
    assert as_date(cell) is None


@pytest.mark.parametrize(
    ("read", "cell", "period"),
    [
        (as_week, "2025-W07", "2025-W07"), (as_week, "2025-w7", "2025-W07"), (as_week, "2025年第7周", "2025-W07"),
        (as_week, date(2024, 12, 30), "2025-W01"), (as_week, date(2025, 12, 29), "2026-W01"),
        (as_week, "2025-W53", None), (as_week, "2020-W53", "2020-W53"), (as_week, "2025-W00", None), (as_week, "7", None),
        (as_month, "2025-07", "2025-07"), (as_month, "2025/7", "2025-07"), (as_month, "2025年7月", "2025-07"),
        (as_month, date(2025, 7, 1), "2025-07"), (as_month, "2025-13", None), (as_month, 2025.1, None),
        (as_day, "2025-07-14", "2025-07-14"), (as_day, date(2025, 7, 14), "2025-07-14"), (as_day, "2025-07", None),
        (as_year, "2025", "2025"), (as_year, 2025.0, "2025"), (as_year, "2025年", "2025"), (as_year, "２０２５", "2025"),
        (as_year, "2025.0", "2025"),
        (as_year, date(2025, 12, 31), "2025"), (as_year, 2025.5, None), (as_year, "25", None), (as_year, True, None),
    ],
)  # fmt: skip
def test_periods(read, cell, period):
    assert read(cell) == period


def test_columns_are_lettered_as_in_a_spreadsheet():
    assert [column_letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
