"""One form out of a draft that may have faults elsewhere, filled as the loader would: for previews."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from states.scheme.checks import at
from states.scheme.forms import DeductionForm, FormSpec, Rated
from states.scheme.questions import MatrixSpec, QuestionSpec, RatingSpec
from states.scheme.scales import Scale

FORM: TypeAdapter[FormSpec] = TypeAdapter(FormSpec)


def form_alone(values: Any, code: str) -> FormSpec | None:
    """The form with its borrowed items and its scale; None while it, or what it needs, has faults."""
    entry = at(values, "forms", code)
    if not isinstance(entry, dict):
        return None
    try:
        form = FORM.validate_python({"code": code, **entry})
        return _filled(form, values)
    except ValidationError:
        return None


def _filled(form: FormSpec, values: Any) -> FormSpec | None:
    if isinstance(form, DeductionForm) and form.items_of:
        other = form_alone(values, form.items_of) if form.items_of != form.code else None
        areas = other.areas if isinstance(other, DeductionForm) and not other.items_of else ()
        form = form.model_copy(update={"areas": areas})
    form = form.model_copy(update={"questions": tuple(_on_its_scale(one, values) for one in form.questions)})
    if isinstance(form, Rated):
        scale = Scale.model_validate(at(values, "scales", form.scale))
        return form.model_copy(update={"levels": scale.levels})
    return None if isinstance(form, DeductionForm) and not form.areas else form


def _on_its_scale(one: QuestionSpec, values: Any) -> QuestionSpec:
    if isinstance(one, RatingSpec | MatrixSpec) and one.scale:
        levels = Scale.model_validate(at(values, "scales", one.scale)).levels
        return one.model_copy(update={"levels": levels})
    return one
