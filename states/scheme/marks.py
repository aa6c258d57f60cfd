"""Where every value of a scheme's text stands: what an editor needs to change one and leave the rest alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, Event, MappingStartEvent, ScalarEvent

from states.scheme.reading import Document, Path, Unreadable, _Builder, _syntax_fault, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Node:
    """One value: its span in the text (`end` exclusive), its key's span, and how it is written.

    `flow`: a collection in brackets. `inside`: it stands within brackets, whatever it is itself.
    """

    start: int
    end: int
    kind: str = "scalar"
    flow: bool = False
    inside: bool = False
    column: int = 0
    key: tuple[int, int] | None = None
    children: list[str | int] = field(default_factory=list)


class Marked(Document):
    """Plain values, their lines, and the spans of all of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.nodes: dict[Path, Node] = {}


class _Marker(_Builder):
    """Reads as the loader does, and remembers the marks of each event on the way."""

    def __init__(self, text: str, document: Marked) -> None:
        super().__init__(text, document)
        self.text, self.marked = text, document
        self.seen: list[Event | None] = [None, None]
        self.scalar_start = self.content_end = 0
        self.brackets = 0
        self.events = self._watched(self.events)

    def _watched(self, events: Iterator[Event]) -> Iterator[Event]:
        for event in events:
            self.seen = [self.seen[1], event]
            if isinstance(event, ScalarEvent):
                self.scalar_start, self.content_end = self._span_of(event)
            elif isinstance(event, CollectionEndEvent) and event.end_mark.index > event.start_mark.index:
                self.content_end = event.end_mark.index
            yield event

    def _span_of(self, event: ScalarEvent) -> tuple[int, int]:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        if event.style in {"|", ">"}:  # it is said to end where the next token starts
            return start, start + len(self.text[start:end].rstrip())
        if start == end:  # nothing was written: it is said to stand at the next token, too
            start = end = self._after_sign(start)
        return start, end

    def _after_sign(self, start: int) -> int:
        """Right behind the colon or the dash that has nothing behind it."""
        before = self.text[self.content_end : start]
        signs = [place for sign in ":-" if (place := before.find(sign)) >= 0]
        return self.content_end + min(signs) + 1 if signs else start

    def build(self) -> dict[str, Any]:
        values = super().build()
        starts = [node for path, node in self.marked.nodes.items() if len(path) == 1]
        first = starts[0].key if starts else None
        flow = self.text.lstrip().startswith("{")
        start = first[0] if first and not flow else self.text.find("{")
        column = start - (self.text.rfind("\n", 0, start) + 1)
        keys: list[str | int] = list(values)
        self.marked.nodes[()] = Node(start, self.content_end, "map", flow, inside=False, column=column, children=keys)
        return values

    def _value(self, event: Event, path: Path) -> Any:
        before = self.seen[0]
        key = (before.start_mark.index, before.end_mark.index) if before and isinstance(path[-1], str) else None
        node = Node(event.start_mark.index, 0, inside=self.brackets > 0, column=event.start_mark.column, key=key)
        if isinstance(event, CollectionStartEvent):
            node.kind = "map" if isinstance(event, MappingStartEvent) else "list"
            node.flow = bool(event.flow_style)
        self.marked.nodes[path] = node
        self.brackets += node.flow
        if isinstance(event, ScalarEvent):
            node.start = self.scalar_start
        value = super()._value(event, path)
        self.brackets -= node.flow
        node.end = self.content_end
        node.children = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
        return value


@lru_cache(maxsize=16)
def mark(source: str) -> Marked:
    """The text with the span of every value; `Unreadable` where it is not plain YAML. Treat it as frozen."""
    text = as_text(source)
    marked = Marked(text)
    try:
        marked.values = _Marker(text, marked).build()
    except MarkedYAMLError as error:
        raise Unreadable([_syntax_fault(error)]) from None
    except (YAMLError, ValueError):
        raise Unreadable([]) from None
    return marked
