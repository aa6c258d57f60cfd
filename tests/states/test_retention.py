"""Calendar months back from a moment."""

from datetime import UTC, datetime

import pytest

from states.retention import kept_until_before


@pytest.mark.parametrize(
    ("now", "months", "expected"),
    [
        ((2026, 11, 22), 12, (2025, 11, 22)),
        ((2026, 3, 31), 1, (2026, 2, 28)),
        ((2024, 3, 31), 1, (2024, 2, 29)),
        ((2026, 1, 15), 1, (2025, 12, 15)),
        ((2026, 12, 31), 36, (2023, 12, 31)),
    ],
)
def test_so_many_months_before(now, months, expected):
    assert kept_until_before(datetime(*now, tzinfo=UTC), months) == datetime(*expected, tzinfo=UTC)
