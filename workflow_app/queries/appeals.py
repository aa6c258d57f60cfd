"""Appeals: those that wait, those that were answered, and the one of a review."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from workflow_app.db import db
from workflow_app.models import Appeal, EvidenceFile, Review
from workflow_app.queries.paging import Paged, page_of
from workflow_app.queries.schemes import LARGEST_ID

PENDING = ("filed", "answering")
MOST_ANSWERED = 200


def appeal_by_id(number: int) -> Appeal | None:
    """An appeal, or None."""
    return db.session.get(Appeal, min(number, LARGEST_ID))


def waiting_page(page: int, *, but: int | None) -> Paged[Appeal]:
    """One page of what waits, the most urgent first, without the reader's own."""
    query = _all().where(Appeal.state.in_(PENDING)).order_by(Appeal.due_at, Appeal.id)
    if but is not None:
        query = query.where(Appeal.review_id.in_(select(Review.id).where(Review.employee_id != but)))
    return page_of(query, page)


def appeals_answered() -> Sequence[Appeal]:
    """What is over, the newest first, at most MOST_ANSWERED."""
    query = _all().where(Appeal.state.not_in((*PENDING, "draft"))).order_by(Appeal.id.desc()).limit(MOST_ANSWERED)
    return db.session.scalars(query).all()


def appeal_of(review: Review) -> Appeal | None:
    """The review's appeal that counts: the newest."""
    return db.session.scalar(select(Appeal).filter_by(review_id=review.id).order_by(Appeal.id.desc()).limit(1))


def files_of(appeal: Appeal) -> Sequence[EvidenceFile]:
    """What the person sent with the appeal."""
    return db.session.scalars(select(EvidenceFile).filter_by(appeal_id=appeal.id).order_by(EvidenceFile.id)).all()


def _all() -> Select[tuple[Appeal]]:
    review = joinedload(Appeal.review)
    return select(Appeal).options(review.joinedload(Review.employee), review.joinedload(Review.cycle))
