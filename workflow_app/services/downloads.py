"""Workbooks that leave the system leave an entry in the history: who took what, of which period, and how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workflow_app.access import require
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from datetime import datetime

    from states.permissions import Actor


def record_download(
    sheet: str, *, period: str, scope: str, rows: int, actor: Actor, now: datetime, needs: str = "use_own_desk"
) -> None:
    """Record that `actor` downloads a sheet; `needs` is the permission for it, asked here again.

    The entry names no person: `scope` says what kind of choice it was, `rows` how many people stand in it.
    """
    require(actor, needs)
    data = {"sheet": sheet, "period": period, "scope": scope, "rows": rows}
    record_event("download", actor.account_id or 0, "sheet_downloaded", actor=actor, now=now, data=data)
