"""The two mails that a customer gets. No rating in them and no grade: only what is asked, and the link."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from workflow_app.db import db
from workflow_app.models import MailMessage
from workflow_app.queries.surveys import asked_about, last_day, minimum_to_show
from workflow_app.services.mailing import queue_mail
from workflow_app.survey_links import link_to

if TYPE_CHECKING:
    from datetime import datetime

    from workflow_app.models import Invitation


def mail_invitation(invitation: Invitation, *, now: datetime) -> MailMessage:
    """Queue the invitation in the customer's language, one mail for each generation of the link."""
    with force_locale(_language(invitation)):
        return _queue(
            invitation, f"invitation-{invitation.id}-{invitation.generation}",
            subject=_("How was our service? One minute of your time"), reminder=False, now=now,
        )


def mail_reminder(invitation: Invitation, *, now: datetime) -> MailMessage | None:
    """Queue a reminder with the same link; None when one was queued today already."""
    day = now.astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone)).date()
    key = f"reminder-{invitation.id}-{invitation.generation}-{day.isoformat()}"
    if db.session.scalar(select(MailMessage.id).filter_by(key=key)):
        return None
    with force_locale(_language(invitation)):
        return _queue(invitation, key, subject=_("Reminder: how was our service?"), reminder=True, now=now)


def _queue(invitation: Invitation, key: str, *, subject: str, reminder: bool, now: datetime) -> MailMessage:
    link = link_to(invitation)
    words = _words(invitation, link, reminder=reminder)
    return queue_mail(
        key, invitation.customer.email, subject=subject, now=now,
        text=render_template("survey/mail.txt", **words),
        html=render_template("survey/mail.html", **words, subject=subject),
        headers={
            "List-Unsubscribe": f"<{link}?page=decline>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _words(invitation: Invitation, link: str, *, reminder: bool) -> dict[str, Any]:
    return {
        "link": link,
        "name": invitation.customer.contact or invitation.customer.name,
        "person": invitation.review.employee.name,
        "last_day": last_day(invitation),
        "asked": asked_about(invitation.review_id),
        "minimum": minimum_to_show(invitation.review.cycle),
        "reminder": reminder,
    }


def _language(invitation: Invitation) -> str:
    return "en" if invitation.customer.language.lower().startswith("en") else "zh"
