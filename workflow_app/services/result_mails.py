"""Telling a person that the result is there; the mail itself holds no figure."""

from __future__ import annotations

from datetime import datetime

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Account, Review
from workflow_app.services.mailing import queue_mail


def announce_result(review: Review, *, now: datetime) -> None:
    """Queue one mail to the person rated, in the language they chose; no address, no mail."""
    person = review.employee
    if not person.email:
        return
    settings = current_app.config["SETTINGS"]
    chosen = db.session.scalar(select(Account.locale).filter_by(employee_id=person.id))
    locale = chosen or settings.default_locale
    title = review.cycle.title_zh if locale == "zh" else review.cycle.title_en
    words = {"name": person.name, "cycle": title, "link": f"{settings.base_url}/results/{review.id}"}
    with force_locale(locale):
        queue_mail(
            f"result-{review.id}-{review.version}",
            person.email,
            subject=_("Your result of %(cycle)s is there", cycle=title),
            text=render_template("results/mail.txt", **words),
            html=render_template("results/mail.html", lang=locale, **words),
            now=now,
        )
