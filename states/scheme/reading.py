"""YAML text → plain values with the line of every one of them; nothing clever gets through.

Aliases, tags, several documents, duplicate keys and deep nesting are refused, so a scheme file can
never be more than the plain text it shows (and never an alias bomb).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
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
)
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from states.errors import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 1_000_000
DEEPEST = 40
PLAIN_TAGS = "tag:yaml.org,2002:"

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
    """Read one YAML mapping; `Unreadable` with every fault found where it is not plain."""
    text = as_text(source)
    try:
        _refuse_cleverness(text)
        node = YAML(typ="safe", pure=True).compose(StringIO(text))
    except MarkedYAMLError as error:
        raise Unreadable([_syntax_fault(error)]) from None
    except (YAMLError, ValueError) as error:
        fault = Message("The file is not readable as YAML: %(found)s", found=_first_line(error))
        raise Unreadable([(1, (), fault)]) from None
    document = Document()
    if not isinstance(node, MappingNode):
        fault = Message("A scheme file is a list of “key: value” lines; this one is not.")
        raise Unreadable([(1, (), fault)])
    document.values = _value(node, (), document)
    return document


def _syntax_fault(error: MarkedYAMLError) -> Fault:
    mark = error.problem_mark or error.context_mark
    words = error.problem or error.context or "unexpected text"
    return ((mark.line + 1 if mark else 1), (), Message("This is not valid YAML: %(found)s.", found=words))  # fmt: skip


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _refuse_cleverness(text: str) -> None:
    """Look at the stream of events before anything is built from it."""
    depth = documents = 0
    for event in YAML(typ="safe", pure=True).parse(StringIO(text)):
        line = event.start_mark.line + 1
        if isinstance(event, AliasEvent):
            raise Unreadable([(line, (), Message(
                "Aliases (*%(found)s) are not allowed; write the value out.", found=event.anchor,
            ))])  # fmt: skip
        if isinstance(event, DocumentStartEvent):
            documents += 1
        if documents > 1:
            raise Unreadable([(line, (), Message("One file holds one scheme; this is a second."))])
        if tag := _tag(event):
            raise Unreadable([(line, (), Message(
                "Tags (%(found)s) are not allowed; write a plain value.", found=tag,
            ))])  # fmt: skip
        depth += isinstance(event, CollectionStartEvent)
        depth -= isinstance(event, CollectionEndEvent)
        if depth > DEEPEST:
            raise Unreadable([(line, (), Message(
                "The file is nested %(found)s levels deep; at most %(allowed)s are allowed.",
                found=depth, allowed=DEEPEST,
            ))])  # fmt: skip


def _tag(event: Event) -> str:
    """The explicit tag of an event, "" where it has none or a plain one."""
    tag = str(getattr(event, "tag", None) or "")
    return "" if tag.startswith(PLAIN_TAGS) else tag


def _value(node: Node, path: Path, document: Document) -> Any:
    document.lines[path] = node.start_mark.line + 1
    if isinstance(node, MappingNode):
        return dict(_pairs(node, path, document))
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, place), document) for place, item in enumerate(node.value)]
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _pairs(node: MappingNode, path: Path, document: Document) -> Iterator[tuple[str, Any]]:
    seen: set[str] = set()
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, ScalarNode):
            fault = Message("A key must be a plain word.")
            document.faults.append((line, path, fault))
            continue
        key = str(key_node.value)
        if key in seen:
            fault = Message("“%(found)s” is written twice; keep one of them.", found=key)
            document.faults.append((line, (*path, key), fault))
        seen.add(key)
        value = _value(value_node, (*path, key), document)
        document.lines[*path, key] = line
        yield key, value


def _scalar(node: ScalarNode) -> Any:
    """Numbers stay exact: a decimal is read from its digits, never through a float."""
    kind, text = str(node.tag).removeprefix(PLAIN_TAGS), str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in {"int", "float"}:
        return _number(text)
    return text


def _number(text: str) -> int | Decimal | str:
    plain = text.replace("_", "")
    if len(plain) > 30:
        return text
    try:
        return int(plain)
    except ValueError:
        pass
    try:
        return Decimal(plain)
    except InvalidOperation:
        return text
