"""Fields that keep what was typed, refuse what cannot be stored, and speak in messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wtforms import Field, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs lag behind
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import NumberInput, TextArea

from forms.validators import (
    NOT_A_CHOICE,
    NOT_A_DAY,
    NOTE_LENGTH,
    NUMBER_LENGTH,
    SENT_TWICE,
    day_of,
    decimal_of,
    number_fault,
    plain_day,
    plain_number,
    tidy_lines,
    unsafe,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from wtforms.form import BaseForm

    from states.errors import Message
    from states.scheme.questions import When

FILE_DIGITS = 18


@dataclass(frozen=True)
class About:
    """What a page says beside a question: its kind, help in the reader's language, when it is asked, its table."""

    kind: str
    help: str = ""
    required: bool = False
    when: When | None = None
    table: str = ""
    unit: str = ""


class _Described:
    """What every field of ours knows: its question, and whether it may be sent several times."""

    several = False

    def __init__(self, *args: Any, about: About | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.about = about


def _only(values: Sequence[Any]) -> str:
    """The one value of a parameter; a second one is somebody's script, never a browser."""
    if len(values) > 1:
        raise ValueError(SENT_TWICE)
    return str(values[0]) if values else ""


class WordsField(_Described, StringField):
    """A text: line ends unified, no control characters, at most `longest` characters."""

    def __init__(self, *args: Any, longest: int = NOTE_LENGTH, multiline: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.longest = longest
        self.multiline = multiline
        self.flags.maxlength = longest
        if multiline:
            self.widget = TextArea()

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = tidy_lines(str(valuelist[0]))
            self.data = tidy_lines(_only(valuelist))

    def unsafe(self) -> Message | None:
        """Why the text cannot be kept even in a draft."""
        return unsafe(self.data or "", longest=self.longest)

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 (signature of WTForms)
        fault = self.unsafe()
        if fault:
            raise StopValidation(fault)  # type: ignore[arg-type]  # messages are translated at the edge


class FigureField(WordsField):
    """An exact decimal, kept as text; what is no number stays as it was typed."""

    widget = NumberInput()

    def __init__(self, *args: Any, places: int = 6, **options: Any) -> None:
        super().__init__(*args, longest=NUMBER_LENGTH, **options)
        self.places = places

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = plain_number(self.data or "")

    @property
    def figure(self) -> Decimal | None:
        """The figure, or None where nothing (or no number) was typed."""
        return decimal_of(self.data or "")

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        fault = number_fault(self.data, places=self.places) if self.data else None
        if fault:
            raise StopValidation(fault)  # type: ignore[arg-type]


class DayField(WordsField):
    """A day as 2025-07-09, kept as text; what is no day stays as it was typed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, longest=NUMBER_LENGTH, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        self.data = plain_day(self.data or "")

    def pre_validate(self, form: BaseForm) -> None:
        super().pre_validate(form)
        if self.data and day_of(self.data) is None:
            raise StopValidation(NOT_A_DAY)  # type: ignore[arg-type]


class _Offered(_Described):
    """What choices share: an answer that was not offered is refused, in a draft as well."""

    data: Any
    choices: Any

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]] = (), **options: Any) -> None:
        offered = [SelectChoice(value, label) for value, label in choices]
        super().__init__(*args, choices=offered, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = str(valuelist[0])
            self.data = _only(valuelist)

    def unsafe(self) -> Message | None:
        """Why the choice cannot be kept even in a draft."""
        offered = {str(value) for value, *_ in self.choices}
        return None if self.data in {None, ""} or self.data in offered else NOT_A_CHOICE

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 (signature of WTForms)
        fault = self.unsafe()
        if fault:
            raise ValidationError(fault)  # type: ignore[arg-type]


class PickField(_Offered, SelectField):
    """One of a list, or nothing."""


class GradeField(_Offered, RadioField):
    """One step of a scale; nothing is chosen beforehand."""


class ManyField(_Described, SelectMultipleField):
    """Any of the answers offered: a group of boxes that comes once for every box ticked."""

    several = True

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Any]] = (), **options: Any) -> None:
        offered = [SelectChoice(value, label) for value, label in choices]
        super().__init__(*args, choices=offered, **options)
        self.offered = frozenset(str(value) for value, _ in choices)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = _apart(valuelist)

    def unsafe(self) -> Message | None:
        """Why the choices cannot be kept even in a draft."""
        return None if set(self.data or ()) <= self.offered else NOT_A_CHOICE

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 (signature of WTForms)
        fault = self.unsafe()
        if fault:
            raise StopValidation(fault)  # type: ignore[arg-type]


class AttachedField(_Described, Field):
    """The numbers of files that were handed in before: the files themselves come another way."""

    several = True

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = _apart(valuelist)

    def unsafe(self) -> Message | None:
        """Why the numbers cannot be kept even in a draft."""
        fits = all(one.isascii() and one.isdecimal() and len(one) <= FILE_DIGITS for one in self.data or ())
        return None if fits else NOT_A_CHOICE

    def pre_validate(self, form: BaseForm) -> None:  # noqa: ARG002 (signature of WTForms)
        fault = self.unsafe()
        if fault:
            raise StopValidation(fault)  # type: ignore[arg-type]


def _apart(values: Sequence[Any]) -> list[str]:
    """The values of a parameter that may come several times; the same one twice is somebody's script."""
    found = [str(one) for one in values if one != ""]
    if len(found) != len(set(found)):
        raise ValueError(SENT_TWICE)
    return found
