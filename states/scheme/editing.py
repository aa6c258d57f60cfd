"""Edits of a scheme's text at one place: everything else, comments and order too, stays as it was.

The text is changed at the marks that the YAML parser reports, and read again: an edit that did not do
exactly what it should is refused and changes nothing.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

from states.errors import Message, Refusal
from states.scheme.marks import Marked, Node, mark
from states.scheme.reading import Path, Unreadable
from states.scheme.writing import after_key, entry, fits, inline, pair

Span = tuple[int, int, str]
"""Characters from, to (exclusive), and what stands there instead."""

MEND_FIRST = Message("The text has a mistake in its form. Please mend the text first; nothing was changed.")
UNUSUAL = Message("This place of the text is written in an unusual way. Please change it in the text itself.")
NO_PLACE = Message("This entry is not in the text any more. Please reload the page.")


def values_of(text: str) -> dict[str, Any]:
    """The plain values of a text; refuses (invalid) one with mistakes of form."""
    return _marked(text).values  # type: ignore[no-any-return]


def line_of(text: str, path: Path) -> int:
    """The line (from 1) where a value stands, or what holds it; 1 for a text with mistakes of form."""
    try:
        return mark(text).line(path)
    except Unreadable:
        return 1


def set_value(text: str, path: Path, value: Any) -> str:
    """The text with this value at `path`, a key that is missing being added at the end of its group."""
    return set_values(text, {path: value})


def set_values(text: str, changes: Mapping[Path, Any]) -> str:
    """Several values at once; the paths must not lie within each other."""
    if not changes:
        return text
    marked = _marked(text)
    spans = [_in_place(marked, path, value) for path, value in changes.items() if path in marked.nodes]
    for parent, added in _missing(marked, changes).items():
        spans.append(_added_keys(marked, parent, added))
    expected = copy.deepcopy(marked.values)
    for path, value in changes.items():
        _put(expected, path, value)
    return _checked(marked, spans, expected)


def add_entry(text: str, path: Path, template: Any, key: str | None = None) -> str:
    """The text with one entry more at the end of the list (or, with `key`, of the group) at `path`."""
    marked = _marked(text)
    if key is not None:
        return set_value(text, (*path, key), template)
    node = marked.nodes.get(path)
    if node is None or node.kind != "list" or not node.children:
        return set_value(text, path, [template])
    expected = copy.deepcopy(marked.values)
    _at(expected, path).append(template)
    last = marked.nodes[*path, node.children[-1]]
    if node.flow and _outgrown(marked, path, _at(expected, path)):
        span = _in_place(marked, path, _at(expected, path))
    elif node.flow:
        span = (last.end, last.end, f", {inline(template)}")
    else:
        here = _line_end(marked.text, last.end)
        column = _dash(marked, path, 0) - _line_start(marked.text, _dash(marked, path, 0))
        span = (here, here, f"\n{' ' * column}{entry(template, column)}")
    return _checked(marked, [span], expected)


def remove_entry(text: str, path: Path) -> str:
    """The text without the entry or key at `path`, and without the comment right above it."""
    marked = _marked(text)
    node = _node(marked, path)
    parent = marked.nodes[path[:-1]]
    expected = copy.deepcopy(marked.values)
    del _at(expected, path[:-1])[path[-1]]
    if len(parent.children) == 1 and path[:-1]:
        return set_value(text, path[:-1], _at(expected, path[:-1]))
    if parent.flow:
        spans = _out_of_brackets(marked, path, node)
    elif after := _next_on_dash(marked, path):
        spans = [(node.key[0] if node.key else node.start, after, "")]
    else:
        start, end = _lines_of(marked, path)
        spans = [(start, end + 1, "")] if end < len(marked.text) else [(max(start - 1, 0), end, "")]
    return _checked(marked, spans, expected)


def move_entry(text: str, path: Path, by: int) -> str:
    """The text with the entry of a list (or key of a group) moved by so many places, at most to an end."""
    marked = _marked(text)
    _node(marked, path)
    parent, children = path[:-1], list(marked.nodes[path[:-1]].children)
    here = children.index(path[-1])
    there = min(max(here + by, 0), len(children) - 1)
    order = [*children]
    order.insert(there, order.pop(here))
    bounds = (_flow_span if marked.nodes[parent].flow else _lines_of)
    places = [bounds(marked, (*parent, child)) for child in children]
    pieces = [bounds(marked, (*parent, child)) for child in order]
    spans = [(*place, marked.text[slice(*piece)]) for place, piece in zip(places, pieces, strict=True) if place != piece]
    expected = copy.deepcopy(marked.values)
    _reorder(_at(expected, parent), order)
    return _checked(marked, spans, expected)


# --- the text ------------------------------------------------------------------------------------------------------


def _marked(text: str) -> Marked:
    try:
        marked = mark(text)
    except Unreadable:
        raise Refusal(MEND_FIRST) from None
    if marked.faults:
        raise Refusal(MEND_FIRST)
    return marked


def _checked(marked: Marked, spans: list[Span], expected: Any) -> str:
    """The text with the spans replaced, if it says what was meant and nothing else."""
    text = marked.text
    for start, end, words in sorted(spans, key=lambda span: (span[0], span[1]), reverse=True):
        text = text[:start] + words + text[end:]
    try:
        found = mark(text)
    except Unreadable:
        raise Refusal(UNUSUAL) from None
    if found.faults or not _same(found.values, expected):
        raise Refusal(UNUSUAL)
    return text


def _same(one: Any, other: Any) -> bool:
    """Equal in value and order; `true` is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _in_place(marked: Marked, path: Path, value: Any) -> Span:
    node = marked.nodes[path]
    collection = isinstance(value, (dict, list, tuple))
    blank = "" if node.end > node.start else " "
    if node.inside or (node.kind == "scalar" and not collection):
        return (node.start, node.end, blank + inline(value))
    if node.key is None:
        dash = _dash(marked, path[:-1], int(path[-1]))
        column = dash - _line_start(marked.text, dash)
        return (node.start, node.end, blank + entry(value, column).removeprefix("- "))
    column = node.key[0] - _line_start(marked.text, node.key[0])
    colon = marked.text.index(":", node.key[1])
    return (colon + 1, max(node.end, colon + 1), after_key(value, column))


