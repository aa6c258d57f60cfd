"""How likely the customer is to recommend: shown, never scored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import GradeField
from forms.kinds.base import Answers, name_of, word_of

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import Recommendation

CODE = "recommend"


@dataclass(frozen=True)
class RecommendQuestion:
    """A whole number between the ends of its scale, or nothing."""

    asked: Recommendation

    @property
    def offered(self) -> tuple[str, ...]:
        """The numbers, lowest first."""
        return tuple(str(number) for number in range(self.asked.lowest, self.asked.highest + 1))

    def fields(self, locale: str) -> dict[str, Any]:
        choices = [(number, number) for number in self.offered]
        return {name_of(CODE): GradeField(self.asked.title.in_(locale), choices=choices)}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(CODE)].data
        return {CODE: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(CODE): word_of(answers, CODE) or None}

    def check(self, form: Form) -> None:
        """Nothing to ask for: the question may be skipped."""

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, CODE)
        return {CODE: chosen} if chosen in self.offered else {}
