"""Proposals and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from workflow_app.db import db
from workflow_app.models import Action, Cycle, Review

PAGE = 50


def released_cycles() -> list[Cycle]:
    """The cycles that have actions, newest first."""
    having = select(Review.cycle_id).join(Action)
    return list(
        db.session.scalars(select(Cycle).filter(Cycle.id.in_(having)).order_by(Cycle.period.desc(), Cycle.id.desc()))
    )


def counts(cycle: Cycle) -> dict[tuple[str, str], int]:
    """How many there are, by (kind, state)."""
    rows = db.session.execute(
        select(Action.kind, Action.state, func.count())
        .join(Review)
        .filter(Review.cycle_id == cycle.id)
        .group_by(Action.kind, Action.state)
    )
    return {(kind, state): count for kind, state, count in rows}


def page(cycle: Cycle, *, kind: str | None, state: str | None, number: int) -> tuple[Sequence[Action], int]:
    """One page of actions, undecided first, and how many pages there are."""
    query = select(Action).join(Review).filter(Review.cycle_id == cycle.id)
    if kind:
        query = query.filter(Action.kind == kind)
    if state:
        query = query.filter(Action.state == state)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = db.session.scalars(
        query.options(joinedload(Action.review).joinedload(Review.employee), joinedload(Action.owner))
        .order_by(Action.state != "proposed", Action.kind, Review.rank, Action.id)
        .offset((number - 1) * PAGE)
        .limit(PAGE)
    )
    return rows.all(), max(1, -(-total // PAGE))
