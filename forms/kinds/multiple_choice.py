"""Any of several answers: a group of boxes, the only choices that are sent several times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.fields import ManyField
from forms.kinds.base import Answers, about, list_of, name_of, offered, refuse, require
from states.errors import Message
from states.scheme.questions import NOT_APPLICABLE

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.questions import MultipleChoiceSpec

NONE_TICKED = Message("Tick at least one of the answers.")
CONTRADICTION = Message("Tick either “not applicable” or other answers, not both.")


@dataclass(frozen=True)
class MultipleChoiceQuestion:
    """The codes of the answers ticked, in the order of the page."""

    spec: MultipleChoiceSpec

    def choices(self, locale: str) -> list[tuple[str, Any]]:
        """What is offered, as (answer, words)."""
        return offered(self.spec.options, locale, not_applicable=self.spec.not_applicable)

    def fields(self, locale: str) -> dict[str, Any]:
        said = about(self.spec, locale)
        return {name_of(self.spec.code): ManyField(self.spec.title.in_(locale), choices=self.choices(locale), about=said)}

    def read(self, form: Form) -> Answers:
        ticked = form[name_of(self.spec.code)].data or []
        in_order = [code for code, _ in self.choices("en") if code in ticked]
        return {self.spec.code: in_order} if in_order else {}

    def show(self, answers: Answers) -> dict[str, Any]:
        return {name_of(self.spec.code): list_of(answers, self.spec.code)}

    def check(self, form: Form) -> None:
        field: Any = form[name_of(self.spec.code)]
        require(form, self.spec, NONE_TICKED)
        if NOT_APPLICABLE in (field.data or ()) and len(field.data) > 1 and not field.errors:
            refuse(field, CONTRADICTION)

    def sound(self, answers: Answers) -> Answers:
        ticked = list_of(answers, self.spec.code)
        kept = [code for code, _ in self.choices("en") if code in ticked]
        if NOT_APPLICABLE in kept and len(kept) > 1:
            kept.remove(NOT_APPLICABLE)
        return {self.spec.code: kept} if kept else {}
