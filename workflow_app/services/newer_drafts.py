"""A page never replaces in silence what another page of the link has kept since and nobody has sent.

Every page says beside which draft it was made; a draft says which open page has kept it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Invitation

NEWER_DRAFT = Message(
    "Another page of this link, here or on another device, has kept other answers meanwhile. They have not been sent. "
    "Nothing of them was changed, and nothing was sent just now."
)


@dataclass(frozen=True)
class Beside:
    """What a page says of itself: the stamp of the draft beside which it was made, and its own name, if it has one.

    Only a script can give a page its name; the browser's Back shows that page again, under the name that it had.
    """

    stamp: str
    page: str = ""


class NewerDraftRefusal(Refusal):  # a refusal is an answer, not a fault of the program
    """What the page holds would have taken the place of a draft that it does not know."""

    def __init__(self) -> None:
        super().__init__(NEWER_DRAFT, kind="conflict")


def stamp_of(saved_at: datetime) -> str:
    """The name of a draft: no two of an invitation have the same."""
    return saved_at.astimezone(UTC).isoformat()


def guard_newest(invitation: Invitation, answers: dict[str, Any], *, beside: Beside | None) -> None:
    """Refuse (conflict, as `NewerDraftRefusal`) where a newer draft than the page knew of says something else.

    The same answers again are no loss (a double click, a lost reply), nor is what the page itself has kept (Back).
    """
    draft, saved_at = invitation.draft, invitation.draft_saved_at
    if beside is None or not draft or saved_at is None or beside.stamp == stamp_of(saved_at):
        return
    if (draft.get("answers") or {}) == answers or (beside.page and beside.page == draft.get("page")):
        return
    raise NewerDraftRefusal
