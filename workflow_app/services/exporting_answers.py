"""HR downloads customers' answers: without names unless asked for with a reason, and never those of too few people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from forms.validators import tidy_lines, unsafe
from states.codebook import TEXTS, Cell, Column, Style, cell_of, columns_of, names_of
from states.errors import Message, Refusal
from states.questions import applicable
from workflow_app.access import require
from workflow_app.exports.survey_answers import Table
from workflow_app.queries.survey_export import ExportedAnswer, Scope, export_scopes, read_answers, shuffled_answers
from workflow_app.queries.surveys import questionnaire_of
from workflow_app.services.events import record_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme.forms import Questionnaire
    from workflow_app.models import Cycle

MOST_ANSWERS = 20_000
LONGEST_REASON = 500
NO_REASON = Message("Say why the answers are needed with the customers’ names. It is recorded.", field="reason")
NOTHING = Message("There are no answers that could be downloaded yet. The page says what they wait for.")
ABOUT = (
    ("id", "行号（每次随机）", "number of the row, by chance each time"),
    ("employee_no", "被评价人工号", "employee number of the person rated"),
    ("department", "被评价人部门", "department of the person rated"),
    ("population", "被评价人人员类别", "population of the person rated"),
)
BY_WHOM = (
    ("customer_no", "客户编号", "customer number"),
    ("customer", "客户名称", "customer"),
    ("contact", "联系人", "contact"),
)


@dataclass(frozen=True)
class Wanted:
    """What is to be downloaded, and in which shape; `identified` is with the customers' names."""

    form: str
    style: Style = "limesurvey"
    file: str = "xlsx"
    identified: bool = False
    reason: str = ""


def export_answers(cycle: Cycle, wanted: Wanted, *, actor: Actor, now: datetime) -> Table:
    """The answers to one questionnaire of a cycle as a table whose rows are read while it is written.

    The rows are shuffled and carry no time. Left out are people with fewer answers than may be shown, surveys in
    which an answer may still change, and who asks with their reports. Refuses (invalid) names without a reason, (conflict)
    where nothing is left, (too_large) more than `MOST_ANSWERS`. Recorded: who, which form, how many, and the reason.
    """
    require(actor, "export_answers")
    reason = _reason(wanted)
    scope = next((one for one in export_scopes(cycle, actor=actor, now=now) if one.form == wanted.form), None)
    if scope is None or not scope.answers:
        raise Refusal(NOTHING, kind="conflict")
    if scope.answers > MOST_ANSWERS:
        raise Refusal(
            Message("These are %(count)s answers; at most %(most)s are downloaded at once.",
                    count=scope.answers, most=MOST_ANSWERS), kind="too_large",
        )  # fmt: skip
    _record(cycle, wanted, scope, reason, actor=actor, now=now)
    return _table(questionnaire_of(cycle, wanted.form), wanted, shuffled_answers(scope))


def _reason(wanted: Wanted) -> str:
    why = tidy_lines(wanted.reason)
    if wanted.identified and not why:
        raise Refusal(NO_REASON)
    fault = unsafe(why, longest=LONGEST_REASON)
    if fault:
        raise Refusal(fault)
    return why if wanted.identified else ""


def _record(cycle: Cycle, wanted: Wanted, scope: Scope, reason: str, *, actor: Actor, now: datetime) -> None:
    data: dict[str, Any] = {
        "form": scope.form, "style": wanted.style, "file": wanted.file, "identified": wanted.identified,
        "answers": scope.answers, "people": len(scope.reviews),
    }
    record_event(
        "cycle", cycle.id, "answers_exported", actor=actor, now=now, data=data,
        detail={"reason": reason} if reason else None,
    )


def _table(form: Questionnaire, wanted: Wanted, numbers: Sequence[int]) -> Table:
    columns = columns_of(form, wanted.style)
    about = ABOUT + (BY_WHOM if wanted.identified else ())
    names = names_of(columns, wanted.style, [name for name, _, _ in about])
    return Table(about, columns, names, _rows(form, columns, read_answers(numbers), identified=wanted.identified))


def _rows(
    form: Questionnaire, columns: Sequence[Column], found: Iterator[ExportedAnswer], *, identified: bool
) -> Iterator[Sequence[Cell]]:
    always = None if form.conditional else applicable(form, {})
    for number, one in enumerate(found, 1):
        shown = always if always is not None else applicable(form, one.answers)
        cells = [_redacted(column, one.redacted) or cell_of(column, one.answers, shown) for column in columns]
        yield (number, *one.about, *(one.customer if identified else ()), *cells)


def _redacted(column: Column, redacted: Mapping[str, str]) -> Cell:
    """What HR lets be read of a text, or the code of one that is withheld; None where nothing is hidden."""
    if column.kind not in TEXTS or column.question not in redacted:
        return None
    return redacted[column.question] or column.missing.withheld
