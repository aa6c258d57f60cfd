"""Mails that were sent or kept, readable here: text and HTML part, both as source; customers' links are struck."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.queries import queue as queries
from workflow_app.services import mailing
from workflow_app.services.survey_mails import REASONS
from workflow_app.survey_links import struck

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

LINK = re.compile(r"https?://[^\s<>\"'，。；、）】]+")

blueprint = Blueprint("mail", __name__, url_prefix="/mail")


@blueprint.get("")
@allowed("see_mail")
def table() -> str:
    words, state = request.args.get("q", "")[:100].strip(), request.args.get("state", "")
    return render_template(
        "mail/table.html",
        mails=queries.mails(words, state, request.args.get("page", 1, type=int), but=current_actor().employee_id),
        words=words, state=state,
        query={name: value for name, value in (("q", words), ("state", state)) if value}, sends=_sends(),
    )


@blueprint.get("/<int:number>")
@allowed("see_mail")
def message(number: int) -> str:
    mail = queries.mail(number, but=current_actor().employee_id)
    text = struck(mail.text)
    return render_template(
        "mail/message.html", mail=mail, text=text, html=struck(mail.html), links=_own_links(text), sends=_sends(),
        asked=queries.asked_in(mail), is_hr=may(current_actor(), "manage_cycles").allowed,
        withdrawn=REASONS.get(mail.last_error or "") if mail.state == "withdrawn" else None,
    )


@blueprint.post("/<int:number>/send")
@allowed("see_mail")
def send(number: int) -> Response:
    with unit_of_work():
        mail = queries.mail(number, but=current_actor().employee_id)
        mailing.send_again(mail, actor=current_actor(), now=now())
    flash(_("The mail is on its way."), "ok")
    return redirect(url_for("mail.message", number=number))


def _own_links(text: str) -> list[str]:
    """Addresses of this installation in a mail: only those may be followed from here."""
    base = current_app.config["SETTINGS"].base_url.rstrip("/")
    return [word for word in LINK.findall(text) if word.startswith(f"{base}/") and not word.startswith(f"{base}/s/…")]


def _sends() -> bool:
    return bool(current_app.config["SETTINGS"].sends_mail)
