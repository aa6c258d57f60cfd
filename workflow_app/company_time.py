"""The company's day: a moment is UTC, but "today" and "this year" are where the company is."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask import current_app

if TYPE_CHECKING:
    from datetime import date, datetime


def day_of(moment: datetime) -> date:
    """The company's date at an aware moment."""
    return moment.astimezone(ZoneInfo(current_app.config["COMPANY_TIMEZONE"])).date()