def _missing(marked: Marked, changes: Mapping[Path, Any]) -> dict[Path, dict[str, Any]]:
    """What is to be added, by the nearest group that is there already."""
    found: dict[Path, dict[str, Any]] = {}
    for path, value in changes.items():
        if path in marked.nodes:
            continue
        known = next(size for size in range(len(path) - 1, -1, -1) if path[:size] in marked.nodes)
        if any(not isinstance(step, str) for step in path[known:]):
            raise Refusal(NO_PLACE)
        _put(found.setdefault(path[:known], {}), path[known:], value)
    return found


def _added_keys(marked: Marked, parent: Path, added: dict[str, Any]) -> Span:
    node = marked.nodes[parent]
    if node.kind != "map" or not node.children:
        if _at(marked.values, parent) not in (None, {}, ""):
            raise Refusal(NO_PLACE)
        return _in_place(marked, parent, added)
    last = marked.nodes[*parent, node.children[-1]]
    whole = {**_at(marked.values, parent), **added}
    if node.flow and _outgrown(marked, parent, whole):
        return _in_place(marked, parent, whole)
    if node.flow:
        return (last.end, last.end, "".join(f", {inline({key: value})[1:-1]}" for key, value in added.items()))
    first = marked.nodes[*parent, node.children[0]].key
    column = first[0] - _line_start(marked.text, first[0]) if first else 0
    here = _line_end(marked.text, last.end)
    return (here, here, "".join(f"\n{' ' * column}{pair(key, value, column)}" for key, value in added.items()))


