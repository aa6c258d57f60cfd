"""What a customer says who does not answer: a reason, and perhaps who would be the right one to ask.

Both are kept in one value, so that whatever erases the reason erases the other's name with it.
"""

from __future__ import annotations

LONGEST_KEPT = 500
"""Characters that a reason and a contact have together, with the mark between them."""
LONGEST_CONTACT = 150
# No text that is taken holds it: control characters are refused.
MARK = "\x1f"


def joined(reason: str, contact: str) -> str | None:
    """The two as one value to keep, None where nothing was said; neither may hold control characters."""
    return f"{reason}{MARK}{contact}" if contact else reason or None


def parted(kept: str | None) -> tuple[str, str]:
    """The reason and the contact of a kept value, each blank where nothing was said."""
    reason, _, contact = (kept or "").partition(MARK)
    return reason, contact


def room_for_reason(contact: str) -> int:
    """How many characters are left for the reason beside this contact."""
    return LONGEST_KEPT - (len(contact) + len(MARK) if contact else 0)
