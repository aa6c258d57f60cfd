"""The sample company from its workbooks, in the transaction of whoever calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from states.permissions import SYSTEM
from states.scheme import builtin_scheme_text
from workflow_app.db import db
from workflow_app.models import Invitation, Setting
from workflow_app.queries.demo import SAMPLE
from workflow_app.sample.last_year import LAUNCHED_ON, begins, make_last_year
from workflow_app.sample.people import Cast, close_accounts_of_leavers, open_accounts
from workflow_app.sample.progress import Silent
from workflow_app.sample.readings import look_again, tell_everyone
from workflow_app.sample.this_year import make_this_year
from workflow_app.sample.workbooks import Workbooks
from workflow_app.services import sealing
from workflow_app.services.importing import import_workbook
from workflow_app.services.publishing import publish_scheme

if TYPE_CHECKING:
    from workflow_app.models import SchemeVersion
    from workflow_app.sample.progress import Progress
    from workflow_app.sample.workbooks import Named

AFTER_LAST_YEAR = timedelta(days=375)


def build(*, now: datetime, books: Workbooks | None = None, progress: Progress | None = None) -> None:
    """Fill a new, empty database with the sample company as it stands at `now`. Flushes, never commits.

    The database is marked as a sample first of all: only such a one offers roles to step into.
    """
    books, progress = books or Workbooks(), progress or Silent()
    mark_as_sample()
    version = _take_in_2024(books, progress)
    make_last_year(version, books, Cast(), progress)
    _take_in_2025(version, books, progress)
    make_this_year(version, books, Cast(), progress, now=now)
    _deliver_invitations()
    look_again(version, now=now)
    progress.begin("Sealing the history", 0)
    while sealing.seal(now=now):
        pass


def _deliver_invitations() -> None:
    """Nothing was really mailed; its made-up mail server took what was sent at once."""
    sent = update(Invitation).where(Invitation.sent_at.is_not(None), Invitation.delivered_at.is_(None))
    db.session.execute(sent.values(delivered_at=Invitation.sent_at))


def mark_as_sample() -> None:
    """Say of this database that it is a sample; never called on one that exists already."""
    db.session.add(Setting(key=SAMPLE, value="yes"))
    db.session.flush()


def _take_in_2024(books: Workbooks, progress: Progress) -> SchemeVersion:
    """The company as it was at the end of 2024, its scheme and its accounts."""
    now = begins()
    version = publish_scheme(builtin_scheme_text(), actor=SYSTEM, now=now)
    last_day = LAUNCHED_ON - timedelta(days=2)
    for kind in ("employees", "customers"):
        _import(kind, books.a_year_before(kind, last_day), now, progress)
    open_accounts(now=now + timedelta(hours=1), today=now.date())
    progress.begin("Everybody reads the scheme", 0)
    tell_everyone(version, Cast(), now=now + timedelta(hours=2))
    _import("records", books.records_of_2024(), now + timedelta(days=15), progress)
    return version


def _take_in_2025(version: SchemeVersion, books: Workbooks, progress: Progress) -> None:
    """The workbooks of 2025: new people, those who left, new customers, the year's records."""
    now = begins() + AFTER_LAST_YEAR
    for kind in ("employees", "customers", "records"):
        _import(kind, books.whole(kind), now, progress)
    open_accounts(now=now + timedelta(hours=1), today=now.date())
    close_accounts_of_leavers(now=now + timedelta(hours=2), today=now.date())
    tell_everyone(version, Cast(), now=now + timedelta(hours=3))


def _import(kind: str, book: Named, now: datetime, progress: Progress) -> None:
    progress.begin(f"Importing {book[0]}", 0)
    import_workbook(kind, *book, actor=SYSTEM, now=now)
