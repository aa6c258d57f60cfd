"""A section of a scored test: points from 0 to the full ones."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.fields import FigureField
from forms.kinds.base import Answers, name_of, refuse, word_of
from forms.validators import decimal_of, written
from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.forms import TestSection

PLACES = 2


@dataclass(frozen=True)
class PointsQuestion:
    """Points reached in one section; every section is needed for a score."""

    section: TestSection

    def fields(self, locale: str) -> dict[str, Any]:
        return {name_of(self.section.code): FigureField(self.section.title.in_(locale), places=PLACES)}

    def read(self, form: Form) -> Answers:
        reached = form[name_of(self.section.code)].data
        return {self.section.code: reached} if reached else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.section.code): word_of(answers, self.section.code)}

    def check(self, form: Form) -> None:
        field: Any = form[name_of(self.section.code)]
        if not field.errors and not self._fits(field.data):
            refuse(field, Message("Enter points from 0 to %(most)s.", most=written(self.section.points)))

    def sound(self, answers: Answers) -> Answers:
        reached = answers.get(self.section.code)
        return {self.section.code: reached} if self._fits(reached) else {}

    def _fits(self, typed: object) -> bool:
        value = decimal_of(typed) if isinstance(typed, str) else None
        return value is not None and Decimal(0) <= value <= self.section.points
