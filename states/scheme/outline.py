"""The model of a scheme file as an editor sees it: what fields a place has, of what shape, and which it needs.

Read from the model itself, so a field that the model gains is a field of the editor.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from states.scheme.base import Text
from states.scheme.checks import at
from states.scheme.model import Scheme
from states.scheme.reading import Path

Kind = Literal["text", "words", "number", "truth", "choice", "number_or", "model", "list", "map"]
KEYED = frozenset({"forms", "cycle_kinds"})
"""Sections whose entries have their key as their code."""
HIDDEN = {
    ("Scheme", "version"), ("RatingCard", "levels"), ("Questionnaire", "levels"), ("RatingSpec", "levels"),
    ("MatrixSpec", "levels"),
}  # fmt: skip
"""What the product fills in by itself."""


@dataclass(frozen=True)
class Shape:
    """What may stand at a place: a plain value, a group of fields (`models` by kind), a list, a map."""

    kind: Kind
    choices: tuple[str, ...] = ()
    models: tuple[type[BaseModel], ...] = ()
    inner: Shape | None = None

    @property
    def is_group(self) -> bool:
        """Whether it has fields or entries of its own; a title in two languages counts as plain."""
        return self.kind in {"model", "map"} or (self.kind == "list" and self.inner is not None and self.inner.is_group)

    @property
    def is_typed(self) -> bool:
        """Whether one field of a page holds all of it: a plain value, or a list of plain values."""
        inner = self.inner.kind if self.inner else ""
        return not self.is_group and self.kind != "text" and inner != "text"

    def model_for(self, value: Any) -> type[BaseModel] | None:
        """The model of a value: of several, the one that its `kind` names, else the first."""
        wanted = at(value, "kind")
        named = (one for one in self.models if wanted in kinds_of(one))
        return next(named, self.models[0] if self.models else None)


@dataclass(frozen=True)
class Field:
    """A field of a model: its shape, whether the file must have it, and what holds where it has not."""

    name: str
    model: str
    shape: Shape
    required: bool
    default: Any = None

    @property
    def is_open(self) -> bool:
        """Whether it is yes, no, or left to what stands around it."""
        return self.shape.kind == "truth" and not self.required and self.default is None


@cache
def fields_of(model: type[BaseModel]) -> tuple[Field, ...]:
    """The fields that a person edits, in the model's order."""
    found = []
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        shape = shape_of(annotation)
        if (model.__name__, name) in HIDDEN or (name == "kind" and len(shape.choices) == 1):
            continue
        default = None if info.default is PydanticUndefined else info.default
        found.append(Field(info.alias or name, model.__name__, shape, info.is_required(), default))
    return tuple(found)


def kinds_of(model: type[BaseModel]) -> tuple[str, ...]:
    """The words that `kind` may have where they choose this model among several."""
    info = model.model_fields.get("kind")
    return get_args(info.annotation) if info else ()


@cache
def shape_of(annotation: Any) -> Shape:
    """The shape of a type annotation of the model."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(inside[0])
    if origin in {Union, types.UnionType}:
        return _union(tuple(one for one in inside if one is not type(None)))
    if origin is Literal:
        return Shape("choice", choices=tuple(map(str, inside)))
    if origin is tuple:
        return Shape("list", inner=shape_of(inside[0]))
    if origin is dict:
        return Shape("map", inner=shape_of(inside[1]))
    return _plain(annotation)


def _union(members: tuple[Any, ...]) -> Shape:
    shapes = [shape_of(one) for one in members]
    if len(shapes) == 1:
        return shapes[0]
    if all(shape.kind == "model" for shape in shapes):
        return Shape("model", models=tuple(model for shape in shapes for model in shape.models))
    words = tuple(choice for shape in shapes for choice in shape.choices)
    return Shape("number_or", choices=words) if any(shape.kind == "number" for shape in shapes) else Shape("words")


def _plain(annotation: Any) -> Shape:
    if annotation is Text:
        return Shape("text")
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return Shape("model", models=(annotation,))
    if annotation is bool:
        return Shape("truth")
    return Shape("number") if annotation in {int, Decimal} else Shape("words")


def field_at(values: Any, path: Path) -> Field | None:
    """The field that a path leads to, or None where the model has no such place.

    An entry of a list is a field of the list's name; `title.zh` is a field of words.
    """
    found: Field | None = None
    shape: Shape | None = Shape("model", models=(Scheme,))
    for place, step in enumerate(path):
        if shape is None:
            return None
        if shape.kind == "text" and step in {"zh", "en"}:
            found = Field(str(step), "Text", Shape("words"), required=True)
        elif shape.kind == "model":
            model = shape.model_for(at(values, *path[:place]))
            found = next((one for one in fields_of(model) if one.name == step), None) if model else None
        elif found is not None and shape.inner is not None:
            found = Field(found.name, found.model, shape.inner, required=True)
        else:
            found = None
        shape = found.shape if found else None
    return found
