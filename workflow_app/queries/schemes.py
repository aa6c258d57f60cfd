"""The versions of schemes: drafts, published ones, retired ones, and the cycles that run by them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from workflow_app.db import db
from workflow_app.models import Account, Cycle, Event, SchemeVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST_ID = 2**31 - 1
RUNNING = ("draft", "open", "calibrating", "approving", "released")


def published_versions() -> Sequence[SchemeVersion]:
    """Every published version, the newest first."""
    query = select(SchemeVersion).where(SchemeVersion.state == "published")
    return db.session.scalars(query.order_by(SchemeVersion.published_at.desc(), SchemeVersion.id.desc())).all()


def retired_versions() -> Sequence[SchemeVersion]:
    """Every retired version, the last one first."""
    query = select(SchemeVersion).where(SchemeVersion.state == "retired")
    return db.session.scalars(query.order_by(SchemeVersion.retired_at.desc(), SchemeVersion.id.desc())).all()


def drafts() -> Sequence[SchemeVersion]:
    """Every draft, the one that was saved last first."""
    query = select(SchemeVersion).where(SchemeVersion.state == "draft")
    return db.session.scalars(query.order_by(SchemeVersion.updated_at.desc(), SchemeVersion.id.desc())).all()


def version_by_id(number: int) -> SchemeVersion | None:
    """A version that was ever published, retired or not; a draft is nobody's business yet."""
    found = any_version(number)
    return found if found is not None and found.state != "draft" else None


def any_version(number: int) -> SchemeVersion | None:
    """A version of any state, drafts too."""
    return db.session.get(SchemeVersion, min(number, LARGEST_ID))


def newest_published() -> dict[str, SchemeVersion]:
    """By the code of the scheme: its newest published version."""
    return {version.code: version for version in reversed(published_versions())}


def others_of(version: SchemeVersion) -> Sequence[SchemeVersion]:
    """The other published or retired versions of the same scheme, the newest first."""
    query = select(SchemeVersion).where(
        SchemeVersion.code == version.code, SchemeVersion.id != version.id, SchemeVersion.state != "draft"
    )
    return db.session.scalars(query.order_by(SchemeVersion.version.desc())).all()


def running_cycles(version: SchemeVersion) -> Sequence[Cycle]:
    """The cycles that are not over and run by this version, the newest first."""
    query = select(Cycle).where(Cycle.scheme_version_id == version.id, Cycle.state.in_(RUNNING))
    return db.session.scalars(query.order_by(Cycle.id.desc())).all()


def cycle_counts() -> dict[int, int]:
    """By version id: how many cycles that are not over run by it."""
    query = select(Cycle.scheme_version_id, func.count()).where(Cycle.state.in_(RUNNING))
    rows = db.session.execute(query.group_by(Cycle.scheme_version_id))
    return {number: count for number, count in rows}  # noqa: C416 (rows are no pairs to mypy)


def newer_versions(version: SchemeVersion) -> Sequence[SchemeVersion]:
    """The published versions of the same scheme that came after this one, the newest first."""
    query = select(SchemeVersion).where(
        SchemeVersion.code == version.code, SchemeVersion.state == "published", SchemeVersion.version > version.version
    )
    return db.session.scalars(query.order_by(SchemeVersion.version.desc())).all()


def next_number(code: str) -> int:
    """The number that the next published version of a scheme gets."""
    return (db.session.scalar(select(func.max(SchemeVersion.version)).where(SchemeVersion.code == code)) or 0) + 1


def publisher_of(version: SchemeVersion) -> Account | None:
    """Who published a version; None where the system did."""
    published = select(Event.actor_id).where(
        Event.subject_type == "scheme", Event.subject_id == version.id, Event.kind == "scheme_published"
    )
    return db.session.scalar(select(Account).where(Account.id.in_(published)).limit(1))
