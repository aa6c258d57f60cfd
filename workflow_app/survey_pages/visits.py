"""What an address leads to: the link, the people whom it covers, and whose form is meant."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import g, request
from flask_limiter.util import get_remote_address
from limits import parse
from werkzeug.exceptions import NotFound, TooManyRequests

from workflow_app.extensions import limiter
from workflow_app.i18n import DEFAULT_LOCALE, locale_code
from workflow_app.queries.surveys import UNANSWERED, find_invitation, group_of, invitation_named_by
from workflow_app.services import answering
from workflow_app.services.preferences import LOCALES
from workflow_app.survey_links import generation_of, tidied

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Customer, Invitation

# Made-up addresses an hour from one network address: enough for a mistyped one in a shared office.
UNKNOWN_LIMIT = parse("60 per hour")


class Gone(Exception):  # noqa: N818 (an answer, not a fault)
    """A link that does not lead to a form any more, and which page says so."""

    def __init__(self, page: str, status: int = HTTPStatus.GONE) -> None:
        super().__init__(page)
        self.page, self.status = page, int(status)


@dataclass(frozen=True)
class Visit:
    """One request by a customer's link. `about` is None on the pages that are about all of several people."""

    link: Invitation
    people: tuple[Invitation, ...]
    about: Invitation | None

    @property
    def several(self) -> bool:
        """Whether the link covers more than one person."""
        return len(self.people) > 1

    @property
    def bearer(self) -> Invitation:
        """Whose nonce the page carries."""
        return self.about or self.people[0]

    @property
    def place(self) -> int:
        """Which of several people the form is about, from 1."""
        return self.people.index(self.bearer) + 1

    def here(self, about: Invitation | None = None, **asked: str | None) -> str:
        """The address of a page of this link, relative: the token stands in none of them."""
        person = about or self.about
        named = {"about": str(person.id)} if person is not None and self.several else {}
        said = {name.rstrip("_"): value for name, value in asked.items() if value}
        return "?" + urlencode(named | said | {"lang": locale_code()})

    def all(self) -> str:
        """The address of the list of people."""
        return "?" + urlencode({"lang": locale_code()})

    def next(self, now: datetime) -> Invitation | None:
        """Whose form is still to be filled in, first those behind this person in the list."""
        behind = self.people[self.place :] + self.people[: self.place - 1] if self.about else self.people
        return next((one for one in behind if one.state in UNANSWERED and is_open(one, now)), None)


def visit_of(token: str) -> Visit:
    """The visit of a current token. An ended or made-up one raises the page that says so."""
    g.locale = browser_language()
    token = tidied(token)
    link = find_invitation(token)
    if link is None:
        raise _ended(token)
    g.locale = "en" if link.customer.language.lower().startswith("en") else "zh"
    covered = [link] if link.leader_id else group_of(link)
    people = tuple(one for one in covered if one.state != "revoked" and one.review.state != "excluded")
    if not people:
        raise Gone("revoked")
    g.visit = Visit(link, people, people[0] if len(people) == 1 else _asked_about(people))
    return g.visit  # type: ignore[no-any-return]


def ended_meanwhile(visit: Visit, invitation: Invitation) -> Gone:
    """What is said of a link that ceased to lead to this person while the request was under way."""
    return Gone("revoked" if "revoked" in {visit.link.state, invitation.state} else "replaced")


def customer_of(token: str) -> Customer:
    """Whose link it is or was: also of one that was replaced or revoked. A made-up one raises what its page says."""
    token = tidied(token)
    named = invitation_named_by(token)
    if named is None or not generation_of(token, named):
        g.locale = browser_language()
        raise _ended(token)
    g.locale = "en" if named.customer.language.lower().startswith("en") else "zh"
    return named.customer


def _asked_about(people: tuple[Invitation, ...]) -> Invitation | None:
    asked = request.args.get("about")
    if asked is None:
        return None
    found = next((one for one in people if str(one.id) == asked), None)
    if found is None:
        raise NotFound
    return found


def is_open(invitation: Invitation, now: datetime) -> bool:
    """Whether the page still offers the form; who had it open then has a grace beyond."""
    return answering.takes_answers(invitation, until=invitation.expires_at, now=now)


def _ended(token: str) -> Exception:
    named = invitation_named_by(token)
    if named is not None and generation_of(token, named):
        return Gone("revoked" if named.state == "revoked" else "replaced")
    # Only made-up addresses are counted: a genuine link works however many others are tried beside it.
    if limiter.enabled and not _counted():
        return TooManyRequests()
    return NotFound()


def _counted() -> bool:
    try:
        return bool(limiter.limiter.hit(UNKNOWN_LIMIT, "survey", get_remote_address()))
    except Exception:  # noqa: BLE001 (a counter that is down must not keep customers out)
        return True


def browser_language() -> str:
    """For pages without a customer. Read from the request alone: these pages leave the session untouched."""
    return request.accept_languages.best_match(LOCALES) or DEFAULT_LOCALE
