"""A figure, exact, within the bounds that the scheme sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import FigureField
from forms.kinds.base import Answers, about, name_of, refuse, require, word_of
from forms.validators import decimal_of, number_fault, written
from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import NumberSpec

MISSING = Message("Enter a figure.")


@dataclass(frozen=True)
class NumberQuestion:
    """A decimal as exact text, or nothing."""

    spec: NumberSpec

    def fields(self, locale: str) -> dict[str, Any]:
        said = about(self.spec, locale, unit=self.spec.unit.in_(locale) if self.spec.unit else "")
        return {name_of(self.spec.code): FigureField(self.spec.title.in_(locale), places=self.spec.places, about=said)}

    def read(self, form: Form) -> Answers:
        typed = form[name_of(self.spec.code)].data
        return {self.spec.code: typed} if typed else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code)}

    def check(self, form: Form) -> None:
        field: Any = form[name_of(self.spec.code)]
        require(form, self.spec, MISSING)
        fault = self._fault(field.data or "") if not field.errors else None
        if fault:
            refuse(field, fault)

    def sound(self, answers: Answers) -> Answers:
        typed = word_of(answers, self.spec.code)
        fits = typed and number_fault(typed, places=self.spec.places) is None and self._fault(typed) is None
        return {self.spec.code: typed} if fits else {}

    def _fault(self, typed: str) -> Message | None:
        figure, low, high = decimal_of(typed), self.spec.lowest, self.spec.highest
        if figure is None:
            return None
        if low is not None and figure < low:
            return Message("Enter a figure of at least %(least)s.", least=written(low))
        if high is not None and figure > high:
            return Message("Enter a figure of at most %(most)s.", most=written(high))
        return None
