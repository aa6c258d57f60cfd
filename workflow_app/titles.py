"""What codes are called on a page: the scheme's words where it has some, else the product's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext
from sqlalchemy import select

from states.errors import N_
from states.scheme import builtin_scheme
from workflow_app.db import db
from workflow_app.i18n import t
from workflow_app.models import Cycle, Review, SchemeVersion
from workflow_app.queries.schemes import published_versions
from workflow_app.schemes import current_version, read_scheme

if TYPE_CHECKING:
    from states.scheme import Scheme

POPULATIONS = {
    "front_line": N_("Front line"), "office": N_("Office staff"), "management": N_("Management"),
}
LANGUAGES = {"zh": "中文", "en": "English"}


def current_scheme() -> Scheme | None:
    """The newest published scheme, or None before the first."""
    version = current_version()
    return read_scheme(version) if version else None


def schemes_in_force() -> list[Scheme]:
    """The newest published version of every scheme, the newest of them first."""
    newest: dict[str, Scheme] = {}
    for version in published_versions():
        if version.code not in newest:
            newest[version.code] = read_scheme(version)
    return list(newest.values())


def scheme_rating(employee_id: int) -> Scheme | None:
    """The scheme in force that rates this person: that of their latest review, else the newest; None before the first."""
    code = db.session.scalar(
        select(SchemeVersion.code)
        .join(Cycle, Cycle.scheme_version_id == SchemeVersion.id)
        .join(Review, Review.cycle_id == Cycle.id)
        .where(Review.employee_id == employee_id)
        .order_by(Review.id.desc())
        .limit(1)
    )
    version = current_version(code) if code else None
    return read_scheme(version) if version else current_scheme()


def populations() -> dict[str, str]:
    """Code and title of every population, in the reader's language."""
    titles = {code: str(gettext(title)) for code, title in POPULATIONS.items()}
    # The newest scheme's words come last, and so win.
    return titles | {one.code: t(one.title) for scheme in reversed(schemes_in_force()) for one in scheme.populations}


def record_kinds() -> dict[str, str]:
    """Code and title of every kind of record, in the reader's language."""
    # Records of an earlier scheme stay readable: what it called them, the product's own scheme mostly knows.
    schemes = [builtin_scheme(), *reversed(schemes_in_force())]
    return {code: t(kind.title) for one in schemes for code, kind in one.record_kinds.items()}
