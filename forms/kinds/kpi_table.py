"""A key figure: its actual and, where the scheme names none, its target (scheme §2.2)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.fields import FigureField, WordsField
from forms.kinds.base import Answers, labelled, name_of, part_of, refuse
from forms.kinds.deduction import note_name
from forms.validators import NOTE_LENGTH, decimal_of
from states.errors import N_, Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.forms import KpiRow

NEGATIVE = Message("Enter a figure of 0 or more.")
NO_TARGET = Message("Enter the target too: without it the row cannot be scored.")
TARGET_NOUGHT = Message("A target must be more than 0.")


def target_name(code: str) -> str:
    """The field of a key figure's target."""
    return f"target_{code}"


@dataclass(frozen=True)
class KpiQuestion:
    """One row. A row that another form fills has no fields; a row without an actual drops out, flagged."""

    row: KpiRow

    @property
    def typed(self) -> bool:
        """Whether a person enters the actual here."""
        return self.row.source_form is None

    def fields(self, locale: str) -> dict[str, Any]:  # noqa: ARG002 (the labels are the product's own)
        if not self.typed:
            return {}
        code = self.row.code
        fields: dict[str, Any] = {name_of(code): FigureField(labelled(N_("%(item)s, actual"), self.row.title))}
        if self.row.target is None:
            fields[target_name(code)] = FigureField(labelled(N_("%(item)s, target"), self.row.title))
        fields[note_name(code)] = WordsField(labelled(N_("%(item)s, note"), self.row.title), longest=NOTE_LENGTH)
        return fields

    def read(self, form: Form) -> Answers:
        if not self.typed:
            return {}
        code = self.row.code
        target = form[target_name(code)].data if self.row.target is None else None
        answer = {"actual": form[name_of(code)].data or None, "target": target or None}
        return {code: answer | {"note": form[note_name(code)].data or ""}}

    def show(self, answers: Answers) -> dict[str, Any]:
        if not self.typed:
            return {}
        code = self.row.code
        answer = part_of(answers, code)
        data = {name_of(code): answer.get("actual") or "", note_name(code): answer.get("note") or ""}
        return data | ({target_name(code): answer.get("target") or ""} if self.row.target is None else {})

    def check(self, form: Form) -> None:
        if not self.typed:
            return
        actual: Any = form[name_of(self.row.code)]
        if not actual.errors and (actual.figure or Decimal(0)) < 0:
            refuse(actual, NEGATIVE)
        if self.row.target is None:
            self._check_target(form[target_name(self.row.code)], has_actual=bool(actual.data))

    def _check_target(self, target: Any, *, has_actual: bool) -> None:
        if target.errors:
            return
        if target.figure is not None and target.figure <= 0:
            refuse(target, TARGET_NOUGHT)
        elif has_actual and not target.data:
            refuse(target, NO_TARGET)

    def sound(self, answers: Answers) -> Answers:
        """What is no figure counts as missing, never as 0."""
        answer = answers.get(self.row.code)
        if not isinstance(answer, dict):
            return {}
        kept = {part: _figure(answer.get(part), above=limit) for part, limit in (("actual", -1), ("target", 0))}
        return {self.row.code: {**kept, "note": answer.get("note") or ""}}


def _figure(text: Any, *, above: int) -> str | None:
    value = decimal_of(text) if isinstance(text, str) else None
    small_enough = value is not None and value < Decimal(10) ** 9
    if value is None or not small_enough:
        return None
    return text if (value > above if above == 0 else value >= 0) else None
