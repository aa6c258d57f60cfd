"""Telling everybody whom a published scheme rates, and their word that they have read it (not consent).

The worker tells people in chunks. Every morning it looks again, so that whoever joined since, or was given a
superior, is told too; each person is told of a version once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from states.deadlines import add_working_days
from states.errors import Message, Refusal
from states.permissions import SYSTEM, Actor, PersonFacts
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Account, Employee, SchemeNotice, SchemeVersion
from workflow_app.queries.scheme_notices import count_of, unread, untold
from workflow_app.schemes import current_version, read_scheme
from workflow_app.services import progress
from workflow_app.services.events import record_event
from workflow_app.services.mailing import queue_mail
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.working_days import calendar_of, zone_of

CHUNK = 100
NOTICES = "notices"
AT = time(9, 0)


def announce(version: SchemeVersion, *, now: datetime) -> int:
    """Ask the worker to tell everybody whom a version rates and nobody has told yet; returns how many."""
    people = count_of(untold(version, day_of(now)))
    progress.begin("scheme", version.id, NOTICES, total=people, now=now)
    enqueue(Job.ANNOUNCE_SCHEME, now=now, version_id=version.id)
    return people


def announce_chunk(version_id: int, *, now: datetime) -> int:
    """Tell the next chunk of people, and ask for the one after it; returns how many were told now.

    With nobody left, it looks again the next morning. A version that is superseded or retired is told to
    nobody any more. Done twice, it tells nobody twice.
    """
    version = db.session.get_one(SchemeVersion, version_id)
    if current_version(version.code) is not version:
        cancel_timer("scheme", version.id, NOTICES)
        return 0
    people = db.session.scalars(untold(version, day_of(now)).limit(CHUNK)).all()
    if not people:
        _look_again(version, now=now)
        return 0
    _tell(version, people, now=now)
    enqueue(Job.ANNOUNCE_SCHEME, now=now, version_id=version.id)
    return len(people)


def acknowledge(notice: SchemeNotice, *, actor: Actor, now: datetime) -> None:
    """A person signs to have read a version. It is no consent, and signing twice is signing once."""
    require(actor, "sign_scheme", PersonFacts(employee_id=notice.employee_id))
    db.session.refresh(notice, with_for_update=True)
    if notice.acknowledged_at is not None:
        return
    notice.acknowledged_at = now
    db.session.flush()
    record_event(
        "scheme_notice", notice.id, "scheme_read", actor=actor, now=now, data={"version": notice.scheme_version_id}
    )


def ask_to_remind(version: SchemeVersion, *, actor: Actor, now: datetime) -> int:
    """HR asks for a mail to everybody who has not signed; returns to how many. Once a day and person.

    Refuses (conflict) when everybody has signed.
    """
    require(actor, "manage_schemes")
    people = count_of(unread(version, day_of(now)))
    if not people:
        raise Refusal(Message("Everybody who was told has signed already."), kind="conflict")
    record_event("scheme", version.id, "scheme_readers_reminded", actor=actor, now=now, data={"people": people})
    enqueue(Job.REMIND_READERS, now=now, version_id=version.id)
    return people


def remind_chunk(version_id: int, after: int = 0, *, now: datetime) -> int:
    """Mail the next chunk of those who have not signed, and ask for the one after it; returns how many."""
    version = db.session.get_one(SchemeVersion, version_id)
    notices = db.session.scalars(unread(version, day_of(now), after=after).limit(CHUNK)).all()
    people = db.session.scalars(select(Employee).where(Employee.id.in_([notice.employee_id for notice in notices])))
    _mail(version, people.all(), key=f"remind-{day_of(now)}", again=True, now=now)
    if len(notices) == CHUNK:
        enqueue(Job.REMIND_READERS, now=now, version_id=version.id, after=notices[-1].id)
    return len(notices)


def _tell(version: SchemeVersion, people: Sequence[Employee], *, now: datetime) -> None:
    db.session.add_all(SchemeNotice(scheme_version_id=version.id, employee_id=person.id, sent_at=now) for person in people)
    db.session.flush()
    _mail(version, people, key="notice", again=False, now=now)
    record_event("scheme", version.id, "scheme_announced", actor=SYSTEM, now=now, data={"people": len(people)})
    found = progress.find("scheme", version.id, NOTICES)
    if found is not None:
        progress.advance(found, now=now, done=len(people))


def _look_again(version: SchemeVersion, *, now: datetime) -> None:
    """Set the timer for nine on the next working day, where the company is."""
    scheme = read_scheme(version)
    zone = zone_of(scheme)
    day = add_working_days(now.astimezone(zone).date() + timedelta(days=1), 0, calendar_of(scheme))
    moment = datetime.combine(day, AT, tzinfo=zone)
    set_timer("scheme", version.id, NOTICES, due_at=moment, job=Job.ANNOUNCE_SCHEME, version_id=version.id)


def _mail(version: SchemeVersion, people: Sequence[Employee], *, key: str, again: bool, now: datetime) -> None:
    """One mail to each who has an address, in the language they chose."""
    settings = current_app.config["SETTINGS"]
    accounts = select(Account.employee_id, Account.locale).where(Account.employee_id.in_([one.id for one in people]))
    chosen = {employee_id: locale for employee_id, locale in db.session.execute(accounts) if locale}
    link = f"{settings.base_url}/scheme/whole?version={version.id}"
    for person in people:
        if not person.email:
            continue
        locale = chosen.get(person.id, settings.default_locale)
        title = version.title_zh if locale == "zh" else version.title_en
        words = {"name": person.name, "title": title, "number": version.version, "link": link, "again": again}
        with force_locale(locale):
            queue_mail(
                f"scheme-{version.id}-{person.id}-{key}", person.email,
                subject=_("Please read: %(scheme)s, version %(number)s", scheme=title, number=version.version),
                text=render_template("schemes/notice_mail.txt", **words),
                html=render_template("schemes/notice_mail.html", lang=locale, **words),
                now=now,
            )
