"""Pydantic's errors in words for the author of a scheme file: found, and allowed instead."""

from __future__ import annotations

import types
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from states.errors import N_, Message
from states.scheme.model import Scheme
from states.scheme.values import at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from states.scheme.reading import Path

FORM_KINDS = "'deduction', 'kpi_table', 'rating_card', 'questionnaire', 'test', 'text'"
NUMBER, WHOLE, TRUTH = Message("a number"), Message("a whole number"), Message("true or false")
GROUP, LIST, TEXT, NOTHING = (
    Message("a group of “key: value” lines"),
    Message("a list"),
    Message("text"),
    Message("nothing"),
)
PLAIN = (
    dict.fromkeys(("number", "decimal_type", "decimal_parsing", "finite_number"), NUMBER)
    | dict.fromkeys(("int_type", "int_parsing", "int_from_float"), WHOLE)
    | dict.fromkeys(("bool_type", "bool_parsing"), TRUTH)
    | dict.fromkeys(("model_type", "dict_type", "model_attributes_type"), GROUP)
    | dict.fromkeys(("list_type", "tuple_type"), LIST)
    | {"string_type": TEXT}
)
BOUNDS = {
    "greater_than": ("gt", N_("more than %(limit)s")),
    "greater_than_equal": ("ge", N_("at least %(limit)s")),
    "less_than": ("lt", N_("less than %(limit)s")),
    "less_than_equal": ("le", N_("at most %(limit)s")),
    "too_short": ("min_length", N_("at least %(limit)s of them")),
    "too_long": ("max_length", N_("at most %(limit)s of them")),
    "string_too_short": ("min_length", N_("at least %(limit)s characters")),
    "string_too_long": ("max_length", N_("at most %(limit)s characters")),
    "decimal_max_digits": ("max_digits", N_("at most %(limit)s digits")),
    "decimal_max_places": ("decimal_places", N_("at most %(limit)s digits after the point")),
}
"""Kind of error → where pydantic tells the limit, and how to say it."""


def explain_error(values: Any, error: ErrorDetails) -> tuple[Path, Message]:
    """The path within the file and a message that names what was found and what is allowed."""
    path = path_of(values, error["loc"])
    key = ".".join(str(step) for step in path) or "scheme"
    kind, context = error["type"], error.get("ctx", {})
    if kind.startswith("union_tag"):
        found = error["input"].get("kind") if isinstance(error["input"], dict) else error["input"]
        return (*path, "kind"), Message(
            "“%(key)s” is %(found)s; allowed: %(allowed)s.",
            key=f"{key}.kind", found=shorten(found), allowed=context.get("expected_tags", FORM_KINDS),
        )  # fmt: skip
    if kind == "missing":
        return path, Message("“%(key)s” is missing.", key=key)
    if kind == "extra_forbidden":
        return path, Message(
            "“%(key)s” is not known here; allowed: %(allowed)s.",
            key=key, allowed=", ".join(known_keys(values, path[:-1])),
        )  # fmt: skip
    return path, Message(
        "“%(key)s” is %(found)s; allowed: %(allowed)s.",
        key=key, found=shorten(error["input"]), allowed=_allowed(kind, context, error["msg"]),
    )  # fmt: skip


def is_echo(error: ErrorDetails) -> bool:
    """Whether a list is called too short only because pydantic does not count its faulty entries."""
    found, least = error["input"], error.get("ctx", {}).get("min_length")
    return error["type"] == "too_short" and isinstance(found, list) and isinstance(least, int) and len(found) >= least


def _allowed(kind: str, context: dict[str, Any], words: str) -> Message | str:
    where, sentence = BOUNDS.get(kind, ("", ""))
    if where in context:
        return Message(sentence, limit=context[where])
    if kind == "literal_error":
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        return Message("text of the shape %(pattern)s", pattern=context["pattern"])
    return PLAIN.get(kind, words.removeprefix("Input should be "))


def shorten(found: Any) -> Message | str:
    """What was found, at most 60 characters of it."""
    if found is None or found == "":
        return NOTHING
    if isinstance(found, dict):
        return GROUP
    words = str(found)
    return words if len(words) <= 60 else words[:57] + "…"


def path_of(values: Any, steps: tuple[str | int, ...]) -> Path:
    """Pydantic's location without the names of union members that it puts in between."""
    path: list[str | int] = []
    here = values
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        inside = at(here, step)
        if inside is None and not _holds(here, step) and (not last or _is_tag(here, step)):
            continue
        here = inside
        path.append(step)
    return tuple(path)


def _holds(here: Any, step: str | int) -> bool:
    return isinstance(here, dict) and step in here


def _is_tag(here: Any, step: str | int) -> bool:
    return not isinstance(here, dict) or here.get("kind") == step


def known_keys(values: Any, path: Path) -> list[str]:
    """The keys that the model knows at this path."""
    kind: Any = Scheme
    here = values
    for step in path:
        here = at(here, step)
        kind = _step(kind, step, here)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return []
    return sorted(info.alias or name for name, info in kind.model_fields.items())


def _step(kind: Any, step: str | int, here: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = next((info for name, info in kind.model_fields.items() if (info.alias or name) == step), None)
        kind = field.annotation if field else None
    else:
        kind = next(iter(get_args(kind)[1:] if get_origin(kind) is dict else get_args(kind)), None)
    return _member(kind, here)


def _member(kind: Any, here: Any) -> Any:
    """Of a union, the model that the value's `kind` names, else the first model."""
    if get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) not in {Union, types.UnionType}:
        return kind
    members = [m for m in get_args(kind) if isinstance(m, type) and issubclass(m, BaseModel)]
    wanted = here.get("kind") if isinstance(here, dict) else None
    for member in members:
        field = member.model_fields.get("kind")
        if field and get_origin(field.annotation) is Literal and wanted in get_args(field.annotation):
            return member
    return members[0] if members else kind
