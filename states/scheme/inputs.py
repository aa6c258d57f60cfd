"""Between the values of a scheme file and the words that a person sees and types into an editor's fields."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from states.errors import Message, Refusal
from states.scheme.checks import at
from states.scheme.editing import remove_entry, set_values, values_of
from states.scheme.outline import Field, field_at
from states.scheme.reading import NUMBER, Path

PREFIX = "f"
GONE = object()
"""The meaning of a field that was emptied and need not be in the file."""
LANGUAGES = ("zh", "en")
BETWEEN = re.compile(r"[,，、;；\n]+")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TRUTHS = {"true": True, "false": False}
REST = {"rest": "rest", "the rest": "rest", "其余": "rest"}
ELSEWHERE = Message(
    "The text and the fields were changed at the same time and do not fit each other any more. "
    "The text stands as you typed it; please make the change of the fields once more."
)


def pointer(path: Path) -> str:
    """The name of the field at a path."""
    return "/".join([PREFIX, *(str(step).replace("~", "~0").replace("/", "~1") for step in path)])


def path_from(name: str, values: Any) -> Path:
    """The path that a field's name leads to in these values; an empty one for a name of another kind."""
    head, *steps = name.split("/")
    path: list[str | int] = []
    for step in steps if head == PREFIX else []:
        here = at(values, *path)
        word = step.replace("~1", "/").replace("~0", "~")
        path.append(int(word) if isinstance(here, list) and word.isdecimal() and word.isascii() else word)
    return tuple(path)


def shown(field: Field, raw: Any) -> tuple[str, ...]:
    """What a field shows: one word, or for a list every entry. What the file leaves out shows its default."""
    value = field.default if raw is None else raw
    if field.shape.kind == "list":
        return tuple(_word(one) for one in value) if isinstance(value, (list, tuple)) else ()
    return (_word(value),)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, (dict, list, tuple)):
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def meant(field: Field, typed: Sequence[str]) -> Any:
    """The value that was typed, `GONE` for nothing. What is no number stays words: the checks say so."""
    words = [CONTROL.sub("", word.replace("\r\n", "\n")).strip() for word in typed]
    if field.shape.kind == "list":
        found = [part for word in words for part in _apart(field, word)]
        return found or ([] if field.required or field.default else GONE)
    word = words[-1] if words else ""
    if field.shape.kind == "truth":
        return _TRUTHS.get(word, GONE) if field.is_open else word == "true"
    if not word:
        return "" if field.required else GONE
    return _number(word) if field.shape.kind in {"number", "number_or"} else word


def _apart(field: Field, word: str) -> list[str]:
    inner = field.shape.inner
    several = inner is not None and inner.kind == "words"
    return [part.strip() for part in BETWEEN.split(word) if part.strip()] if several else [word] if word else []


def _number(word: str) -> Any:
    plain = unicodedata.normalize("NFKC", word).removesuffix("%").strip()
    if plain.lower() in REST:
        return REST[plain.lower()]
    if not NUMBER.fullmatch(plain):
        return word
    return int(plain) if plain.lstrip("+-").isdigit() else Decimal(plain)


def changes(values: Any, typed: Mapping[str, Sequence[str]]) -> dict[Path, Any]:
    """What was typed into fields that showed these values, where it says something else."""
    found: dict[Path, Any] = {}
    for name, words in typed.items():
        path = path_from(name, values)
        field = field_at(values, path) if path else None
        if field is None or not field.shape.is_typed:
            continue
        value, before = meant(field, words), shown(field, at(values, *path))
        if _said(field, value) != before:
            found[path] = value
    return found


def _said(field: Field, value: Any) -> tuple[str, ...]:
    if value is GONE:
        return () if field.shape.kind == "list" else ("",)
    return shown(field, value)


def apply_changes(text: str, seen: str, typed: Mapping[str, Sequence[str]]) -> str:
    """The text with what was typed into the fields. The fields showed `seen`, an older state of the text or the same.

    Refuses (invalid) a text with mistakes of form, and fields whose place in the text is another by now.
    """
    before = values_of(seen)
    wanted = changes(before, typed)
    if not wanted:
        return text
    now = values_of(text)
    wanted = {path: value for path, value in wanted.items() if _differs(now, path, value)}
    if text != seen and not all(_same_place(before, now, path) for path in wanted):
        raise Refusal(ELSEWHERE)
    wanted = _without_empty_titles(now, wanted)
    kept = {path: value for path, value in wanted.items() if value is not GONE}
    text = set_values(text, kept)
    for path, value in wanted.items():
        if value is GONE and at(values_of(text), *path) is not None:
            text = remove_entry(text, path)
    return text


def _differs(now: Any, path: Path, value: Any) -> bool:
    field = field_at(now, path)
    return field is None or _said(field, value) != shown(field, at(now, *path))


def _same_place(before: Any, now: Any, path: Path) -> bool:
    """Whether every entry on the way is still the one that the field showed."""
    for size, step in enumerate(path):
        if isinstance(step, int) and _identity(at(before, *path[: size + 1])) != _identity(at(now, *path[: size + 1])):
            return False
    return field_at(now, path) is not None


def _identity(entry: Any) -> Any:
    return next((at(entry, key) for key in ("code", "kind", "form", "stage", "value") if at(entry, key)), None)


def _without_empty_titles(values: Any, wanted: dict[Path, Any]) -> dict[Path, Any]:
    """A title emptied in both languages goes as a whole where the file may do without."""
    found = dict(wanted)
    for parent in {path[:-1] for path in wanted if path[-1] in LANGUAGES}:
        field = field_at(values, parent)
        words = [wanted.get((*parent, code), at(values, *parent, code)) for code in LANGUAGES]
        if field is not None and field.shape.kind == "text" and not field.required and not any(words):
            for code in LANGUAGES:
                found.pop((*parent, code), None)
            found[parent] = GONE
    return found
