"""Customers' pages that are rendered once and filled in: the questions of a form are the same for everybody.

What differs from one customer to the next is left out as a gap. Everything else that a page shows is part of its key;
and a page is used only after two customers' pages came out the same but for the gaps, so that nothing of one
customer can stand in another's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import g, render_template, request
from markupsafe import escape

from workflow_app import clock
from workflow_app.i18n import link_locale
from workflow_app.services.seeing import look_at
from workflow_app.survey_links import draft_name, nonce_of

if TYPE_CHECKING:
    from workflow_app.queries.survey_glance import Glance

    Key = tuple[object, ...]

MOST = 256
GAPS = ("person", "nonce", "draft")
# Characters for private use: no template and no name holds them.
_GAP = re.compile("\ue000(" + "|".join(GAPS) + ")\ue001")
_KEPT: dict[Key, Kept] = {}


@dataclass
class Kept:
    """A page in pieces, every second one the name of a gap."""

    page: str
    pieces: tuple[str, ...]
    stage: str
    first: int
    proven: bool = False

    def filled(self, values: dict[str, str]) -> str:
        """The page with its gaps filled."""
        found = {name: str(escape(value)) for name, value in values.items()}
        return "".join(found[piece] if place % 2 else piece for place, piece in enumerate(self.pieces))


@dataclass(frozen=True)
class Ready:
    """A page that need only be sent; `seen` says whether the first look at it has been noted."""

    text: str
    number: int
    seen: bool


def ready_page(token: str) -> Ready | None:
    """The page of a link in the common case, if it is ready; otherwise None, and `render` makes it ready."""
    if request.args.keys() - {"lang"} or request.method != "GET":
        return None
    now = clock.now()
    seen, noted = look_at(token, now=now)
    if seen is None or seen.expires_at <= now:
        return None
    g.locale = "en" if seen.language.lower().startswith("en") else "zh"
    # Minimum, questions and how long answers are kept are the scheme version's and never change within one.
    key = (
        seen.scheme_version_id, seen.form, seen.cycle_id, seen.kind, seen.period, seen.campaign, seen.expires_at, seen.asked,
        link_locale(),
    )  # fmt: skip
    found = _KEPT.get(key)
    if found is None or not found.proven:
        g.page_to_keep = key, seen.id
        return None
    if found.stage in seen.finished_stages:
        return None
    return Ready(found.filled(_values(seen)), seen.id, noted)


def _values(seen: Glance) -> dict[str, str]:
    invitation: Any = seen  # names and proves itself by the same two numbers
    return {"person": seen.person, "nonce": nonce_of(invitation, 0), "draft": draft_name(invitation)}


def forget() -> None:
    """Keep no page any more: where a database was put in the place of another, the same numbers name other rows."""
    _KEPT.clear()


def render(template: str, *, stage: str, **context: Any) -> str:
    """Render a page of a customer; one that `ready_page` asked for is kept with its gaps."""
    wanted = g.pop("page_to_keep", None)
    if wanted is None:
        return render_template(template, **context)
    marks = {name: f"\ue000{name}\ue001" for name in GAPS}
    key, number = wanted
    kept = _keep(key, number, render_template(template, **(context | marks)), stage)
    return kept.filled({name: str(context[name]) for name in GAPS})


def _keep(key: Key, number: int, page: str, stage: str) -> Kept:
    found = _KEPT.get(key)
    if found is None or found.page != page:
        while len(_KEPT) >= MOST:
            _KEPT.pop(next(iter(_KEPT)), None)
        found = _KEPT[key] = Kept(page, tuple(_GAP.split(page)), stage, number)
    found.proven = found.proven or found.first != number
    return found
