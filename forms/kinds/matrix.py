"""A table of ratings: one field a row, so a page without a script and a reader of screens meet plain questions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from forms.kinds.base import Answers, about
from forms.kinds.rating import RatingQuestion
from states.scheme.questions import Taken, rows_of

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import MatrixSpec


@dataclass(frozen=True)
class MatrixQuestion:
    """Ratings that share a scale; each is answered under the code of its row."""

    spec: MatrixSpec

    @cached_property
    def rows(self) -> tuple[RatingQuestion, ...]:
        """The rows as questions of their own."""
        return tuple(RatingQuestion(row) for row in rows_of(self.spec, Taken()))

    def fields(self, locale: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for row in self.rows:
            found |= row.described(locale, replace(about(row.spec, locale), table=self.spec.code))
        return found

    def read(self, form: Form) -> Answers:
        return {code: answer for row in self.rows for code, answer in row.read(form).items()}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name: data for row in self.rows for name, data in row.show(answers).items()}

    def check(self, form: Form) -> None:
        for row in self.rows:
            row.check(form)

    def sound(self, answers: Answers) -> Answers:
        return {code: answer for row in self.rows for code, answer in row.sound(answers).items()}
