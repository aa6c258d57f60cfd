"""Records as the rules take them: their exact figures, not the rounded ones that pages show."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from states.composition import RecordValue
from workflow_app.models import Record
from workflow_app.models.records import exact_score

FIGURES = (Record.kind, Record.period, Record.score, Record.exact, Record.bonus)
"""What of a record's row `value_of` reads, for queries that need no whole rows."""


def value_of(row: Any) -> RecordValue:
    """The record's kind, period, exact score and bonus (0 where there is none); `row` has `FIGURES`."""
    return RecordValue(row.kind, row.period, exact_score(row.score, row.exact), Fraction(row.bonus or 0))
