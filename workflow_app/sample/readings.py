"""Everybody whom the scheme rates is told of it, and most have signed to have read it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import SchemeNotice
from workflow_app.sample.errands import run_errands
from workflow_app.services.scheme_notices import acknowledge, announce

if TYPE_CHECKING:
    from workflow_app.models import SchemeVersion
    from workflow_app.sample.people import Cast

ONE_IN = 9
"""Of so many people one has not signed yet."""
PAUSE = timedelta(seconds=47)


def tell_everyone(version: SchemeVersion, cast: Cast, *, now: datetime) -> None:
    """Tell those whom nobody has told yet; from the next morning on most of them sign, one after the other."""
    announce(version, now=now)
    run_errands(now)
    waiting = select(SchemeNotice).filter_by(scheme_version_id=version.id, acknowledged_at=None, sent_at=now)
    moment = now + timedelta(hours=20)
    for place, notice in enumerate(db.session.scalars(waiting.order_by(SchemeNotice.id)).all()):
        if place % ONE_IN and notice.employee_id in cast:
            moment += PAUSE
            acknowledge(notice, actor=cast.actor(notice.employee_id), now=moment)


def look_again(version: SchemeVersion, *, now: datetime) -> None:
    """The clock looks for people whom nobody has told on the morning after the sample was made."""
    announce(version, now=now)
    run_errands(now)
