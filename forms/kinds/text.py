"""A free text, of one line or several: area texts of a self review, comments, interview records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import WordsField
from forms.kinds.base import Answers, about, name_of, require, word_of
from forms.validators import unsafe
from states.errors import Message
from states.scheme.questions import LongTextSpec

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import ShortTextSpec

MISSING = Message("Please write something here.")


@dataclass(frozen=True)
class TextQuestion:
    """A text under its code; blank is the same as absent."""

    spec: ShortTextSpec | LongTextSpec

    def fields(self, locale: str) -> dict[str, Any]:
        field = WordsField(
            self.spec.title.in_(locale), longest=self.spec.longest, multiline=isinstance(self.spec, LongTextSpec),
            about=about(self.spec, locale),
        )  # fmt: skip
        return {name_of(self.spec.code): field}

    def read(self, form: Form) -> Answers:
        text = form[name_of(self.spec.code)].data
        return {self.spec.code: text} if text else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): word_of(answers, self.spec.code)}

    def check(self, form: Form) -> None:
        require(form, self.spec, MISSING)

    def sound(self, answers: Answers) -> Answers:
        text = word_of(answers, self.spec.code)
        return {self.spec.code: text} if text and unsafe(text, longest=self.spec.longest) is None else {}
