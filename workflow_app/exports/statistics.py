"""员工月/年绩效考核情况统计表 (scheme §7, Table 7): its columns and lines, and the workbook to print and sign."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask_babel import format_date
from flask_babel import gettext as _

from states.errors import N_
from workflow_app import formats
from workflow_app.exports.paper import Book, Column
from workflow_app.formats import MISSING
from workflow_app.i18n import company_name, t

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workflow_app.queries.statistics import Line, Statistics


def title_of(sheet: Statistics) -> str:
    """The sheet's title with its period."""
    if sheet.month:
        return str(_("Monthly statistics of performance appraisals · %(period)s", period=formats.period(sheet.month)))
    return str(_("Yearly statistics of performance appraisals · %(period)s", period=formats.period(str(sheet.year))))


def columns_of(sheet: Statistics) -> list[Column]:
    """The columns of Table 7, as the scheme's records make them."""
    figures = [Column(t(kind.title), 8, "score") for kind in sheet.layout.means]
    short = len(sheet.layout.periods) > 1
    figures += [
        Column(short_period(period) if short else t(kind.title), 7 if short else 10, "score") for kind, period in sheet.layout.periods
    ]
    figures.append(Column(_("Bonus"), 6, "int"))
    if not sheet.month:
        if sheet.layout.final:
            figures.append(Column(t(sheet.layout.final.title), 8, "score"))
        figures += [
            Column(_("Total"), 8, "score"), Column(_("Coverage"), 6, "int"), Column(_("Rank"), 6, "int"), Column(_("Band"), 7),
        ]  # fmt: skip
    return [
        Column(_("No."), 5, "int"), Column(_("Number"), 9), Column(_("Name"), 10), Column(_("Department"), 14),
        Column(_("Post"), 13), *figures,
    ]  # fmt: skip


def values_of(sheet: Statistics) -> Iterator[tuple[object, ...]]:
    """The values below the columns, line by line."""
    for number, line in enumerate(sheet.lines(), 1):
        person, place = line.standing.person, line.standing.place
        yield number, person.employee_no, person.name, place.department, place.post, *_figures(sheet, line)


def _figures(sheet: Statistics, line: Line) -> Iterator[object]:
    yield from (line.means[kind.record_kind] for kind in sheet.layout.means)
    yield from (line.periods[kind.record_kind, period] for kind, period in sheet.layout.periods)
    yield line.bonus
    if sheet.month:
        return
    if sheet.layout.final:
        yield line.final
    yield from (line.total, line.counted, line.rank, band_of(line))


def band_of(line: Line) -> str | None:
    """The band, with a mark where it is not signed yet."""
    if line.withheld:
        return str(_("not released"))
    if line.band is None and line.why:
        return str(_(WITHOUT_BAND[line.why]))
    return f"{line.band} {PROVISIONAL}" if line.band and line.provisional else line.band


PROVISIONAL = "*"
WITHOUT_BAND = {
    "excluded": N_("no band (excluded)"), "left": N_("left within the year"), "too_new": N_("too few appraisals were counted"),
}  # fmt: skip


def notes_of(sheet: Statistics) -> list[str]:
    """What a reader of the sheet must know beside its figures."""
    notes = [_("Figures contain the bonus of their period. A blank is missing, never nought.")]
    if sheet.month:
        notes.append(_("A week belongs to the month that its Thursday lies in."))
    elif sheet.layout.periods:
        notes.append(_("Coverage: appraisals of the year that were counted."))
    if sheet.provisional:
        notes.append(_("* provisional: computed or calibrated, not approved yet."))
    return notes


def signatures_of(sheet: Statistics, compiled_by: str, today: str) -> list[str]:
    """The last line: compiled by, reviewed by, approved by."""
    approved = formats.plain(list(sheet.approvers)) if sheet.approvers and not sheet.provisional else BLANK
    return [
        _("Compiled by: %(name)s", name=compiled_by) + "  " + today, _("Reviewed by: %(name)s", name=BLANK),
        _("Approved by: %(name)s", name=approved if not sheet.month else BLANK),
    ]  # fmt: skip


BLANK = "________________"


def statistics_workbook(sheet: Statistics, *, about: str, compiled_by: str, today: str) -> bytes:
    """The workbook: one sheet, written line by line as the figures are worked out."""
    book = Book()
    page = book.sheet(sheet.month or str(sheet.year), columns_of(sheet))
    page.banner(title_of(sheet))
    page.line(f"{company_name()} · {about}")
    page.head(fixed=3)
    for values in values_of(sheet):
        page.add(values)
    for note in notes_of(sheet):
        page.line(note)
    page.spread(signatures_of(sheet, compiled_by, today), height=30)
    page.end()
    return book.content()


def shown(value: object, form: str) -> str:
    """A value as the page shows it."""
    if value is None:
        return MISSING
    return formats.score(value) if form == "score" else str(value)  # type: ignore[arg-type]  # a figure by its column


def short_period(period: str) -> str:
    """A period within the year in few signs: 1月, Jan; Q1."""
    part = period[5:]
    return str(format_date(date(int(period[:4]), int(part), 1), "LLL")) if part.isdigit() else part
