"""Hiding words of a free answer: what stays is exactly what was written, nothing is put in its place but bars."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = "███"
"""Stands for hidden words, however long they were."""
MOST_WORDS = 20


def hidden(text: str, words: Sequence[str], *, already: str | None = None) -> str:
    """The text with every occurrence of these words (whatever their case) behind bars.

    `already` is the text as earlier words were hidden in it: these stay behind their bars.

    Refuses (invalid) no words at all, too many, and words that do not stand in the text.
    """
    wanted = [word.strip() for word in words if word.strip()]
    if not wanted or len(wanted) > MOST_WORDS:
        raise Refusal(
            Message("Enter the words to hide, one to a line, at most %(most)s.", most=MOST_WORDS, field="words")
        )
    kept = text if already is None else already
    # The longest first: a name within a longer one would leave its rest behind.
    for word in sorted(wanted, key=len, reverse=True):
        found = re.compile(re.escape(word), re.IGNORECASE)
        if not found.search(text):
            raise Refusal(Message("“%(word)s” does not stand in this answer. Copy the words from it.", word=word[:60], field="words"))
        kept = found.sub(BAR, kept)
    return re.sub(f"(?:{BAR})+", BAR, kept)


def standing_in(text: str, words: Sequence[str]) -> list[str]:
    """Those of the words that stand in the text, whatever their case: `hidden` takes them."""
    wanted = [word.strip() for word in words if word.strip()]
    return [word for word in wanted if re.search(re.escape(word), text, re.IGNORECASE)]