def _outgrown(marked: Marked, path: Path, value: Any) -> bool:
    """Whether brackets that stood on one line, without comments, would get too long: they become lines."""
    node = marked.nodes[path]
    words = marked.text[node.start : node.end]
    return bool(path) and not node.inside and not fits(value) and "\n" not in words and "#" not in words


def _out_of_brackets(marked: Marked, path: Path, node: Node) -> list[Span]:
    """The entry and one comma beside it; comments between stay."""
    start = node.key[0] if node.key else node.start
    after = re.compile(r"[ \t]*,[ \t]*").match(marked.text, node.end)
    if after:
        return [(start, after.end(), "")]
    siblings = marked.nodes[path[:-1]].children
    before = marked.nodes[*path[:-1], siblings[siblings.index(path[-1]) - 1]]
    comma = marked.text.index(",", before.end)
    if not marked.text[comma + 1 : start].strip():
        return [(comma, node.end, "")]
    return [(comma, comma + 1, ""), (start, node.end, "")]


def _next_on_dash(marked: Marked, path: Path) -> int | None:
    """For the key that stands behind a dash: where the next key starts, which takes its place."""
    node, siblings = marked.nodes[path], marked.nodes[path[:-1]].children
    if node.key is None or siblings[0] != path[-1] or "-" not in marked.text[_line_start(marked.text, node.key[0]) : node.key[0]]:
        return None
    after = marked.nodes[*path[:-1], siblings[1]].key
    return after[0] if after and not marked.text[node.end : after[0]].strip() else None


def _flow_span(marked: Marked, path: Path) -> tuple[int, int]:
    node = marked.nodes[path]
    return (node.key[0] if node.key else node.start, node.end)


def _lines_of(marked: Marked, path: Path) -> tuple[int, int]:
    """From the comment right above an entry of a block to the end of its last line, without the break."""
    node = marked.nodes[path]
    head = node.key[0] if node.key else _dash(marked, path[:-1], int(path[-1]))
    start = _line_start(marked.text, head)
    if marked.text[start:head].strip(" "):
        raise Refusal(UNUSUAL)
    indent = marked.text[start:head]
    while start:
        above = _line_start(marked.text, start - 1)
        if not marked.text[above:start].startswith(f"{indent}#"):
            break
        start = above
    return start, _line_end(marked.text, node.end)


def _dash(marked: Marked, path: Path, place: int) -> int:
    """Where the dash of an entry of a block list stands."""
    node = marked.nodes[path]
    if place == 0:
        return node.start
    text, here = marked.text, marked.nodes[*path, place - 1].end
    stop = marked.nodes[*path, place].start
    while (here := text.find("\n", here, stop + 1)) >= 0:
        here += 1
        line = text[here : _line_end(text, here)]
        if line[: node.column].strip() == "" and line[node.column : node.column + 1] == "-":
            return here + node.column
    raise Refusal(UNUSUAL)


def _line_start(text: str, here: int) -> int:
    return text.rfind("\n", 0, here) + 1


def _line_end(text: str, here: int) -> int:
    found = text.find("\n", here)
    return len(text) if found < 0 else found


# --- the values ----------------------------------------------------------------------------------------------------


def _node(marked: Marked, path: Path) -> Node:
    if not path or path not in marked.nodes:
        raise Refusal(NO_PLACE)
    return marked.nodes[path]


def _at(values: Any, path: Path) -> Any:
    for step in path:
        values = values[step]
    return values


def _put(values: Any, path: Path, value: Any) -> None:
    for step in path[:-1]:
        if isinstance(values, dict) and not isinstance(values.get(step), (dict, list)):
            values[step] = {}
        values = values[step]
    values[path[-1]] = value


def _reorder(values: Any, order: list[str | int]) -> None:
    if isinstance(values, dict):
        kept = {key: values[key] for key in order}
        values.clear()
        values.update(kept)
    else:
        values[:] = [values[int(place)] for place in order]


Edit = Callable[[str], str]
