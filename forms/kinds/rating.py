"""An item answered on a scale: the VP card, the questionnaires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import GradeField
from forms.kinds.base import Answers, name_of, refuse, word_of
from states.errors import N_, Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import RatedItem
    from states.scheme.scales import Level

NOT_APPLICABLE = "na"
NOT_APPLICABLE_TITLE = N_("Not applicable")
UNRATED = Message("Choose one of the steps.")


@dataclass(frozen=True)
class RatingQuestion:
    """One item; `required` on a named rater's card, skippable in a questionnaire."""

    item: RatedItem
    levels: tuple[Level, ...]
    not_applicable: bool = False
    required: bool = False

    def fields(self, locale: str) -> dict[str, Any]:
        choices = [(str(level.value), level.title.in_(locale)) for level in self.levels]
        if self.not_applicable:
            choices.append((NOT_APPLICABLE, NOT_APPLICABLE_TITLE))
        return {name_of(self.item.code): GradeField(self.item.title.in_(locale), choices=choices)}

    def read(self, form: Form) -> Answers:
        chosen = form[name_of(self.item.code)].data
        return {self.item.code: chosen} if chosen else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.item.code): word_of(answers, self.item.code) or None}

    def check(self, form: Form) -> None:
        field = form[name_of(self.item.code)]
        if self.required and not field.data and not field.errors:
            refuse(field, UNRATED)

    def sound(self, answers: Answers) -> Answers:
        chosen = word_of(answers, self.item.code)
        offered = {str(level.value) for level in self.levels} | ({NOT_APPLICABLE} if self.not_applicable else set())
        return {self.item.code: chosen} if chosen in offered else {}
