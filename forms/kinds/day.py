"""A day, within the bounds that the scheme sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import DayField
from forms.kinds.base import Answers, about, name_of, refuse, require, word_of
from forms.validators import day_of
from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import DateSpec

MISSING = Message("Enter a day.")


@dataclass(frozen=True)
class DayQuestion:
    """A day as 2025-07-09, or nothing."""

    spec: DateSpec

    def fields(self, locale: str) -> dict[str, Any]:
        return {name_of(self.spec.code): DayField(self.spec.title.in_(locale), about=about(self.spec, locale))}

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
        return {self.spec.code: typed} if day_of(typed) and self._fault(typed) is None else {}

    def _fault(self, typed: str) -> Message | None:
        day, first, last = day_of(typed), self.spec.earliest, self.spec.latest
        if day is None:
            return None
        if first is not None and day < first:
            return Message("Enter a day on or after %(day)s.", day=first.isoformat())
        if last is not None and day > last:
            return Message("Enter a day on or before %(day)s.", day=last.isoformat())
        return None
