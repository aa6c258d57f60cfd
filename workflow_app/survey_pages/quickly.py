"""A first answer to a link of one person, by the short way; everything else goes the ordinary one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import g, redirect, request
from werkzeug.exceptions import BadRequest

from forms.plain import plain_answers
from workflow_app import clock
from workflow_app.at_once import can_at_once, one_connection
from workflow_app.db import unit_of_work
from workflow_app.i18n import link_locale
from workflow_app.services.first_answers import NotPlainError, hold, submit_first
from workflow_app.services.newer_drafts import stamp_of
from workflow_app.survey_links import read_nonce
from workflow_app.survey_pages.turns import FOREIGN_FIELDS, HONEYPOT, Sent

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from workflow_app.services.first_answers import Held


def sent_quickly(token: str) -> Response | None:
    """The answer to a form that was sent, if its case is the common one; otherwise None, and nothing has happened."""
    if request.form.get("act") != "send" or request.args.keys() - {"lang"}:
        return None
    try:
        # What is done at once is a transaction of its own.
        with one_connection() if can_at_once() else unit_of_work():
            _submit(token)
    except (NotPlainError, BadRequest):
        return None
    return redirect(f"?lang={link_locale()}", code=HTTPStatus.SEE_OTHER)


def _submit(token: str) -> None:
    held = hold(token)
    g.locale = "en" if held.language.lower().startswith("en") else "zh"
    invitation: Any = held  # names and proves itself by the same two numbers
    if request.files or read_nonce(invitation, request.form.get("nonce", "")) != 0:
        raise NotPlainError
    beside = request.form.get("beside", "")
    if beside and held.draft_saved_at is not None and beside != stamp_of(held.draft_saved_at):
        raise NotPlainError  # another page has kept a draft since
    answers = plain_answers(held.spec, request.form, others=FOREIGN_FIELDS)
    if answers is None:
        answers = _whole(held, invitation)
    submit_first(held, answers, now=clock.now(), flagged=bool(request.form.get(HONEYPOT)))


def _whole(held: Held, invitation: Any) -> dict[str, Any]:
    """What the form itself makes of it."""
    turn = Sent(None, invitation)  # type: ignore[arg-type]  # no page is shown
    turn.spec = held.spec
    turn.guard()
    if (not turn.one_by_one and turn.unseen()) or not turn.form.validate():
        raise NotPlainError
    return turn.answers
