"""What codes are called on a page: the scheme's words where it has some, else the product's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext

from states.errors import N_
from states.scheme import builtin_scheme
from workflow_app.i18n import t
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


def populations() -> dict[str, str]:
    """Code and title of every population, in the reader's language."""
    titles = {code: str(gettext(title)) for code, title in POPULATIONS.items()}
    scheme = current_scheme()
    return titles | ({one.code: t(one.title) for one in scheme.populations} if scheme else {})


def record_kinds() -> dict[str, str]:
    """Code and title of every kind of record, in the reader's language."""
    # Records of an earlier scheme stay readable: what it called them, the product's own scheme mostly knows.
    schemes = [one for one in (builtin_scheme(), current_scheme()) if one]
    return {code: t(kind.title) for one in schemes for code, kind in one.record_kinds.items()}
