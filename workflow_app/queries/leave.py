"""Leave on record, and what it means for a period."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from states.leave import Away, Employment, is_long, wholly_away, without_lowering
from states.periods import Span, span_of
from workflow_app.db import db
from workflow_app.models import Cycle, Employee, Leave
from workflow_app.queries.paging import Paged, page_of
from workflow_app.schemes import scheme_of
from workflow_app.working_days import calendar_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from states.composition import RecordValue
    from states.scheme import Scheme

SHORT = frozenset({"day", "week", "month"})
"""Periods that a leave can fill; longer ones have long leave instead."""
SHORT_DAYS = 31


def leaves_of(employee_id: int) -> Sequence[Leave]:
    """A person's leave, the newest first."""
    return db.session.scalars(select(Leave).filter_by(employee_id=employee_id).order_by(Leave.first.desc())).all()


def leave_page(wanted: str, today: date, page: int) -> Paged[Leave]:
    """One page of leave: `now` on the day, `coming`, or `all`; the latest first."""
    query = select(Leave).join(Leave.employee).options(joinedload(Leave.employee))
    if wanted == "now":
        query = query.where(Leave.first <= today, Leave.last >= today)
    elif wanted == "coming":
        query = query.where(Leave.first > today)
    return page_of(query.order_by(Leave.first.desc(), Employee.employee_no), page)


def away_between(first: date, last: date, employee_ids: Iterable[int] | None = None) -> Mapping[int, list[Away]]:
    """By employee id, the leave that touches these days; of everybody unless ids are given."""
    found: dict[int, list[Away]] = defaultdict(list)
    query = select(Leave).where(Leave.first <= last, Leave.last >= first).order_by(Leave.first)
    wanted = None if employee_ids is None else set(employee_ids)
    if wanted is not None and len(wanted) == 1:
        query = query.where(Leave.employee_id.in_(wanted))
    for row in db.session.scalars(query):
        if wanted is None or row.employee_id in wanted:
            found[row.employee_id].append(Away(row.first, row.last, row.kind))
    return found


def on_leave_throughout(cycle: Cycle) -> set[int]:
    """Ids of those who are away for the whole of a short period, or on long leave in a longer one."""
    scheme = scheme_of(cycle)
    span = Span(cycle.period, cycle.period_start, cycle.period_end)
    away = away_between(span.start, span.end)
    judge = wholly_away if is_short(cycle) else is_long
    people = db.session.scalars(select(Employee).where(Employee.id.in_(away))) if away else ()
    calendar = calendar_of(scheme)
    return {one.id for one in people if judge(span, away[one.id], Employment(one.joined, one.left), calendar)}


def is_short(cycle: Cycle) -> bool:
    """Whether a leave can fill the whole period of this cycle."""
    return scheme_of(cycle).cycle_kinds[cycle.kind].period in SHORT


def applicable(
    records: Sequence[RecordValue], person: Employee, away: Sequence[Away], scheme: Scheme
) -> list[RecordValue]:
    """The records without those of a week or month wholly on leave that would lower a mean.

    So leave never lowers a score: neither by a bad figure of such a month nor by the loss of a good one (scheme §4).
    """
    if not away:
        return list(records)
    employed, calendar = Employment(person.joined, person.left), calendar_of(scheme)

    def gone(period: str) -> bool:
        span = span_of(period)
        return (span.end - span.start).days < SHORT_DAYS and wholly_away(span, away, employed, calendar)

    return without_lowering(records, gone, scheme.composition, employed)


def year_of_leave(year: int, employee_ids: Iterable[int]) -> Mapping[int, list[Away]]:
    """Leave that touches a year or the ISO weeks that belong to it, by employee id."""
    first = min(date(year, 1, 1), date.fromisocalendar(year, 1, 1))
    return away_between(first, date(year + 1, 1, 7), employee_ids)
