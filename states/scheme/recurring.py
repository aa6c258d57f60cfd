"""Kinds of cycle that the clock opens by itself."""

from __future__ import annotations

from typing import Literal

from states.scheme.base import Days, Part


class Recurring(Part):
    """When the cycle of a period opens: `days_after` (calendar days) its first or last day, or its end.

    HR switches a kind on; nothing opens by itself before that.
    """

    open: Literal["first_day", "last_day", "after_end"] = "after_end"
    days_after: Days = 0
