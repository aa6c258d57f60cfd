"""Workbooks of what follows from the grades: pay list, training needs, talent pool (scheme §6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext as _

from states.errors import N_
from workflow_app import formats
from workflow_app.exports.paper import Book, Column
from workflow_app.exports.statistics import short_period
from workflow_app.i18n import company_name, t
from workflow_app.queries.follow_ups import final_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from workflow_app.models import Action
    from workflow_app.queries.follow_ups import Needs, PayLine
    from workflow_app.queries.statistics import Statistics

ACTION_STATES = {
    "proposed": N_("Proposed"), "approved": N_("Approved"), "in_progress": N_("In progress"), "done": N_("Done"),
    "declined": N_("Declined"),
}  # fmt: skip


def pay_title(sheet: Statistics) -> str:
    """The title of the pay list."""
    return str(_("Performance-pay list · %(period)s", period=formats.period(str(sheet.year))))


def pay_columns(sheet: Statistics) -> list[Column]:
    """Who, the months, the year's total, the band and its coefficient, and what payroll must mind."""
    return [
        Column(_("Number"), 9), Column(_("Name"), 10), Column(_("Department"), 14), Column(_("Post"), 13),
        Column(_("Population"), 9), *(Column(short_period(period), 7, "score") for _kind, period in sheet.layout.periods),
        Column(_("Total of the year"), 8, "score"), Column(_("Band"), 6), Column(_("Coefficient"), 8, "points"),
        Column(_("Takes effect from"), 11, "date"), Column(_("Mind"), 26),
    ]  # fmt: skip


def pay_values(sheet: Statistics, lines: Sequence[PayLine], populations: Mapping[str, str]) -> Iterator[tuple[object, ...]]:
    """The values below the columns."""
    for one in lines:
        person, place = one.line.standing.person, one.line.standing.place
        yield (
            person.employee_no, person.name, place.department, place.post, populations.get(place.population, place.population),
            *(one.line.periods[kind.record_kind, period] for kind, period in sheet.layout.periods),
            final_total(one), one.band, one.coefficient, one.holds_from, formats.plain([t(flag) for flag in one.flags]),
        )  # fmt: skip


def pay_workbook(sheet: Statistics, lines: Sequence[PayLine], populations: Mapping[str, str]) -> bytes:
    """The pay list for payroll."""
    book = Book()
    page = book.sheet(str(sheet.year), pay_columns(sheet))
    page.banner(pay_title(sheet))
    page.line(company_name())
    page.head(fixed=2)
    for values in pay_values(sheet, lines, populations):
        page.add(values)
    page.end()
    return book.content()


def training_columns() -> list[Column]:
    """One action a line."""
    return [
        Column(_("Department"), 16), Column(_("Name"), 10), Column(_("Number"), 9), Column(_("Post"), 14), Column(_("Band"), 6),
        Column(_("Total"), 8, "score"), Column(_("Improvement plan"), 44), Column(_("Owner"), 10), Column(_("Until"), 11, "date"),
        Column(_("State"), 10),
    ]  # fmt: skip


def training_values(needs: Sequence[Needs]) -> Iterator[tuple[object, ...]]:
    """The values below them, department by department."""
    for one in needs:
        for action in one.actions:
            review = action.review
            yield (
                one.department, review.employee.name, review.employee.employee_no, review.post, review.final_band, review.total,
                action.plan, action.owner.name if action.owner else "", action.due_on, state_of(action),
            )  # fmt: skip


def wishes_columns() -> list[Column]:
    """What people wish for, department by department."""
    return [Column(_("Department"), 16), Column(_("Wishes"), 50), Column(_("People"), 8, "int"), Column(_("Name"), 60)]


def wishes_values(needs: Sequence[Needs]) -> Iterator[tuple[object, ...]]:
    """The values below them, the most wished first."""
    for one in needs:
        for text, names in one.wished:
            yield one.department, text, len(names), formats.plain(names)


def sums_columns(needs: Sequence[Needs]) -> list[Column]:
    """The sums: a column for every band that is there."""
    return [
        Column(_("Department"), 20), *(Column(_("Band %(band)s", band=band), 10, "int") for band in bands_in(needs)),
        Column(_("To be trained"), 12, "int"), Column(_("Wishes"), 10, "int"),
    ]  # fmt: skip


def sums_values(needs: Sequence[Needs]) -> Iterator[tuple[object, ...]]:
    """A line for every department."""
    for one in needs:
        counts = (one.count(band) for band in bands_in(needs))
        yield one.department, *counts, len(one.actions), len(one.wishes)


def bands_in(needs: Sequence[Needs]) -> list[str]:
    """The bands of the people to be trained."""
    return sorted({action.review.final_band for one in needs for action in one.actions if action.review.final_band})


def training_workbook(needs: Sequence[Needs], year: int) -> bytes:
    """Sums by department, the people, and the wishes, a sheet each."""
    book = Book()
    title = str(_("Training needs · %(period)s", period=formats.period(str(year))))
    for name, columns, rows in (
        (_("Sums"), sums_columns(needs), sums_values(needs)), (_("People"), training_columns(), training_values(needs)),
        (_("Wishes"), wishes_columns(), wishes_values(needs)),
    ):  # fmt: skip
        page = book.sheet(name, columns)
        page.banner(title)
        page.head()
        for values in rows:
            page.add(values)
        page.end()
    return book.content()


def talent_columns() -> list[Column]:
    """One person of the pool a line, the first to be asked first."""
    return [
        Column(_("No."), 5, "int"), Column(_("Name"), 10), Column(_("Number"), 9), Column(_("Department"), 14),
        Column(_("Post"), 14), Column(_("Year"), 7), Column(_("Rank"), 6, "int"), Column(_("Total"), 8, "score"),
        Column(_("Band"), 6), Column(_("Career plan"), 44), Column(_("State"), 10),
    ]  # fmt: skip


def talent_values(actions: Sequence[Action]) -> Iterator[tuple[object, ...]]:
    """The values below them; department and post are those of today."""
    for number, action in enumerate(actions, 1):
        review, person = action.review, action.review.employee
        yield (
            number, person.name, person.employee_no, person.department, person.post, review.cycle.period, review.rank,
            review.total, review.final_band, action.plan, state_of(action),
        )  # fmt: skip


def talent_workbook(actions: Sequence[Action]) -> bytes:
    """The talent pool."""
    book = Book()
    page = book.sheet(str(_("Talent pool")), talent_columns())
    page.banner(str(_("Talent pool")))
    page.head()
    for values in talent_values(actions):
        page.add(values)
    page.end()
    return book.content()


def state_of(action: Action) -> str:
    """The state of an action in words."""
    return str(_(ACTION_STATES.get(action.state, action.state)))
