"""A free text: area texts of a self review, comments, interview records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import WordsField
from forms.kinds.base import Answers, name_of, refuse, word_of
from forms.validators import TEXT_LENGTH
from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.base import Text

MISSING = Message("Please write something here.")


@dataclass(frozen=True)
class TextQuestion:
    """A text under its code; blank is the same as absent."""

    code: str
    title: Text
    required: bool = False

    def fields(self, locale: str) -> dict[str, Any]:
        return {name_of(self.code): WordsField(self.title.in_(locale), longest=TEXT_LENGTH, multiline=True)}

    def read(self, form: Form) -> Answers:
        text = form[name_of(self.code)].data
        return {self.code: text} if text else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.code): word_of(answers, self.code)}

    def check(self, form: Form) -> None:
        field = form[name_of(self.code)]
        if self.required and not field.data and not field.errors:
            refuse(field, MISSING)

    def sound(self, answers: Answers) -> Answers:
        text = answers.get(self.code)
        return {self.code: text} if isinstance(text, str) and text else {}
