"""A scheme's form as a WTForms form, and back to answers.

A form class is made once for a form and a language, and never changed afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from wtforms import Form

from forms.kinds import questions_of
from forms.kinds.base import name_of
from forms.validators import NOT_A_CHOICE, SENT_TWICE
from states.questions import applicable, without_hidden

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.kinds.base import Answers, Question
    from states.scheme.forms import FormSpec

FOREIGN_FIELDS = 20
NO_BROWSER = (NOT_A_CHOICE, SENT_TWICE)
"""What no page lets anybody send; it is refused even where a question turned out not to apply."""


class SchemeForm(Form):
    """A form made from a scheme; its questions know their fields."""

    questions: tuple[Question, ...] = ()
    asks: FormSpec | None = None

    def validate_draft(self) -> bool:
        """A draft may lack anything and say anything that can be stored safely."""
        for field in self:
            faults = [*field.process_errors, *filter(None, [field.unsafe()])]  # type: ignore[attr-defined]
            field.errors = faults
        return not self.errors

    def validate(self, extra_validators: Any = None) -> bool:
        """All that a submission needs."""
        super().validate(extra_validators)
        for question in self.questions:
            question.check(self)
        for field in self._hidden():
            field.errors = [fault for fault in field.errors if fault in NO_BROWSER]
        return not self.errors

    def applicable(self) -> frozenset[str]:
        """The codes of the questions that apply by what stands in the fields: the server's word on conditions."""
        return applicable(self.asks, self._said()) if self.asks else frozenset()

    def _hidden(self) -> list[Any]:
        """The fields of questions that do not apply: whatever stands in them is neither wrong nor kept."""
        if self.asks is None:
            return []
        apply = self.applicable()
        return [self[name_of(one.code)] for one, _ in self.asks.fields if one.code not in apply]

    def _said(self) -> Answers:
        said: Answers = {}
        for question in self.questions:
            said.update(question.read(self))
        return said


class Same:
    """A form by identity: hashing the whole of it for every request would cost more than building it."""

    def __init__(self, spec: FormSpec) -> None:
        self.spec = spec

    def __hash__(self) -> int:
        return id(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.spec is other.spec


def build_form(spec: FormSpec, locale: str) -> type[SchemeForm]:
    """The form class of a published form in a language (`zh` or `en`), fields in question order."""
    return _built(Same(spec), "zh" if locale.startswith("zh") else "en")


@lru_cache(maxsize=256)
def _built(same: Same, locale: str) -> type[SchemeForm]:
    questions = questions_of(same.spec)
    attrs: dict[str, Any] = {}
    for question in questions:
        attrs.update(question.fields(locale))
    name = "".join(part.title() for part in same.spec.code.split("_"))
    return type(f"{name}Form", (SchemeForm,), {"questions": questions, "asks": same.spec, **attrs})


def answers_from(spec: FormSpec, form: Form) -> Answers:
    """What a form says, in the shape that is stored and scored; all figures as text.

    Questions that do not apply say nothing, whatever was sent for them.
    """
    answers: Answers = {}
    for question in cast("SchemeForm", form).questions or questions_of(spec):
        answers.update(question.read(form))
    return without_hidden(spec, answers)


def prefill(spec: FormSpec, answers: Answers) -> dict[str, Any]:
    """The data of the fields that show these answers again."""
    data: dict[str, Any] = {}
    for question in questions_of(spec):
        data.update(question.show(answers))
    return data


def sound_answers(spec: FormSpec, answers: Answers) -> Answers:
    """The answers as far as they can be scored: a draft may hold half a number."""
    kept: Answers = {}
    for question in questions_of(spec):
        kept.update(question.sound(answers))
    return without_hidden(spec, kept)


def sent_twice(form: Form, sent: Any) -> bool:
    """Whether a parameter came twice that is no group of boxes: no browser does that. `sent` is a multi-dict."""
    return any(
        len(values) > 1 and not getattr(form._fields.get(name), "several", False) for name, values in sent.lists()
    )


def has_foreign_fields(form: Form, names: Iterable[str]) -> bool:
    """Whether far more was sent than the page has fields: no browser does that."""
    known = set(form._fields)
    return sum(name not in known for name in names) > FOREIGN_FIELDS
