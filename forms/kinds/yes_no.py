"""Yes or no: a choice whose answers every form calls alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import GradeField
from forms.kinds.base import NOT_APPLICABLE_TITLE, UNCHOSEN, Answers, about, name_of, require, word_of
from states.errors import N_
from states.scheme.questions import NOT_APPLICABLE

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import YesNoSpec

YES, NO = ("yes", N_("Yes")), ("no", N_("No"))


@dataclass(frozen=True)
class YesNoQuestion:
    """`yes`, `no`, or nothing."""

    spec: YesNoSpec

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """What is offered, as (answer, words); the words are messages."""
        return [YES, NO, *([(NOT_APPLICABLE, NOT_APPLICABLE_TITLE)] if self.spec.not_applicable else [])]

    def fields(self, locale: str) -> dict[str, Any]:
        said = about(self.spec, locale)
        return {name_of(self.spec.code): GradeField(self.spec.title.in_(locale), choices=self.choices, about=said)}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(self.spec.code)].data
        return {self.spec.code: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code) or None}

    def check(self, form: Form) -> None:
        require(form, self.spec, UNCHOSEN)

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, self.spec.code)
        return {self.spec.code: chosen} if chosen in dict(self.choices) else {}
