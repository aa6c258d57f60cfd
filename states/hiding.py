"""Hiding words of a free answer: what stays is exactly what was written, nothing is put in its place but bars.

Everything is reckoned in places of the answer as it was given, a place being one character: a word is looked for there,
never in what earlier bars have left of it, or the rest of a name that a bar cut into would stay readable.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from states.errors import Message, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BAR = "███"
"""Stands for hidden words, however long they were."""
MOST_WORDS = 20
BARS = re.compile("█+")
"""What is read as one bar. A customer's own are read so, too: nobody could tell them from ours."""


def hidden(text: str, words: Sequence[str], *, already: str | None = None) -> str:
    """The text with every occurrence of these words (whatever their case) behind bars.

    `already` is the text as earlier words were hidden in it: these stay behind their bars. Where it does not say for
    certain which part of the text a visible piece is, that piece is hidden as well.

    Refuses (invalid) no words at all, too many, and words that do not stand in the text, or would stay readable.
    """
    wanted = [word.strip() for word in words if word.strip()]
    if not wanted or len(wanted) > MOST_WORDS:
        raise Refusal(
            Message("Enter the words to hide, one to a line, at most %(most)s.", most=MOST_WORDS, field="words")
        )
    asked: set[int] = set()
    for word in wanted:
        found = _places(text, word)
        if not found:
            raise Refusal(Message("“%(word)s” does not stand in this answer. Copy the words from it.", word=word[:60], field="words"))
        asked |= found
    before = text if already is None else already
    earlier = set() if already is None else behind_bars(text, already)
    shown = _drawn(text, earlier | asked)
    if _readable(shown, wanted) or (shown == before and not asked <= earlier):
        raise Refusal(Message("These words could not be hidden. Hide the whole answer instead.", field="words"))
    return shown


def behind_bars(text: str, shown: str) -> set[int]:
    """The places of the text that are behind the bars of `shown`, which is the text with some of it hidden.

    Each bar stands for one character or more. A visible piece that could be this part of the text or that one counts as
    hidden wherever it may be; of what is not made from this text at all, everything does.
    """
    pieces = BARS.split(shown)
    if len(pieces) == 1:
        return set() if shown == text else set(range(len(text)))
    first, last = _leftmost(text, pieces), _rightmost(text, pieces)
    if first is None or last is None:
        return set(range(len(text)))
    certain = {
        place
        for piece, start, end in zip(pieces, first, last, strict=True) if start == end
        for place in range(start, start + len(piece))
    }  # fmt: skip
    return set(range(len(text))) - certain


def standing_in(text: str, words: Sequence[str]) -> list[str]:
    """Those of the words that stand in the text, whatever their case: `hidden` takes them."""
    wanted = [word.strip() for word in words if word.strip()]
    return [word for word in wanted if _places(text, word)]


def _places(text: str, word: str) -> set[int]:
    """Every place that an occurrence of the word covers; occurrences may overlap (“aa” stands twice in “aaa”)."""
    found = re.finditer(f"(?=({re.escape(word)}))", text, re.IGNORECASE)
    return {place for one in found for place in range(one.start(1), one.end(1))}


def _drawn(text: str, places: Iterable[int]) -> str:
    """The text with a bar for each run of these places; all bars are alike, so that none tells a length."""
    covered = set(places)
    marked = "".join("█" if place in covered else letter for place, letter in enumerate(text))
    return BARS.sub(BAR, marked)


def _readable(shown: str, words: Sequence[str]) -> bool:
    return any(_places(piece, word) for piece in BARS.split(shown) for word in words)


def _leftmost(text: str, pieces: Sequence[str]) -> list[int] | None:
    """Where each visible piece begins if all stand as early as they can; None if they cannot stand in the text so.

    The first piece begins the text, the last ends it, and a bar of at least one character is between any two.
    """
    starts: list[int] = []
    free = 0
    for piece in pieces[:-1]:
        at = text.find(piece, free) if starts else 0
        if at < 0 or not text.startswith(piece, at):
            return None
        starts.append(at)
        free = at + len(piece) + 1
    last = len(text) - len(pieces[-1])
    return [*starts, last] if last >= free and text.endswith(pieces[-1]) else None


def _rightmost(text: str, pieces: Sequence[str]) -> list[int] | None:
    """As `_leftmost`, if all stand as late as they can: the same, read from the other end."""
    turned = _leftmost(text[::-1], [piece[::-1] for piece in reversed(pieces)])
    if turned is None:
        return None
    return [len(text) - start - len(piece) for start, piece in zip(reversed(turned), pieces, strict=True)]
