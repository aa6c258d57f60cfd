"""The scheme versions in the database, read once a process (a published one never changes)."""

from sqlalchemy import select

from states.scheme import Scheme, load_scheme
from workflow_app.db import db
from workflow_app.models import Cycle, SchemeVersion

MOST = 32
_READ: dict[str, Scheme] = {}
"""What was read, by the digest of its text: a draft that changed is read anew."""


def scheme_of(cycle: Cycle) -> Scheme:
    """The scheme that a cycle is pinned to."""
    version = cycle.scheme_version
    # The session holds its rows weakly: without this, every cycle of a page would fetch its version again.
    db.session.info.setdefault("scheme_versions", {})[version.id] = version
    return read_scheme(version)


def read_scheme(version: SchemeVersion) -> Scheme:
    """The scheme of a stored version; its text is fetched only where this process has not read it."""
    found = _READ.get(version.digest)
    if found is None:
        found = load_scheme(version.text)
        while len(_READ) >= MOST:
            _READ.pop(next(iter(_READ)), None)
        _READ[version.digest] = found
    return found


def scheme_read(digest: str) -> Scheme | None:
    """The scheme whose text has this digest, if this process has read it."""
    return _READ.get(digest)


def current_version(code: str | None = None) -> SchemeVersion | None:
    """The newest published version (of one scheme, or of any)."""
    query = select(SchemeVersion).where(SchemeVersion.state == "published")
    if code:
        query = query.where(SchemeVersion.code == code)
    return db.session.scalar(query.order_by(SchemeVersion.published_at.desc(), SchemeVersion.id.desc()).limit(1))
