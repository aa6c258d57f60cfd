"""Files handed in with a form that staff fill in. The form knows their numbers; a service keeps the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import AttachedField
from forms.kinds.base import Answers, about, list_of, name_of, refuse, require
from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import FileSpec

MISSING = Message("Hand in a file here.")


@dataclass(frozen=True)
class FileQuestion:
    """The numbers of the files, as text. Whether they belong to this form is for whoever keeps them to say."""

    spec: FileSpec

    def fields(self, locale: str) -> dict[str, Any]:
        return {name_of(self.spec.code): AttachedField(self.spec.title.in_(locale), about=about(self.spec, locale))}

    def read(self, form: Form) -> Answers:
        numbers = form[name_of(self.spec.code)].data or []
        return {self.spec.code: list(numbers)} if numbers else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): list_of(answers, self.spec.code)}

    def check(self, form: Form) -> None:
        field: Any = form[name_of(self.spec.code)]
        require(form, self.spec, MISSING)
        if len(field.data or ()) > self.spec.most and not field.errors:
            refuse(field, Message("Hand in at most %(most)s files.", most=self.spec.most))

    def sound(self, answers: Answers) -> Answers:
        numbers = [one for one in list_of(answers, self.spec.code) if one.isascii() and one.isdecimal()]
        return {self.spec.code: numbers[: self.spec.most]} if numbers else {}
