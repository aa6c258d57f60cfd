"""An item that starts full and loses points, by a clause or with a reason (scheme §2.1, §2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.fields import FigureField, PickField, WordsField
from forms.kinds.base import Answers, labelled, name_of, part_of, refuse
from forms.validators import NOT_A_DAY, NOTE_LENGTH, day_of, decimal_of, written
from states.errors import N_, Refusal
from states.ledger import Deduction, deduction_of

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.forms import DeductionItem

PLACES, DAY_LENGTH = 2, 10
NO_CLAUSE = N_("No clause: reason below")


def clause_name(code: str) -> str:
    """The field of the clause chosen for an item."""
    return f"clause_{code}"


def note_name(code: str) -> str:
    """The field of the note beside an item or a key figure."""
    return f"note_{code}"


def times_name(code: str) -> str:
    """The field of how often an item's clause was broken."""
    return f"times_{code}"


def day_name(code: str) -> str:
    """The field of the day of a deduction."""
    return f"on_{code}"


@dataclass(frozen=True)
class DeductionQuestion:
    """One deduction being typed: points, clause, how often, when, why. A clause alone costs what it names.

    Where a rater scores somebody, what is typed becomes an entry of the ledger, and the next can be typed.
    """

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
        if self._repeats:
            fields[times_name(code)] = FigureField(labelled(N_("%(item)s, times"), self.item.title), places=0)
        fields[day_name(code)] = WordsField(labelled(N_("%(item)s, day"), self.item.title), longest=DAY_LENGTH)
        fields[note_name(code)] = WordsField(
            labelled(N_("%(item)s, reason"), self.item.title), longest=NOTE_LENGTH, multiline=True
        )
        return fields

    def read(self, form: Form) -> Answers:
        code = self.item.code
        clause = form[clause_name(code)].data or "" if self.item.clauses else ""
        times = form[times_name(code)].data or "" if self._repeats else ""
        answer = {
            "deducted": form[name_of(code)].data or self._cost(clause, times),
            "clause": clause,
            "note": form[note_name(code)].data or "",
        }
        more = {"times": times, "on": form[day_name(code)].data or ""}
        return {code: answer | {key: value for key, value in more.items() if value}}

    def show(self, answers: Answers) -> dict[str, Any]:
        code = self.item.code
        answer = part_of(answers, code)
        deducted = answer.get("deducted") or ""
        data = {
            name_of(code): "" if deducted == "0" and not answer.get("clause") else deducted,
            note_name(code): answer.get("note") or "",
            day_name(code): answer.get("on") or "",
        }
        if self._repeats:
            data[times_name(code)] = answer.get("times") or ""
        return data | ({clause_name(code): answer.get("clause") or ""} if self.item.clauses else {})

    def check(self, form: Form) -> None:
        field = form[name_of(self.item.code)]
        answer = self.read(form)[self.item.code]
        if is_typed(answer) and not field.errors:
            try:
                self.deduction(answer)
            except Refusal as refusal:
                refuse(field, refusal.messages[0])
        day = answer.get("on")
        if day and day_of(day) is None:
            refuse(form[day_name(self.item.code)], NOT_A_DAY)

    def deduction(self, answer: Answers) -> Deduction:
        """What the typed answer takes off; `Refusal` where the clauses do not allow it."""
        times = decimal_of(str(answer.get("times") or ""))
        return deduction_of(
            self.item, points=decimal_of(str(answer.get("deducted") or "")), clause=answer.get("clause") or "",
            times=None if times is None else int(times), note=answer.get("note") or "",
        )

    def sound(self, answers: Answers) -> Answers:
        """Within 0 and the full points: what a draft says beyond them counts as the nearest end."""
        answer = part_of(answers, self.item.code)
        typed = decimal_of(str(answer.get("deducted") or "")) or Decimal(0)
        kept = min(max(typed, Decimal(0)), self.item.points)
        clause = answer.get("clause") or ""
        known = clause if self.item.clause(clause) else ""
        entered = [one for one in answer.get("entries") or () if _is_entry(one)]
        sound = {"deducted": written(kept), "clause": known, "note": answer.get("note") or ""}
        return {self.item.code: sound | ({"entries": entered} if entered else {})}

    @property
    def _repeats(self) -> bool:
        return any(clause.each for clause in self.item.clauses)

    def _cost(self, clause_code: str, times: str) -> str:
        clause = self.item.clause(clause_code) if clause_code else None
        if clause is None:
            return "0"
        count = decimal_of(times) if clause.each else None
        return written(min(clause.points * (count or 1), self.item.points))


def is_typed(answer: Answers) -> bool:
    """Whether a deduction is being typed here: a clause or points; a note alone is only a note."""
    deducted = str(answer.get("deducted") or "")
    return bool(answer.get("clause")) or (bool(deducted) and decimal_of(deducted) != 0)


def _is_entry(held: object) -> bool:
    return isinstance(held, dict) and (decimal_of(str(held.get("points") or "")) or Decimal(-1)) >= 0
