"""What a customer has entered and not sent yet, kept for the next visit by the same link.

Only a pressed button keeps a draft, never a fetched page; it goes with the answer, and when nobody is asked any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workflow_app.services.answering import guard_open, lock_invitation, note_opened
from workflow_app.services.inviting import forget_draft

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Invitation


def keep_draft(
    invitation: Invitation, answers: dict[str, Any], *, step: str = "", now: datetime, shared: bool = False
) -> None:
    """Keep the answers (their stored shape) and the question that was open; on a shared device keep nothing.

    Whoever presses a button has begun to answer. Refuses (gone) a link that has ended.
    """
    lock_invitation(invitation)
    guard_open(invitation, now=now)
    note_opened(invitation, now=now)
    if shared:
        forget_draft(invitation)
        return
    invitation.draft = {"answers": answers, "step": step}
    invitation.draft_saved_at = now
