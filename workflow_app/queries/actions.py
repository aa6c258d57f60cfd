"""Proposals and what became of them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true
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


def counts(cycle: Cycle, *, but: int | None) -> dict[tuple[str, str], int]:
    """How many there are, by (kind, state); those about the employee `but` are left out."""
    rows = db.session.execute(
        select(Action.kind, Action.state, func.count())
        .join(Review)
        .filter(Review.cycle_id == cycle.id, _about_others(but))
        .group_by(Action.kind, Action.state)
    )
    return {(kind, state): count for kind, state, count in rows}


def page(
    cycle: Cycle, *, kind: str | None, state: str | None, number: int, but: int | None
) -> tuple[Sequence[Action], int]:
    """One page of actions, undecided first, and how many pages there are; none about the employee `but`."""
    query = select(Action).join(Review).filter(Review.cycle_id == cycle.id, _about_others(but))
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


def _about_others(employee_id: int | None) -> ColumnElement[bool]:
    return true() if employee_id is None else Review.employee_id != employee_id
