"""What a scheme file leaves to be looked up: scales of cards, items of a self review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from states.scheme.forms import DeductionForm, FormSpec, Rated
from states.scheme.questions import MatrixSpec, RatingSpec

if TYPE_CHECKING:
    from states.scheme.model import Scheme
    from states.scheme.questions import QuestionSpec


def fill(scheme: Scheme) -> Scheme:
    """The same scheme with `items_of` and the levels of every scale resolved."""
    forms = {code: _filled(form, scheme) for code, form in scheme.forms.items()}
    return scheme.model_copy(update={"forms": forms})


def _filled(form: FormSpec, scheme: Scheme) -> FormSpec:
    found: dict[str, Any] = {"questions": tuple(_on_its_scale(one, scheme) for one in form.questions)}
    if isinstance(form, DeductionForm) and form.items_of:
        other = scheme.forms[form.items_of]
        found["areas"] = other.areas if isinstance(other, DeductionForm) else ()
    if isinstance(form, Rated):
        found["levels"] = scheme.scales[form.scale].levels
    return form.model_copy(update=found)


def _on_its_scale(one: QuestionSpec, scheme: Scheme) -> QuestionSpec:
    if isinstance(one, RatingSpec | MatrixSpec) and one.scale:
        return one.model_copy(update={"levels": scheme.scales[one.scale].levels})
    return one
