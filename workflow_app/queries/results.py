"""What a person sees of their own reviews, and those who may of others'."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from workflow_app.db import db
from workflow_app.models import Account, Action, CalibrationMove, Cycle, Review, ReviewStage
from workflow_app.schemes import scheme_of

KEPT_BESIDE = frozenset({"inputs", "made_of", "recorded"})
"""What is kept beside the tree so that it can be recomputed: the full explanation tells it (queries/explaining.py)."""


@dataclass(frozen=True)
class Step:
    """One stage as the stepper shows it."""

    title: object
    state: str
    late: bool
    note: datetime | None


def to_sign(review: Review) -> bool:
    """Whether the signature is still to come: the kind of cycle asks for one, and there is none."""
    kind = scheme_of(review.cycle).cycle_kinds[review.cycle.kind]
    return review.acknowledged_at is None and kind.signature_stage is not None


def own_reviews(employee_id: int | None) -> list[Review]:
    """The reviews of one person, newest period first."""
    if employee_id is None:
        return []
    return list(
        db.session.scalars(
            select(Review)
            .join(Cycle)
            .filter(Review.employee_id == employee_id, Cycle.state != "draft")
            .options(joinedload(Review.cycle), selectinload(Review.stages))
            .order_by(Cycle.period.desc(), Review.id.desc())
        )
    )


def steps(review: Review, titles: dict[str, object], now: datetime) -> list[Step]:
    """Where the review stands, stage by stage; who is late is told, what they wrote is not."""
    return [_step(stage, titles, now) for stage in review.stages]


def _step(stage: ReviewStage, titles: dict[str, object], now: datetime) -> Step:
    states = {"open": "now", "done": "done", "omitted": "omitted"}
    late = stage.state == "open" and stage.due_at is not None and stage.due_at < now
    due = stage.due_at if stage.state == "open" else None
    return Step(titles.get(stage.stage, stage.stage), states.get(stage.state, "waiting"), late, due)


def figures(review: Review) -> dict[str, Any]:
    """A grade as data: figures as exact decimal texts (None where there is none), bands, and how the total came about."""
    version = review.cycle.scheme_version
    return {
        "employee_no": review.employee.employee_no,
        "cycle": review.cycle.title_en,
        "period": review.cycle.period,
        "population": review.population,
        "parts": review.parts,
        "total": _text(review.total),
        "rank": review.rank,
        "computed_band": review.computed_band,
        "calibrated_band": review.calibrated_band,
        "final_band": review.final_band,
        "flags": review.flags,
        "scheme": {"code": version.code, "version": version.version},
        "explanation": {key: value for key, value in review.explanation.items() if key not in KEPT_BESIDE},
    }


def _text(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)


def standing_move(review: Review) -> CalibrationMove | None:
    """The move behind a calibrated band that differs from the computed one."""
    if review.calibrated_band is None:
        return None
    return db.session.scalar(
        select(CalibrationMove).filter_by(review_id=review.id).order_by(CalibrationMove.id.desc()).limit(1)
    )


def approver_name(review: Review) -> str | None:
    """Who signed the grade."""
    account = db.session.get(Account, review.approved_by_id) if review.approved_by_id else None
    return account.display_name if account else None


def approved_actions(review: Review) -> list[Action]:
    """What was decided to follow; proposals are not shown to the person rated."""
    decided = ("approved", "in_progress", "done")
    return list(db.session.scalars(select(Action).filter(Action.review_id == review.id, Action.state.in_(decided))))
