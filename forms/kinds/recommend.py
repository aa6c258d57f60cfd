"""How likely somebody is to recommend: shown, never scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import GradeField
from forms.kinds.base import UNCHOSEN, Answers, about, name_of, require, word_of

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import RecommendationSpec


@dataclass(frozen=True)
class RecommendQuestion:
    """A whole number between the ends of its scale, or nothing."""

    spec: RecommendationSpec

    @property
    def offered(self) -> tuple[str, ...]:
        """The numbers, lowest first."""
        return tuple(str(number) for number in range(self.spec.lowest, self.spec.highest + 1))

    def fields(self, locale: str) -> dict[str, Any]:
        choices = [(number, number) for number in self.offered]
        said = about(self.spec, locale)
        return {name_of(self.spec.code): GradeField(self.spec.title.in_(locale), choices=choices, about=said)}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(self.spec.code)].data
        return {self.spec.code: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code) or None}

    def check(self, form: Form) -> None:
        require(form, self.spec, UNCHOSEN)

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, self.spec.code)
        return {self.spec.code: chosen} if chosen in self.offered else {}
