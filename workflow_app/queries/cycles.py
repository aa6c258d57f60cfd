"""Cycles by their state."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Cycle


def cycles_in(states: Iterable[str]) -> list[Cycle]:
    """The cycles in one of the states, newest period first."""
    query = select(Cycle).filter(Cycle.state.in_(tuple(states)))
    return list(db.session.scalars(query.order_by(Cycle.period.desc(), Cycle.id.desc())))
