"""A customer's link: no account, no session, no cookie. Fetching a page changes nothing; only sending does.

The address itself lets one in. Every form carries a nonce of its invitation, which takes the place of a
session's CSRF token and never grows old. The token stands in no page: forms and links are relative.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, request
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import BadRequest, HTTPException

from states.errors import Refusal
from workflow_app import clock
from workflow_app.access import public
from workflow_app.db import db, unit_of_work
from workflow_app.errors import note_failure, status_of
from workflow_app.extensions import csrf
from workflow_app.once_more import once_more
from workflow_app.ready_pages import ready_page
from workflow_app.services import answering
from workflow_app.services.opting_out import opt_out
from workflow_app.survey_links import read_nonce
from workflow_app.survey_pages import endings, opening, sending
from workflow_app.survey_pages.leftover import entered
from workflow_app.survey_pages.quickly import sent_quickly
from workflow_app.survey_pages.turns import Sent
from workflow_app.survey_pages.visits import Gone, Visit, browser_language, customer_of, ended_meanwhile, visit_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    Answered = str | tuple[str, int] | Response

blueprint = Blueprint("survey", __name__)
csrf.exempt(blueprint)

LARGEST_FORM = 128 * 1024
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@blueprint.get("/s/<token>")
@public
def page(token: str) -> Answered:
    ready = ready_page(token)
    if ready is not None:
        if not ready.seen:
            _note_seen(ready.number)
        return ready.text
    visit, now = visit_of(token), clock.now()
    shown = opening.page_of(visit, request.args.get("page", ""), now)
    if visit.link.seen_at is None and request.method == "GET":
        _note_seen(visit.link.id)
    return shown


@blueprint.post("/s/<token>")
@public
def answer(token: str) -> Answered:
    # Before anything reads the form: what is larger is refused unread.
    request.max_content_length = LARGEST_FORM
    return once_more(partial(_answer, token))


def _answer(token: str) -> Answered:
    sent = request.form
    quickly = sent_quickly(token)
    if quickly is not None:
        return quickly
    if sent.to_dict() == ONE_CLICK:
        return _stop_mail(token)
    visit = visit_of(token)
    act, _, where = sent.get("act", "").partition(":")
    if request.args.get("page") == "decline" and act == "show":
        return opening.page_of(visit, "decline", clock.now())
    if act == "decline" or (request.args.get("page") == "decline" and act == "enter"):
        return _decline(visit)
    button = sending.BUTTONS.get(act)
    if button is None or visit.about is None:
        raise BadRequest
    turn = Sent(visit, visit.about)
    turn.guard()
    if turn.known is None:
        raise BadRequest
    try:
        return button(turn, where)
    except Refusal as refusal:
        return sending.refused(turn, refusal)


def _decline(visit: Visit) -> Answered:
    """Not answering about one person, or about everybody of the link; or not being written to any more."""
    Sent(visit, visit.bearer).guard()
    if read_nonce(visit.bearer, request.form.get("nonce", "")) is None:
        raise BadRequest
    kind, reason = request.form.get("kind", ""), request.form.get("reason", "")
    everyone = visit.about is None or bool(request.form.get("everyone"))
    over = not endings.may_decline(visit, clock.now())
    try:
        with unit_of_work():
            if kind == "opted_out":
                opt_out(visit.link.customer, now=clock.now())
            else:
                asked, contact = visit.people if everyone else [visit.bearer], request.form.get("contact", "")
                answering.decline_all(asked, kind, reason, contact=contact, now=clock.now())
    except answering.LinkEndedRefusal as refusal:
        raise ended_meanwhile(visit, visit.bearer) from refusal
    except Refusal as refusal:
        if refusal.kind == "gone":
            raise Gone("expired") from refusal
        if refusal.kind == "conflict":
            # The page of the answer that is in: an empty form could only be sent in its place.
            return redirect(visit.here(), code=HTTPStatus.SEE_OTHER)
        return endings.decline_page(visit, clock.now(), refusal), status_of(refusal)
    if over and kind == "opted_out":
        return redirect(visit.here(page="decline"), code=HTTPStatus.SEE_OTHER)
    return redirect(visit.all() if everyone else visit.here(), code=HTTPStatus.SEE_OTHER)


def _stop_mail(token: str) -> Answered:
    """The mail program's own button (RFC 8058): no nonce, the address is the proof, of an ended link too."""
    customer = customer_of(token)
    with unit_of_work():
        opt_out(customer, now=clock.now())
    return endings.message_page("opted_out", HTTPStatus.OK)


def _note_seen(number: int) -> None:
    """That somebody or something has opened the link: told to HR, and nothing hangs on it."""
    db.session.rollback()
    g.writes = True
    with suppress(OperationalError), unit_of_work():
        answering.note_seen(number, now=clock.now())


@blueprint.errorhandler(Gone)
def _gone(gone: Gone) -> tuple[str, int]:
    return endings.message_page(gone.page, gone.status, entered=entered((request.view_args or {})["token"]))


@blueprint.errorhandler(Exception)
def _failed(error: Exception) -> Any:
    """A fault of ours: no way to a sign-in, and no doubt whether to press the button once more."""
    g.setdefault("locale", browser_language())
    if isinstance(error, DataError | OverflowError):  # what no column can hold, and no browser sends
        return endings.message_page("broken", HTTPStatus.BAD_REQUEST, visit=None)
    note_failure(error)
    return endings.message_page("failed", HTTPStatus.INTERNAL_SERVER_ERROR, visit=None)


@blueprint.errorhandler(HTTPException)
def _not_understood(error: HTTPException) -> Any:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    g.setdefault("locale", browser_language())
    pages = {404: "unknown", 413: "too_large", 429: "too_many"}
    return endings.message_page(pages.get(status, "broken"), status)
