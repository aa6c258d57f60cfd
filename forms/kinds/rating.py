"""An item answered on a scale: the VP card, the questionnaires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import About, GradeField
from forms.kinds.base import NOT_APPLICABLE_TITLE, Answers, about, name_of, require, word_of
from states.errors import Message
from states.scheme.questions import NOT_APPLICABLE

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import RatingSpec

UNRATED = Message("Choose one of the steps.")


@dataclass(frozen=True)
class RatingQuestion:
    """One item; required on a named rater's card, skippable in a questionnaire."""

    spec: RatingSpec

    def fields(self, locale: str) -> dict[str, Any]:
        return self.described(locale, about(self.spec, locale))

    def described(self, locale: str, said: About) -> dict[str, Any]:
        """Its field, with what the page says beside it."""
        choices: list[tuple[str, Any]] = [(str(level.value), level.title.in_(locale)) for level in self.spec.levels]
        if self.spec.not_applicable:
            choices.append((NOT_APPLICABLE, NOT_APPLICABLE_TITLE))
        return {name_of(self.spec.code): GradeField(self.spec.title.in_(locale), choices=choices, about=said)}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(self.spec.code)].data
        return {self.spec.code: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code) or None}

    def check(self, form: Form) -> None:
        require(form, self.spec, UNRATED)

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, self.spec.code)
        steps = {str(level.value) for level in self.spec.levels} | ({NOT_APPLICABLE} if self.spec.not_applicable else set())
        return {self.spec.code: chosen} if chosen in steps else {}
