"""One press of a button in the editor: add, copy, remove, move an entry, or begin an optional group."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from states.errors import Message, Refusal
from states.scheme.checks import at
from states.scheme.editing import NO_PLACE, add_entry, move_entry, remove_entry, set_value, values_of
from states.scheme.inputs import path_from
from states.scheme.options import options
from states.scheme.outline import field_at
from states.scheme.reading import Path
from states.scheme.starters import free_key, starter, starting_group

NOTHING_LEFT = Message("Everything that could be chosen here is there already.")
MOVES = {"up": -1, "down": 1}


class Step(NamedTuple):
    """What was pressed: `key` and `kind` come from the fields beside an add button."""

    verb: str
    name: str
    key: str = ""
    kind: str = ""


def step_from(pressed: str) -> Step | None:
    """The step that a button's value names, such as `up f/distribution/bands/1`; None for any other button."""
    verb, _, name = pressed.partition(" ")
    return Step(verb, name) if verb in VERBS and name else None


def take(text: str, step: Step) -> tuple[str, Path]:
    """The text after the step, and the place to look at then. Refuses (invalid) what the text does not allow."""
    values = values_of(text)
    path = path_from(step.name, values)
    if not path or field_at(values, path) is None:
        raise Refusal(NO_PLACE)
    return VERBS[step.verb](text, values, path, step)


def _add(text: str, values: Any, path: Path, step: Step) -> tuple[str, Path]:
    field = field_at(values, path)
    template = starter(values, path, step.kind or None)
    if field is None or template is None:
        raise Refusal(NO_PLACE)
    if field.shape.kind != "map":
        here = at(values, *path)
        place = len(here) if isinstance(here, list) else 0
        return add_entry(text, path, template), (*path, place)
    key = _key(values, path, step)
    if isinstance(template, dict) and "record_kind" in template:
        template["record_kind"] = key
    return add_entry(text, path, template, key), (*path, key)


def _key(values: Any, path: Path, step: Step) -> str:
    wanted, here = step.key.strip(), at(values, *path)
    taken = here if isinstance(here, dict) else {}
    field = field_at(values, path)
    known = options(field, values, path) if field else None
    if known is not None:  # only what the file has elsewhere can stand here
        free = [code for code, _title in known if code not in taken]
        if not free:
            raise Refusal(NOTHING_LEFT)
        return wanted if wanted in free else free[0]
    if wanted in taken:
        raise Refusal(Message("“%(code)s” is there already. Choose another code.", code=wanted))
    return free_key(values, path, wanted)


def _copy(text: str, values: Any, path: Path, step: Step) -> tuple[str, Path]:
    parent, key = path[:-1], str(path[-1])
    new = free_key(values, parent, step.key or f"{key}_copy")
    template = copy.deepcopy(at(values, *path))
    return move_after(add_entry(text, parent, template, new), parent, key, new), (*parent, new)


def move_after(text: str, parent: Path, key: str, new: str) -> str:
    """The text with the last key of a group moved to right behind another."""
    keys = list(at(values_of(text), *parent))
    return move_entry(text, (*parent, new), keys.index(key) + 1 - keys.index(new))


def _remove(text: str, _values: Any, path: Path, _step: Step) -> tuple[str, Path]:
    return remove_entry(text, path), path[:-1]


def _move(text: str, values: Any, path: Path, step: Step) -> tuple[str, Path]:
    by, last = MOVES[step.verb], path[-1]
    moved = move_entry(text, path, by)
    if isinstance(last, int):
        last = min(max(last + by, 0), len(at(values, *path[:-1])) - 1)
    return moved, (*path[:-1], last)


def _begin(text: str, values: Any, path: Path, _step: Step) -> tuple[str, Path]:
    return set_value(text, path, starting_group(values, path)), path


VERBS = {"add": _add, "copy": _copy, "remove": _remove, "up": _move, "down": _move, "begin": _begin}
