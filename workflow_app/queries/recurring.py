"""The kinds of cycle that may recur, and how each stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from states.errors import Message
from states.periods import Span, read_period
from states.recurring import due_periods, opens_on, period_at
from workflow_app.db import db
from workflow_app.models import Cycle, RecurringCycle, SchemeVersion
from workflow_app.schemes import current_version, read_scheme
from workflow_app.working_days import zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from states.scheme.cycles import CycleKind
    from states.scheme.recurring import Recurring


@dataclass(frozen=True)
class Kind:
    """One kind: its scheme version, what is on record, the last cycle opened, the next period and its day."""

    version: SchemeVersion
    spec: CycleKind
    row: RecurringCycle | None
    last: Cycle | None
    following: Span | None
    opens: date | None
    suggested: str

    @property
    def active(self) -> bool:
        """Whether the clock opens it."""
        return self.row is not None and self.row.active

    @property
    def words(self) -> Message:
        """When it opens, as a sentence."""
        return opening_words(self.spec.recurring) if self.spec.recurring else Message("—")


def opening_words(rule: Recurring) -> Message:
    """A rule of the scheme in words."""
    if not rule.days_after:
        return {
            "first_day": Message("on the first day of the period"),
            "last_day": Message("on the last day of the period"),
            "after_end": Message("on the day after the period"),
        }[rule.open]
    return {
        "first_day": Message("%(days)s days after the first day of the period", days=rule.days_after),
        "last_day": Message("%(days)s days after the last day of the period", days=rule.days_after),
        "after_end": Message("%(days)s days after the day that follows the period", days=rule.days_after),
    }[rule.open]


def recurring_kinds(*, now: datetime) -> list[Kind]:
    """Every kind with `recurring` of the newest published version of each scheme, by scheme and period."""
    codes = db.session.scalars(select(SchemeVersion.code).filter_by(state="published").distinct().order_by(SchemeVersion.code))
    versions = [version for code in codes if (version := current_version(code))]
    return [
        _kind(version, spec, now)
        for version in versions
        for spec in read_scheme(version).cycle_kinds.values()
        if spec.recurring is not None
    ]


def _kind(version: SchemeVersion, spec: CycleKind, now: datetime) -> Kind:
    row = db.session.scalar(select(RecurringCycle).filter_by(scheme_code=version.code, kind=spec.code))
    today = now.astimezone(zone_of(read_scheme(version))).date()
    following = _following(row, spec, today) if row and row.active else None
    rule = spec.recurring
    return Kind(
        version, spec, row, _last(row) if row else None, following,
        opens_on(following, rule) if following and rule else None, period_at(today, spec.period).code,
    )


def _following(row: RecurringCycle, spec: CycleKind, today: date) -> Span | None:
    if spec.recurring is None:
        return None
    due = due_periods(row.first_period, spec.period, spec.recurring, today)
    if not due:
        return read_period(row.first_period, spec.period)
    return period_at(date.fromordinal(due[-1].end.toordinal() + 1), spec.period)


def _last(row: RecurringCycle) -> Cycle | None:
    return db.session.scalar(select(Cycle).filter_by(recurring_id=row.id).order_by(Cycle.period_end.desc()).limit(1))
