"""One of several answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import GradeField
from forms.kinds.base import UNCHOSEN, Answers, about, name_of, offered, require, word_of

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import SingleChoiceSpec


@dataclass(frozen=True)
class SingleChoiceQuestion:
    """The code of the answer chosen, or nothing."""

    spec: SingleChoiceSpec

    def choices(self, locale: str) -> list[tuple[str, Any]]:
        """What is offered, as (answer, words)."""
        return offered(self.spec.options, locale, not_applicable=self.spec.not_applicable)

    def fields(self, locale: str) -> dict[str, Any]:
        said = about(self.spec, locale)
        field = GradeField(self.spec.title.in_(locale), choices=self.choices(locale), about=said)
        return {name_of(self.spec.code): field}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(self.spec.code)].data
        return {self.spec.code: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code) or None}

    def check(self, form: Form) -> None:
        require(form, self.spec, UNCHOSEN)

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, self.spec.code)
        return {self.spec.code: chosen} if chosen in dict(self.choices("en")) else {}
