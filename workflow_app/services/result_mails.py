"""Telling a person that the result is there; the mail itself holds no figure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import Account, Review
from workflow_app.services.mailing import queue_mail


def announce_result(review: Review, *, now: datetime) -> None:
    """Tell the person rated that the result is there."""
    tell_person_rated(
        review, f"result-{review.id}-{review.version}", lambda title: _("Your result of %(cycle)s is there", cycle=title),
        page=f"/results/{review.id}", words_in="results", now=now,
    )  # fmt: skip


def tell_person_rated(
    review: Review, key: str, subject: Callable[[str], str], *, page: str, words_in: str, now: datetime
) -> None:
    """Queue one mail to the person rated, in the language they chose; no address, no mail.

    `subject` gets the cycle's title; `words_in` is the folder of templates that holds `mail.txt` and `mail.html`.
    """
    person = review.employee
    if not person.email:
        return
    settings = current_app.config["SETTINGS"]
    chosen = db.session.scalar(select(Account.locale).filter_by(employee_id=person.id))
    locale = chosen or settings.default_locale
    title = review.cycle.title_zh if locale == "zh" else review.cycle.title_en
    words = {"name": person.name, "cycle": title, "link": settings.base_url + page}
    with force_locale(locale):
        queue_mail(
            key,
            person.email,
            subject=subject(title),
            text=render_template(f"{words_in}/mail.txt", **words),
            html=render_template(f"{words_in}/mail.html", lang=locale, **words),
            now=now,
        )
