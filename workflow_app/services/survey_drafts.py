"""What a customer has entered and not sent yet, kept for the next visit by the same link.

Only a pressed button keeps a draft, never a fetched page; it goes with the answer, and when nobody is asked any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from states.errors import Refusal
from workflow_app.queries.surveys import latest_answer
from workflow_app.services.answering import OTHER_ANSWER, guard_open, lock_invitation, note_opened
from workflow_app.services.inviting import forget_draft
from workflow_app.services.newer_drafts import guard_newest

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Invitation
    from workflow_app.services.newer_drafts import Beside


def keep_draft(
    invitation: Invitation, answers: dict[str, Any], *, known: int, step: str = "", now: datetime, shared: bool = False,
    beside: Beside | None = None,
) -> None:
    """Keep the answers (their stored shape) and the question that was open; on a shared device keep nothing.

    Whoever presses a button has begun to answer. Refuses (gone) a link that has ended, and (conflict) a page that
    knew of `known` answers where more are in: its draft would be offered as a change of one it never saw. So does
    (conflict) a page made `beside` an older draft than the one that it would replace.
    """
    lock_invitation(invitation)
    guard_open(invitation, now=now)
    latest = latest_answer(invitation)
    if latest is not None and known < latest.number:
        raise Refusal(OTHER_ANSWER, kind="conflict")
    guard_newest(invitation, answers, beside=beside)
    note_opened(invitation, now=now)
    if shared:
        forget_draft(invitation)
        return
    invitation.draft = {"answers": answers, "step": step} | ({"page": beside.page} if beside and beside.page else {})
    invitation.draft_saved_at = now
