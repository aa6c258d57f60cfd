"""The mails that a customer gets. No rating in them and no grade: only what is asked, HR's own words, and one link.

Where one link covers several people, one mail names them all: those who are still to be asked about when it is sent.
What is kept here has no token: PLACEHOLDER stands for the link.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update

from states.errors import N_
from states.stages import FINISHED
from workflow_app.db import db
from workflow_app.models import Campaign, Invitation, MailMessage
from workflow_app.queries.surveys import UNANSWERED, asked_about, group_of, last_day, minimum_to_show, survey_row
from workflow_app.services.mailing import queue_mail
from workflow_app.survey_links import PLACEHOLDER, link_to

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

# Why a mail was not sent in the end, for HR's page of mails.
REASONS = {
    "submitted": N_("The customer had answered when its turn came."),
    "declined": N_("The customer had declined when its turn came."),
    "opted_out": N_("The customer had asked for no more mail when its turn came."),
    "bounced": N_("An earlier mail to this address had come back when its turn came."),
    "revoked": N_("The link had been revoked when its turn came."),
    "replaced": N_("The link had been replaced by a newer one when its turn came."),
    "expired": N_("The link had run out when its turn came."),
    "closed": N_("The survey had been closed when its turn came."),
    "other_address": N_("The customer’s address had been changed when its turn came."),
}
_KEY = re.compile(r"(?P<kind>invitation|reminder)-[0-9]+-(?P<generation>[0-9]+)")


@dataclass(frozen=True)
class Written:
    """A mail in one language: PLACEHOLDER stands for the link in both parts."""

    subject: str
    text: str
    html: str


def mail_invitation(invitation: Invitation, *, now: datetime) -> MailMessage:
    """Queue the invitation in the customer's language, one mail for each generation of the link.

    It names everybody who shares the link: one mail is enough for all of them.
    """
    return _queue(invitation, f"invitation-{invitation.id}-{invitation.generation}", reminder=False, now=now)


def mail_reminder(invitation: Invitation, *, now: datetime) -> MailMessage | None:
    """Queue a reminder with the same link; None when one was queued today already."""
    day = now.astimezone(ZoneInfo(current_app.config["SETTINGS"].time_zone)).date()
    key = f"reminder-{invitation.id}-{invitation.generation}-{day.isoformat()}"
    if db.session.scalar(select(MailMessage.id).where(MailMessage.key == key, MailMessage.state != "withdrawn")):
        return None
    return _queue(invitation, key, reminder=True, now=now)


def write_mail(people: Sequence[Invitation], language: str, *, reminder: bool = False) -> Written:
    """The mail about these invitations of one customer (one at least), in "zh" or "en"; also for HR's preview."""
    with force_locale(language):
        subject = _("Reminder: how was our service?") if reminder else _("How was our service? One minute of your time")
        words = _words(people, language, reminder=reminder)
        return Written(
            subject, render_template("survey/mail.txt", **words),
            render_template("survey/mail.html", **words, subject=subject),
        )


def why_withdrawn(mail: MailMessage, *, now: datetime) -> str | None:
    """Why a customer's mail is not to be sent any more (a key of REASONS); None where it is, and for other mails."""
    invitation = db.session.get(Invitation, mail.invitation_id) if mail.invitation_id else None
    if invitation is None:
        return None
    written = _KEY.match(mail.key)
    if written and int(written["generation"]) != invitation.generation:
        return "replaced"
    customer = invitation.customer
    if customer.opted_out_at is not None:
        return "opted_out"
    if customer.bounced_at is not None:
        return "bounced"
    if customer.email != mail.to_address:
        return "other_address"
    return None if _to_ask(invitation, now) else _why_not(invitation, now) or "closed"


def bring_up_to_date(mail: MailMessage, *, now: datetime) -> str | None:
    """Before a mail about several people is sent: leave out those who were answered about since it was queued.

    Returns why it is not to be sent any more (a key of REASONS) where nobody is left to ask about; the last of them
    may have answered since `why_withdrawn` looked.
    """
    invitation = db.session.get(Invitation, mail.invitation_id) if mail.invitation_id else None
    if invitation is None:
        return None
    people, reminder = _to_ask(invitation, now), mail.key.startswith("reminder")
    if not people:
        return _why_not(invitation, now) or "closed"
    if len(group_of(invitation)) == 1:
        return None
    written = write_mail(people, language_of(invitation), reminder=reminder)
    mail.text, mail.html = written.text, written.html
    return None


def link_in(mail: MailMessage) -> str:
    """The link that is put into a customer's mail when it is sent; empty for other mails."""
    invitation = db.session.get(Invitation, mail.invitation_id) if mail.invitation_id else None
    return link_to(_holder(invitation)) if invitation else ""


def note_delivered(mail: MailMessage, *, now: datetime) -> None:
    """The mail server has taken the mail about these people. It decides nothing, so no version is raised."""
    invitation = db.session.get(Invitation, mail.invitation_id) if mail.invitation_id else None
    if invitation is None:
        return
    ours = [one.id for one in group_of(invitation) if one.state in {"sent", "opened"}]
    told = update(Invitation).where(Invitation.id.in_(ours), Invitation.delivered_at.is_(None))
    db.session.execute(told.values(delivered_at=now))


def language_of(invitation: Invitation) -> str:
    """The language in which a customer is written to: "en" or "zh"."""
    return "en" if invitation.customer.language.lower().startswith("en") else "zh"


def _queue(invitation: Invitation, key: str, *, reminder: bool, now: datetime) -> MailMessage:
    people = _to_ask(invitation, now) or [invitation]
    written = write_mail(people, language_of(invitation), reminder=reminder)
    return queue_mail(
        key, invitation.customer.email, subject=written.subject, text=written.text, html=written.html, now=now,
        invitation_id=invitation.id,
        headers={
            "List-Unsubscribe": f"<{PLACEHOLDER}?page=decline>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _to_ask(invitation: Invitation, now: datetime) -> list[Invitation]:
    """Whom a mail about this invitation names: of those behind its link, the ones still to be answered about."""
    group = group_of(invitation) if _holder(invitation) is not invitation or not invitation.leader_id else [invitation]
    return [one for one in group if _why_not(one, now) is None]


def _holder(invitation: Invitation) -> Invitation:
    """Whose link goes into the mail: the leader's, unless that one has ended."""
    leader = invitation.leader
    if leader is None or leader.state == "revoked" or leader.review.state == "excluded":
        return invitation
    return leader


def _why_not(invitation: Invitation, now: datetime) -> str | None:
    if invitation.state not in UNANSWERED:
        return invitation.state
    if invitation.bounced_at is not None:
        return "bounced"
    if invitation.review.state == "excluded":
        return "revoked"
    row = survey_row(invitation.review)
    if invitation.review.cycle.state != "open" or (row is not None and row.state in FINISHED):
        return "closed"
    return "expired" if invitation.expires_at <= now else None


def _words(people: Sequence[Invitation], language: str, *, reminder: bool) -> dict[str, Any]:
    first = people[0]
    campaign = db.session.scalar(select(Campaign).filter_by(cycle_id=first.review.cycle_id))
    note = (campaign.note_en if language == "en" else campaign.note_zh) if campaign else ""
    return {
        "link": PLACEHOLDER,
        "name": first.customer.contact or first.customer.name,
        "people": [one.review.employee.name for one in people],
        "note": note.strip(),
        "last_day": min(last_day(one) for one in people),
        "asked": min(asked_about(one.review_id) for one in people),
        "minimum": minimum_to_show(first.review.cycle),
        "reminder": reminder,
    }
