"""YAML text → plain values with the line of every one of them; nothing clever gets through.

Aliases, tags, several documents, duplicate keys and deep nesting are refused, so a scheme file can
never be more than the plain text it shows (and never an alias bomb).
"""

from __future__ import annotations

import re
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from states.errors import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1_000_000
DEEPEST = 40
PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq"))
NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
TRUTHS = {word: word.lower() == "true" for word in ("true", "True", "TRUE", "false", "False", "FALSE")}
NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})")
"""Figures longer than these stay text, and the model says what is wrong with them."""

Path = tuple[str | int, ...]
Fault = tuple[int, Path, Message]


class Unreadable(Exception):  # noqa: N818 - carries faults, is not one itself
    """Text that cannot be read as a plain YAML mapping."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(str(faults))


class Document:
    """Plain values, and the line (from 1) where each of them stands."""

    def __init__(self) -> None:
        self.lines: dict[Path, int] = {}
        self.faults: list[Fault] = []
        self.values: Any = None

    def line(self, path: Path) -> int:
        """The line of this path, or of the nearest value that holds it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def as_text(source: str | bytes) -> str:
    """The file as text; `Unreadable` where it is too large or not UTF-8."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > MOST_BYTES:
        fault = Message(
            "The scheme file has %(found)s bytes; at most %(allowed)s are allowed.",
            found=len(data), allowed=MOST_BYTES,
        )  # fmt: skip
        raise Unreadable([(1, (), fault)])
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        fault = Message(
            "The scheme file must be UTF-8 text; the byte 0x%(found)s is not. Save the file as UTF-8.",
            found=f"{data[error.start]:02x}",
        )
        raise Unreadable([(line, (), fault)]) from None


def read_document(source: str | bytes) -> Document:
    """Read one YAML mapping; `Unreadable` where it is not plain."""
    text = as_text(source)
    document = Document()
    try:
        document.values = _Builder(text, document).build()
    except MarkedYAMLError as error:
        raise Unreadable([_syntax_fault(error)]) from None
    except (YAMLError, ValueError) as error:
        fault = Message("The file is not readable as YAML: %(found)s", found=_first_line(error))
        raise Unreadable([(1, (), fault)]) from None
    return document


def _syntax_fault(error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    words = error.problem or error.context or "unexpected text"
    return ((mark.line + 1 if mark else 1), (), Message("This is not valid YAML: %(found)s.", found=words))


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class _Builder:
    """Builds plain values from the stream of events, in one pass, refusing what is not plain."""

    def __init__(self, text: str, document: Document) -> None:
        self.events: Iterator[Event] = YAML(typ="safe", pure=True).parse(StringIO(text))
        self.document = document
        self.depth = 0

    def build(self) -> dict[str, Any]:
        """The one document of the file, a mapping."""
        next(self.events)  # the start of the stream
        first = next(self.events)
        event = next(self.events) if isinstance(first, DocumentStartEvent) else first
        if not isinstance(event, MappingStartEvent):
            raise self._refusal(event, Message("A scheme file is a list of “key: value” lines; this one is not."))
        values = self._mapping(event, ())
        next(self.events)  # the end of the document
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            raise self._refusal(after, Message("One file holds one scheme; this is a second."))
        return values

    @staticmethod
    def _refusal(event: Event, message: Message) -> Unreadable:
        return Unreadable([(event.start_mark.line + 1, (), message)])

    def _value(self, event: Event, path: Path) -> Any:
        self._refuse_cleverness(event)
        self.document.lines.setdefault(path, event.start_mark.line + 1)
        if isinstance(event, MappingStartEvent):
            return self._mapping(event, path)
        if isinstance(event, SequenceStartEvent):
            return self._sequence(path)
        return _scalar(event) if isinstance(event, ScalarEvent) else None

    def _refuse_cleverness(self, event: Event) -> None:
        if isinstance(event, AliasEvent):
            alias = Message("Aliases (*%(found)s) are not allowed; write the value out.", found=event.anchor)
            raise self._refusal(event, alias)
        tag = str(getattr(event, "tag", None) or "")
        if tag and tag not in PLAIN_TAGS:
            raise self._refusal(event, Message("Tags (%(found)s) are not allowed; write a plain value.", found=tag))
        if isinstance(event, CollectionStartEvent) and self.depth >= DEEPEST:
            deep = Message("The file is nested more than %(allowed)s levels deep.", allowed=DEEPEST)
            raise self._refusal(event, deep)

    def _mapping(self, start: Event, path: Path) -> dict[str, Any]:
        self._refuse_cleverness(start)
        self.depth += 1
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), CollectionEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self._refusal(event, Message("A key must be a plain word."))
            key, line = str(event.value), event.start_mark.line + 1
            if key in values:
                fault = Message("“%(found)s” is written twice; keep one of them.", found=key)
                self.document.faults.append((line, (*path, key), fault))
            self.document.lines[*path, key] = line
            values[key] = self._value(next(self.events), (*path, key))
        self.depth -= 1
        return values

    def _sequence(self, path: Path) -> list[Any]:
        self.depth += 1
        values: list[Any] = []
        while not isinstance(event := next(self.events), CollectionEndEvent):
            values.append(self._value(event, (*path, len(values))))
        self.depth -= 1
        return values


def _scalar(event: ScalarEvent) -> Any:
    """Plain words and figures by YAML 1.2; a decimal is read from its digits, never through a float."""
    text = str(event.value)
    if not event.implicit[0]:
        return text
    if text in NOTHING:
        return None
    if text in TRUTHS:
        return TRUTHS[text]
    if not NUMBER.fullmatch(text):
        return text
    return int(text) if text.lstrip("+-").isdigit() else Decimal(text)
