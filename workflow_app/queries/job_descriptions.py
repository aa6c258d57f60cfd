"""Job descriptions by post: HR's own, else what the scheme says (scheme §7, Table 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from workflow_app.db import db
from workflow_app.i18n import locale_code
from workflow_app.models import Employee, JobDescription
from workflow_app.titles import current_scheme

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from states.scheme.model import JobDescription as Described

STORED, OF_SCHEME = "stored", "scheme"


@dataclass(frozen=True)
class Description:
    """What a post is for. `source` says whose words they are; `version` is 0 until HR wrote any."""

    post: str
    title: Mapping[str, str]
    sections: Sequence[Mapping[str, Any]]
    source: str
    version: int = 0
    updated_at: datetime | None = None


@dataclass(frozen=True)
class PostRow:
    """A post, how many hold it today, and whose description it has ("" none)."""

    post: str
    holders: int
    source: str


def find_description(post: str) -> Description | None:
    """The description of a post, or None where neither HR nor the scheme wrote one."""
    row = stored(post)
    if row is not None:
        title = {"zh": row.title_zh, "en": row.title_en}
        return Description(post, title, row.sections, STORED, row.version, row.updated_at)
    found = _of_scheme().get(post)
    return _described(post, found) if found else None


def stored(post: str) -> JobDescription | None:
    """HR's own description of a post."""
    return db.session.scalar(select(JobDescription).filter_by(post=post))


def posts(today: date) -> list[PostRow]:
    """The posts that somebody holds today, and those that are only described."""
    held = (
        select(Employee.post, func.count())
        .where(Employee.post != "", or_(Employee.left.is_(None), Employee.left >= today))
        .group_by(Employee.post)
    )
    counts = dict(db.session.execute(held).tuples().all())
    written = set(db.session.scalars(select(JobDescription.post)))
    of_scheme = set(_of_scheme())
    return [
        PostRow(post, counts.get(post, 0), STORED if post in written else OF_SCHEME if post in of_scheme else "")
        for post in sorted({*counts, *written, *of_scheme})
    ]


def in_words(words: Mapping[str, str]) -> str:
    """The words in the reader's language; where there are none, in the other."""
    return words.get(locale_code()) or next((text for text in words.values() if text), "")


def _of_scheme() -> dict[str, Described]:
    scheme = current_scheme()
    found = scheme.job_descriptions.values() if scheme else ()
    return {post: one for one in found for post in one.posts}


def _described(post: str, found: Described) -> Description:
    sections = [
        {"title": one.title.model_dump(), "lines": [line.model_dump() for line in one.lines]} for one in found.sections
    ]
    return Description(post, found.title.model_dump(), sections, OF_SCHEME)
