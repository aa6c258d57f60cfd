"""A long list, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import func, select

from workflow_app.db import db

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select

Item = TypeVar("Item")
PER_PAGE = 50


@dataclass(frozen=True)
class Paged(Generic[Item]):
    """One page of a list; pages count from 1."""

    items: Sequence[Item]
    page: int
    pages: int
    total: int


def page_of(query: Select[Any], page: int, per_page: int = PER_PAGE) -> Paged[Any]:
    """The rows of one page; a page beyond the end is the last one."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, pages = _within(page, total, per_page)
    items = db.session.scalars(query.limit(per_page).offset((number - 1) * per_page)).all()
    return Paged(items, number, pages, total)


def slice_of(rows: Sequence[Item], page: int, per_page: int = PER_PAGE) -> Paged[Item]:
    """One page of what is in memory."""
    number, pages = _within(page, len(rows), per_page)
    return Paged(rows[(number - 1) * per_page : number * per_page], number, pages, len(rows))


def _within(page: int, total: int, per_page: int) -> tuple[int, int]:
    pages = max(1, -(-total // per_page))
    return min(max(1, page), pages), pages
