"""员工月绩效考核记录表 (scheme §7, Table 6): the words of the sheet, and a workbook with a sheet for every person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _
from flask_babel import ngettext

from workflow_app import formats
from workflow_app.company_time import day_of
from workflow_app.exports.paper import Book, Column, Sheet
from workflow_app.i18n import company_name, t

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workflow_app.queries.monthly_records import MonthlyRecord, Signature
    from workflow_app.queries.record_lines import RecordLine

BLANK_LINES = 4
"""So many empty rows follow on a sheet to fill in by hand: for what stands beside the items."""


def title() -> str:
    """The title of the sheet."""
    return str(_("Monthly record of the performance appraisal"))


def columns() -> list[Column]:
    """The columns of Table 6."""
    return [
        Column(_("Item"), 20), Column(_("Full points"), 7, "points"), Column(_("Points off"), 7, "points"),
        Column(_("Clause"), 22), Column(_("Evidence"), 26), Column(_("Date"), 11, "date"),
        Column(_("Reward or sanction"), 12), Column(_("Own comment"), 22),
    ]  # fmt: skip


def width() -> float:
    """The width of all columns together."""
    return sum(column.width for column in columns())


def heads_of(record: MonthlyRecord) -> list[tuple[str, str]]:
    """Whom and what the sheet is about, as labels with words."""
    person, place = record.standing.person, record.standing.place
    return [
        (_("Name"), person.name), (_("Number"), person.employee_no), (_("Department"), place.department),
        (_("Post"), place.post), (_("Period"), formats.period(record.month)),
        (_("Rater"), record.rater.name if record.rater else ""),
    ]  # fmt: skip


def cells_of(line: RecordLine) -> tuple[object, ...]:
    """One row of the sheet."""
    return (
        t(line.item) if line.item else "", line.full, line.deducted, t(line.clause), evidence_of(line), line.on,
        t(line.follows), line.own,
    )  # fmt: skip


def evidence_of(line: RecordLine) -> str:
    """What proves it: the note, and how many files stand beside it."""
    files = ngettext("%(num)s file", "%(num)s files", line.files) if line.files else ""
    return " · ".join(part for part in (line.evidence, files) if part)


def result_of(record: MonthlyRecord) -> str:
    """The last line of the table in words: the score, and what is known of an imported one."""
    if record.score is None:
        return str(_("Score: %(score)s", score=BLANK))
    said = str(_("Score: %(score)s", score=formats.score(record.score)))
    if record.bonus:
        said += " · " + str(_("bonus: %(points)s", points=formats.signed(record.bonus)))
    if record.source == "imported":
        said += " · " + str(_("This record was imported: only its total is known, not what was taken off."))
    return said


def comment_of(record: MonthlyRecord) -> str:
    """The person's own words on the month."""
    words = [f"{t(title)}{_(': ')}{text}" for title, text in record.own_words]
    return str(_("Own comment on the month: %(words)s", words="\n".join(words) if words else ""))


def signatures_of(record: MonthlyRecord) -> list[str]:
    """Who signs; beside the name the day on which they did so on the pages."""
    parts = (
        (_("Rater"), record.rater), (_("Head of department"), record.confirmer), (_("Person rated"), record.person),
        (_("Human resources"), None),
    )  # fmt: skip
    return [f"{label}{_(': ')}{_sign(one)}" for label, one in parts]


BLANK = "__________"


def _sign(one: Signature | None) -> str:
    if one is None or one.at is None:
        return BLANK
    return f"{one.name} {day_of(one.at).isoformat()}"


def records_workbook(records: Sequence[MonthlyRecord]) -> bytes:
    """A workbook with a sheet for every person: each is printed and signed by somebody else."""
    book = Book()
    for record in records:
        person = record.standing.person
        sheet = book.sheet(f"{person.name} {person.employee_no}", columns())
        _write(sheet, record)
    return book.content()


def _write(sheet: Sheet, record: MonthlyRecord) -> None:
    sheet.banner(title())
    sheet.line(company_name())
    heads = [f"{label}{_(': ')}{words}" for label, words in heads_of(record)]
    sheet.spread(heads[:4])
    sheet.spread(heads[4:])
    if record.lines:
        sheet.head()
    for line in record.lines:
        sheet.add(cells_of(line))
    for _number in range(blank_lines(record)):
        sheet.add([None] * len(columns()), height=20)
    if record.lines:
        taken = record.taken if record.source == "review" else None
        sheet.add([_("Sum"), record.full, taken, "", "", None, "", ""], bold=True)
    sheet.line(result_of(record), bold=True)
    sheet.line(comment_of(record), height=48)
    sheet.spread(signatures_of(record), height=34)
    sheet.end()


def blank_lines(record: MonthlyRecord) -> int:
    """Rows to fill in by hand: none on a sheet that says everything."""
    return BLANK_LINES if record.source == "empty" else 0
