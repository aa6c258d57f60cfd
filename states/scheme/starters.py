"""What a new entry of a scheme file starts with: small, sound where it can be, and easy to find and fill in."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from string import ascii_uppercase
from typing import Any

from states.scheme.checks import at, entries
from states.scheme.options import SCORED, options
from states.scheme.outline import Field, Shape, field_at, fields_of
from states.scheme.reading import Path

UNTITLED = {"zh": "", "en": ""}
"""A fault until somebody writes it: nothing without a title is published by oversight."""
START: dict[tuple[str, str], Any] = {
    ("DeductionItem", "points"): 5, ("Clause", "points"): 1, ("KpiRow", "weight"): 5, ("TestSection", "points"): 50,
    ("ScoredTest", "pass_mark"): 60, ("StageSpec", "days"): 5, ("Band", "share"): 0, ("ScorePart", "weight"): 100,
    ("CompositionPart", "weight"): 0, ("Threshold", "points"): 1, ("Threshold", "at_least"): Decimal("0.5"),
    ("CycleKind", "period"): "month", ("CycleKind", "parts"): [{"stage": "stage_1", "weight": 100}],
    ("Scale", "levels"): [{"value": 2, "title": UNTITLED}, {"value": 1, "title": UNTITLED}],
    ("Thresholds", "otherwise"): 2, **{
        (model, "options"): [{"code": "option_1", "title": UNTITLED}, {"code": "option_2", "title": UNTITLED}]
        for model in ("SingleChoiceSpec", "MultipleChoiceSpec")
    }, ("ActionSpec", "when"): {"top_percent": 10}, ("StageSpec", "actor"): "manager",
}  # fmt: skip
OPTIONAL_YET_NEEDED = {
    ("Threshold", "at_least"), ("DeductionForm", "areas"), ("TextForm", "texts"), ("ScorePart", "stage"), ("CycleKind", "parts"),
    ("RatingCard", "items"), ("Questionnaire", "items"),
}  # fmt: skip
PREFIX = {
    "Area": "area", "DeductionItem": "item", "Clause": "clause", "RatedItem": "item", "TextSpec": "text", "KpiView": "view",
    "KpiRow": "kpi", "TestSection": "section", "StageSpec": "stage", "ActionSpec": "action", "CompositionPart": "part",
    "Pool": "pool", "Population": "population", "Rung": "rung", "Rule": "rule", "Gate": "gate", "Role": "role", "Option": "option",
    "RatingSpec": "rating", "MatrixSpec": "table", "RecommendationSpec": "recommendation", "SingleChoiceSpec": "choice",
    "MultipleChoiceSpec": "choices", "YesNoSpec": "yes_no", "NumberSpec": "figure", "DateSpec": "day", "ShortTextSpec": "words",
    "LongTextSpec": "words", "FileSpec": "file",
}  # fmt: skip


def starter(values: Any, path: Path, kind: str | None = None) -> Any:
    """A new entry for the list or map at `path`; `kind` chooses among the models of a form."""
    field = field_at(values, path)
    if field is None or field.shape.inner is None:
        return None
    made = _value(field, field.shape.inner, values, path, kind)
    if path == ("cycle_kinds",):
        _with_form(made["stages"][0], values)
    elif path[:1] == ("cycle_kinds",) and path[-1] == "stages":
        _with_form(made, values)
    return made


def _with_form(stage: dict[str, Any], values: Any) -> None:
    """A new stage is filled in by the first form that makes a score: without one nobody could finish it."""
    scored = [str(code) for code, form in entries(values, "forms") if at(form, "kind") in SCORED - {"test"}]
    if scored:
        stage["forms"] = [{"form": scored[0]}]


def starting_group(values: Any, path: Path) -> Any:
    """What an optional group of fields starts with, such as the rulebook of a scheme that has none."""
    field = field_at(values, path)
    return None if field is None else _value(field, field.shape, values, path)


def free_key(values: Any, path: Path, wanted: str = "") -> str:
    """A key that the map at `path` does not have yet: the one wanted, or a numbered one."""
    taken = {str(key) for key, _ in entries(values, *path)}
    word = re.sub(r"[^a-z0-9_]+", "_", wanted.strip().lower()).strip("_")[:40]
    if word and word not in taken and word[0].isalpha():
        return word
    stem = {"cycle_kinds": "kind", "job_descriptions": "post"}.get(str(path[-1]), str(path[-1]).rstrip("s"))
    return next(f"{stem}_{number}" for number in range(1, 10_000) if f"{stem}_{number}" not in taken)


def _value(field: Field, shape: Shape, values: Any, path: Path, kind: str | None = None) -> Any:
    start = START.get((field.model, field.name))
    if start is not None and path[-1] == field.name and field.shape == shape:
        return copy.deepcopy(start)
    if shape.kind == "text":
        return dict(UNTITLED)
    if shape.kind == "model":
        return _group(shape, values, path, kind)
    if shape.kind == "list" and shape.inner:
        return [_value(field, shape.inner, values, (*path, 0))]
    if shape.kind == "map":
        return {}
    return _plain(field, shape, values, path)


def _plain(field: Field, shape: Shape, values: Any, path: Path) -> Any:
    known = options(field, values, path)
    if known:
        return known[0][0]
    if shape.kind == "truth":
        return False
    if shape.kind == "choice":
        return shape.choices[0]
    return 1 if shape.kind in {"number", "number_or"} else "new"


def _group(shape: Shape, values: Any, path: Path, kind: str | None) -> dict[str, Any]:
    model = shape.model_for({"kind": kind})
    if model is None:
        return {}
    found: dict[str, Any] = {"kind": kind} if kind and "kind" in model.model_fields else {}
    for field in fields_of(model):
        if field.name == "code" and (not path or path[-1] in {"forms", "cycle_kinds"}):
            continue
        if field.name in {"code", "kind"} and field.shape.kind == "words":
            found[field.name] = _code(model.__name__, values, path)
        elif field.name == "value" and model.__name__ == "Level":
            found[field.name] = _level(values, path)
        elif field.required or (field.model, field.name) in OPTIONAL_YET_NEEDED:
            found[field.name] = _value(field, field.shape, values, (*path, field.name))
    return found


def _code(model: str, values: Any, path: Path) -> str:
    """A code of its own: within a form no two entries share one."""
    taken = _codes(at(values, *path[:2]) if path[:1] == ("forms",) else at(values, *path))
    if model == "Band":
        return next((letter for letter in ascii_uppercase if letter not in taken), "Z")
    stem = PREFIX.get(model, "entry")
    return next(f"{stem}_{number}" for number in range(1, 10_000) if f"{stem}_{number}" not in taken)


def _codes(value: Any) -> set[str]:
    found = {str(at(value, key)) for key in ("code", "kind") if at(value, key)}
    for _, entry in entries(value):
        found |= _codes(entry)
    return found


def _level(values: Any, path: Path) -> int:
    taken = {at(entry, "value") for _, entry in entries(values, *path)}
    return next(number for number in range(1, 101) if number not in taken or number == 100)
