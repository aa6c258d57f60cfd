"""An item that starts full and loses points, by a clause or with a reason (scheme §2.1, §2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.fields import FigureField, PickField, WordsField
from forms.kinds.base import Answers, labelled, name_of, part_of, refuse
from forms.validators import NOTE_LENGTH, decimal_of, written
from states.errors import N_, Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.forms import DeductionItem

PLACES = 2
NO_CLAUSE = N_("No clause: reason below")
UNREASONED = Message("Say why: choose a clause or write a reason.")
NEGATIVE = Message("Enter the points to take off as a number without a minus sign.")


def clause_name(code: str) -> str:
    """The field of the clause chosen for an item."""
    return f"clause_{code}"


def note_name(code: str) -> str:
    """The field of the note beside an item or a key figure."""
    return f"note_{code}"


@dataclass(frozen=True)
class DeductionQuestion:
    """Points to take off, the clause and a note. A clause alone costs the points it names."""

    item: DeductionItem

    def fields(self, locale: str) -> dict[str, Any]:
        code = self.item.code
        fields: dict[str, Any] = {
            name_of(code): FigureField(labelled(N_("%(item)s, points off"), self.item.title), places=PLACES)
        }
        if self.item.clauses:
            clauses = [
                (clause.code, f"{clause.title.in_(locale)} \u2212{written(clause.points)}")
                for clause in self.item.clauses
            ]
            fields[clause_name(code)] = PickField(
                labelled(N_("%(item)s, clause"), self.item.title), choices=[("", NO_CLAUSE), *clauses]
            )
        fields[note_name(code)] = WordsField(
            labelled(N_("%(item)s, reason"), self.item.title), longest=NOTE_LENGTH, multiline=True
        )
        return fields

    def read(self, form: Form) -> Answers:
        code = self.item.code
        clause = form[clause_name(code)].data or "" if self.item.clauses else ""
        answer = {
            "deducted": form[name_of(code)].data or self._cost(clause),
            "clause": clause,
            "note": form[note_name(code)].data or "",
        }
        return {code: answer}

    def show(self, answers: Answers) -> dict[str, Any]:
        code = self.item.code
        answer = part_of(answers, code)
        deducted = answer.get("deducted") or ""
        data = {
            name_of(code): "" if deducted == "0" and not answer.get("clause") else deducted,
            note_name(code): answer.get("note") or "",
        }
        return data | ({clause_name(code): answer.get("clause") or ""} if self.item.clauses else {})

    def check(self, form: Form) -> None:
        field = form[name_of(self.item.code)]
        if field.errors:
            return
        answer = self.read(form)[self.item.code]
        fault = self._fault(decimal_of(answer["deducted"]) or Decimal(0), answer)
        if fault:
            refuse(field, fault)

    def sound(self, answers: Answers) -> Answers:
        """Within 0 and the full points: what a draft says beyond them counts as the nearest end."""
        answer = part_of(answers, self.item.code)
        typed = decimal_of(str(answer.get("deducted") or "")) or Decimal(0)
        kept = min(max(typed, Decimal(0)), self.item.points)
        clause = answer.get("clause") or ""
        known = clause if self.item.clause(clause) else ""
        return {self.item.code: {"deducted": written(kept), "clause": known, "note": answer.get("note") or ""}}

    def _cost(self, clause_code: str) -> str:
        clause = self.item.clause(clause_code) if clause_code else None
        return written(min(clause.points, self.item.points)) if clause else "0"

    def _fault(self, deducted: Decimal, answer: Answers) -> Message | None:
        if deducted < 0:
            return NEGATIVE
        if deducted > self.item.points:
            return Message("At most %(points)s can be taken off this item.", points=self.item.points)
        if deducted > 0 and not (answer["clause"] or answer["note"]):
            return UNREASONED
        return None
