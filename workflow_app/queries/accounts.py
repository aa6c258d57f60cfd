"""Accounts as HR and the administrator see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, cast, func, or_, select
from sqlalchemy.orm import contains_eager

from workflow_app.db import db
from workflow_app.models import Account
from workflow_app.queries.paging import Paged, page_of
from workflow_app.queries.people import matching

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

SHOWN: dict[str, ColumnElement[bool]] = {
    "roles": cast(Account.roles, String) != "[]",
    "waiting": Account.password_hash.is_(None) & Account.active,
    "closed": ~Account.active,
}


def accounts_page(words: str, show: str, page: int) -> Paged[Account]:
    """One page of accounts by user name, narrowed by words and by what is shown."""
    query = select(Account).outerjoin(Account.employee).options(contains_eager(Account.employee))
    for word in words.split()[:5]:
        query = query.where(
            or_(func.lower(Account.username).contains(word.casefold(), autoescape=True), matching(word))
        )
    if show in SHOWN:
        query = query.where(SHOWN[show])
    return page_of(query.order_by(Account.username), page)


def account_by_id(number: int) -> Account | None:
    """One account with its person."""
    return db.session.get(Account, number)
