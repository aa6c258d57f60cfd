"""The scheme versions in the database, read once a process (a published one never changes)."""

from functools import lru_cache

from sqlalchemy import select

from states.scheme import Scheme, load_scheme
from workflow_app.db import db
from workflow_app.models import Cycle, SchemeVersion


def scheme_of(cycle: Cycle) -> Scheme:
    """The scheme that a cycle is pinned to."""
    return read_scheme(cycle.scheme_version)


def read_scheme(version: SchemeVersion) -> Scheme:
    """The scheme of a stored version; its digest is the key, so a draft that changed is read anew."""
    return _read(version.digest, version.text)


def current_version(code: str | None = None) -> SchemeVersion | None:
    """The newest published version (of one scheme, or of any)."""
    query = select(SchemeVersion).where(SchemeVersion.state == "published")
    if code:
        query = query.where(SchemeVersion.code == code)
    return db.session.scalar(query.order_by(SchemeVersion.published_at.desc(), SchemeVersion.id.desc()).limit(1))


@lru_cache(maxsize=32)
def _read(digest: str, text: str) -> Scheme:  # noqa: ARG001 (the key)
    return load_scheme(text)
