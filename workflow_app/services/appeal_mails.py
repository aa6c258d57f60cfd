"""Telling a person that the appeal is answered; the mail holds neither the answer nor a grade."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Account, Appeal
from workflow_app.services.mailing import queue_mail


def announce_answer(appeal: Appeal, *, now: datetime) -> None:
    """Queue one mail to the person who appealed, in the language they chose; no address, no mail."""
    person, cycle = appeal.review.employee, appeal.review.cycle
    if not person.email:
        return
    settings = current_app.config["SETTINGS"]
    chosen = db.session.scalar(select(Account.locale).filter_by(employee_id=person.id))
    locale = chosen or settings.default_locale
    title = cycle.title_zh if locale == "zh" else cycle.title_en
    words = {"name": person.name, "cycle": title, "link": f"{settings.base_url}/appeals/{appeal.id}"}
    with force_locale(locale):
        queue_mail(
            f"appeal-{appeal.id}-answer",
            person.email,
            subject=_("Your appeal about %(cycle)s is answered", cycle=title),
            text=render_template("appeals/mail.txt", **words),
            html=render_template("appeals/mail.html", lang=locale, **words),
            now=now,
        )
