"""What goes wrong, said in words that a person can act on.

A `Message` is an English sentence with named placeholders and the data that fill them. The
sentence is the gettext msgid, so the edges translate it; `states` itself never does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["invalid", "forbidden", "conflict", "not_found", "gone", "too_large"]
KINDS: tuple[Kind, ...] = get_args(Kind)


def N_(sentence: str) -> str:  # noqa: N802 - the name that gettext's extractor looks for
    """Mark a sentence for translation without translating it."""
    return sentence


class Message:
    """A sentence to be translated at the edge, and the data that fill its placeholders."""

    __slots__ = ("_data", "key")

    def __init__(self, key: str, /, **data: object) -> None:
        self.key = key
        self._data = tuple(sorted(data.items()))

    @property
    def data(self) -> dict[str, object]:
        """The values for the placeholders, a fresh dictionary each time."""
        return dict(self._data)

    def __str__(self) -> str:
        """The sentence in English, for logs and the command line."""
        return self.key % self.data if self._data else self.key.replace("%%", "%")

    def __repr__(self) -> str:
        return f"Message({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and (self.key, self._data) == (other.key, other._data)

    def __hash__(self) -> int:
        return hash((self.key, repr(self._data)))


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a fault of the program
    """A request that the rules turn down, with every reason at once.

    `kind` says what sort of refusal it is; only the web edge knows which HTTP status that means.
    """

    def __init__(self, messages: Message | Iterable[Message], *, kind: Kind = "invalid") -> None:
        self.messages = (messages,) if isinstance(messages, Message) else tuple(messages)
        self.kind: Kind = kind
        super().__init__("; ".join(str(message) for message in self.messages))

    @property
    def message(self) -> Message:
        """The first reason, for places with room for one."""
        return self.messages[0]
