"""What a scheme file leaves to be looked up: scales of cards, items of a self review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.scheme.forms import DeductionForm, FormSpec, Rated

if TYPE_CHECKING:
    from states.scheme.model import Scheme


def fill(scheme: Scheme) -> Scheme:
    """The same scheme with `items_of` and the levels of every scale resolved."""
    forms = {code: _filled(form, scheme) for code, form in scheme.forms.items()}
    return scheme.model_copy(update={"forms": forms})


def _filled(form: FormSpec, scheme: Scheme) -> FormSpec:
    if isinstance(form, DeductionForm) and form.items_of:
        other = scheme.forms[form.items_of]
        areas = other.areas if isinstance(other, DeductionForm) else ()
        return form.model_copy(update={"areas": areas})
    if isinstance(form, Rated):
        return form.model_copy(update={"levels": scheme.scales[form.scale].levels})
    return form
