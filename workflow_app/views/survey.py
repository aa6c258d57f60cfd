"""A customer's link: no account, no session, no cookie. Fetching a page changes nothing; only sending does.

The address itself lets one in. Every form carries a nonce of its invitation, which takes the place of a
session's CSRF token and never grows old. The token stands in no page: forms and links are relative.
"""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, redirect, render_template, request
from flask_limiter.util import get_remote_address
from limits import parse
from werkzeug.exceptions import BadRequest, HTTPException, NotFound, TooManyRequests

from forms.builder import SchemeForm, answers_from, build_form, prefill
from forms.kinds.base import name_of
from states.errors import Message, Refusal
from workflow_app import clock
from workflow_app.access import public
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.extensions import csrf, limiter
from workflow_app.i18n import DEFAULT_LOCALE, locale_code
from workflow_app.queries.surveys import (
    asked_about,
    find_invitation,
    invitation_named_by,
    last_day,
    latest_answer,
    minimum_to_show,
    questionnaire_of,
)
from workflow_app.services import answering
from workflow_app.services.inviting import GRACE
from workflow_app.services.preferences import LOCALES
from workflow_app.survey_links import draft_name, generation_of, nonce_of, read_nonce, tidied

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from werkzeug.wrappers import Response

    from states.scheme.forms import Questionnaire
    from workflow_app.models import Invitation, Submission

    Answered = str | tuple[str, int] | Response

blueprint = Blueprint("survey", __name__)
csrf.exempt(blueprint)

LARGEST_FORM = 128 * 1024
MOST_FIELDS = 100
# Made-up addresses an hour from one network address: enough for a mistyped one in a shared office.
UNKNOWN_LIMIT = parse("60 per hour")
HONEYPOT = "website"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


class Gone(Exception):  # noqa: N818 (an answer, not a fault)
    """A link that does not lead to a form any more, and which page says so."""

    def __init__(self, page: str, status: int = HTTPStatus.GONE) -> None:
        super().__init__(page)
        self.page, self.status = page, int(status)


@blueprint.get("/s/<token>")
@public
def page(token: str) -> Answered:
    invitation = _invitation(token)
    now, wanted = clock.now(), request.args.get("page", "")
    if invitation.state == "submitted" and not (wanted == "edit" and _open(invitation, now)):
        return _thanks(invitation, now)
    if invitation.state == "declined" and not (wanted == "edit" and _open(invitation, now)):
        return _message("declined", HTTPStatus.OK, can_answer=_open(invitation, now))
    if not _open(invitation, now):
        raise Gone("expired")
    if wanted == "decline" and invitation.state != "submitted":
        return _decline_page(invitation)
    latest = latest_answer(invitation)
    return _form_page(invitation, _stored_form(invitation, latest), known=latest.number if latest else 0)


@blueprint.post("/s/<token>")
@public
def answer(token: str) -> Answered:
    # Before anything reads the form: what is larger is refused unread.
    request.max_content_length = LARGEST_FORM
    sent = request.form
    _guard_form(sent)
    invitation = _invitation(token)
    if sent.to_dict() == ONE_CLICK:
        return _opt_out(invitation)
    known = _sent_number(invitation)
    steps = {"review": _review, "send": _send, "change": _change, "decline": _decline}
    step = steps.get(sent.get("act", ""))
    if known is None or step is None:
        raise BadRequest
    try:
        return step(invitation, known)
    except Refusal as refusal:
        return _refused(invitation, refusal)


def _review(invitation: Invitation, known: int) -> Answered:
    """Show what is about to be sent. Nothing is stored but that somebody began."""
    now = clock.now()
    answering.guard_open(invitation, now=now)
    form = _sent_form(invitation)
    if not form.validate():
        return _form_page(invitation, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, known=known)
    spec = _spec(invitation)
    if answering.is_repeat(invitation, answers_from(spec, form), known=known):
        return _seen_again()
    if not any(form[name_of(item.code)].data for item in spec.items):
        raise Refusal(answering.NOTHING_ANSWERED)
    shown = render_template(
        "survey/review.html", form=form, rows=_rows(form), nonce=nonce_of(invitation, known), honeypot=HONEYPOT,
        flagged=request.form.get(HONEYPOT, ""), person=invitation.review.employee.name,
    )
    with unit_of_work():
        answering.lock_invitation(invitation)
        answering.note_opened(invitation, now=now)
    return shown


def _send(invitation: Invitation, known: int) -> Answered:
    form = _sent_form(invitation)
    if not form.validate():
        return _form_page(invitation, form, status=HTTPStatus.UNPROCESSABLE_ENTITY, known=known)
    answers = answers_from(_spec(invitation), form)
    with unit_of_work():
        answering.submit_answers(
            invitation, answers, known=known, now=clock.now(), flagged=bool(request.form.get(HONEYPOT))
        )
    return _seen_again()


def _change(invitation: Invitation, known: int) -> Answered:
    form = _sent_form(invitation)
    form.validate()
    return _form_page(invitation, form, known=known)


def _decline(invitation: Invitation, _known: int) -> Answered:
    kind, reason = request.form.get("kind", ""), request.form.get("reason", "")
    try:
        with unit_of_work():
            answering.decline(invitation, kind, reason, now=clock.now())
    except Refusal as refusal:
        if refusal.kind != "invalid":
            raise
        return _decline_page(invitation, refusal), status_of(refusal)
    return _seen_again()


def _opt_out(invitation: Invitation) -> Answered:
    """The mail program's own button (RFC 8058): no nonce, the address is the proof."""
    with suppress(Refusal), unit_of_work():
        answering.decline(invitation, "opted_out", "", now=clock.now())
    return _message("opted_out", HTTPStatus.OK)


def _refused(invitation: Invitation, refusal: Refusal) -> Answered:
    """Refused by the service: the form again with all that was entered, or the page of an ended link."""
    if refusal.kind == "gone":
        raise Gone("revoked" if invitation.state == "revoked" else "expired")
    form = _sent_form(invitation)
    if form.validate() and refusal.kind == "invalid":
        # At the first question, so that the summary of errors can lead there.
        form[name_of(_spec(invitation).items[0].code)].errors = list(refusal.messages)  # type: ignore[arg-type]
        return _form_page(invitation, form, status=status_of(refusal), known=_sent_number(invitation))
    # Told of the other answer, the customer may now replace it; otherwise the page knows what it knew.
    known = None if refusal.kind == "conflict" else _sent_number(invitation)
    return _form_page(invitation, form, status=status_of(refusal), known=known, problems=refusal.messages)


# --- what stands behind an address ---------------------------------------------------------------------------------


def _invitation(token: str) -> Invitation:
    """The invitation of a current token. An ended or made-up one raises the page that says so."""
    g.locale = _browser_language()
    token = tidied(token)
    found = find_invitation(token)
    if found is None:
        raise _ended(token)
    g.locale = "en" if found.customer.language.lower().startswith("en") else "zh"
    if found.state == "revoked" or found.review.state == "excluded":
        raise Gone("revoked")
    return found


def _ended(token: str) -> Exception:
    named = invitation_named_by(token)
    if named is not None and generation_of(token, named):
        return Gone("revoked" if named.state == "revoked" else "replaced")
    # Only made-up addresses are counted: a genuine link works however many others are tried beside it.
    if limiter.enabled and not _counted():
        return TooManyRequests()
    return NotFound()


def _counted() -> bool:
    try:
        return bool(limiter.limiter.hit(UNKNOWN_LIMIT, "survey", get_remote_address()))
    except Exception:  # noqa: BLE001 (a counter that is down must not keep customers out)
        return True


def _guard_form(sent: Any) -> None:
    """No browser sends this: a parameter twice, or far more fields than any page has."""
    if len(sent) > MOST_FIELDS or any(len(values) > 1 for values in sent.listvalues()) or request.files:
        raise BadRequest


def _open(invitation: Invitation, now: datetime) -> bool:
    return answering.takes_answers(invitation, until=invitation.expires_at, now=now)


def _browser_language() -> str:
    """For pages without a customer. Read from the request alone: these pages leave the session untouched."""
    return request.accept_languages.best_match(LOCALES) or DEFAULT_LOCALE


# --- pages ---------------------------------------------------------------------------------------------------------


def _spec(invitation: Invitation) -> Questionnaire:
    return questionnaire_of(invitation.review.cycle, invitation.form)


def _sent_form(invitation: Invitation) -> SchemeForm:
    return build_form(_spec(invitation), locale_code())(request.form)


def _stored_form(invitation: Invitation, latest: Submission | None) -> SchemeForm:
    spec = _spec(invitation)
    made: SchemeForm = build_form(spec, locale_code())(data=prefill(spec, latest.answers if latest else {}))
    return made


def _sent_number(invitation: Invitation) -> int | None:
    """How many answers the sent page knew of; None where its nonce is not this invitation's."""
    return read_nonce(invitation, request.form.get("nonce", ""))


def _known(invitation: Invitation) -> int:
    latest = latest_answer(invitation)
    return latest.number if latest else 0


def _form_page(
    invitation: Invitation, form: SchemeForm, *, status: int = HTTPStatus.OK, known: int | None = None,
    problems: Iterable[Message] = (),
) -> tuple[str, int]:
    spec, number = _spec(invitation), _known(invitation) if known is None else known
    page = render_template(
        "survey/form.html", form=form, spec=spec, nonce=nonce_of(invitation, number), honeypot=HONEYPOT,
        draft=draft_name(invitation), problems_found=list(problems), page_errors=bool(problems),
        person=invitation.review.employee.name, cycle=invitation.review.cycle, last_day=last_day(invitation),
        asked=asked_about(invitation.review_id), minimum=minimum_to_show(invitation.review.cycle),
        questions=sum(field.name.startswith("q_") and hasattr(field, "iter_choices") for field in form),
        answered=sum(bool(field.data) for field in form if hasattr(field, "iter_choices")),
        flagged=request.form.get(HONEYPOT, ""),
    )
    return page, int(status)


def _rows(form: SchemeForm) -> list[tuple[Any, str]]:
    """Every question with the answer in words; blank where it was skipped."""
    rows = []
    for field in form:
        words = str(field.data or "")
        if hasattr(field, "iter_choices"):
            words = next((str(choice[1]) for choice in field.iter_choices() if choice[2]), "")
        rows.append((field, words))
    return rows


def _thanks(invitation: Invitation, now: datetime) -> str:
    closed_at = invitation.closed_at
    late = closed_at is not None and invitation.expires_at <= closed_at < invitation.expires_at + GRACE
    return render_template(
        "survey/thanks.html", reference=invitation.reference, last_day=last_day(invitation),
        can_change=_open(invitation, now), late=late, draft=draft_name(invitation),
    )


def _decline_page(invitation: Invitation, refusal: Refusal | None = None) -> str:
    return render_template(
        "survey/decline.html", nonce=nonce_of(invitation, _known(invitation)), page_errors=refusal is not None,
        messages=refusal.messages if refusal else (), kind=request.form.get("kind", ""),
        reason=request.form.get("reason", ""), person=invitation.review.employee.name,
        longest=answering.LONGEST_REASON,
    )


def _message(page: str, status: int, **words: Any) -> tuple[str, int]:
    return render_template("survey/message.html", page=page, error=int(status) >= HTTPStatus.BAD_REQUEST, **words), int(
        status
    )


def _seen_again() -> Response:
    # Relative, so the token is in no header of ours; and a reload of the next page sends nothing again.
    return redirect(f"?lang={locale_code()}", code=HTTPStatus.SEE_OTHER)


@blueprint.errorhandler(Gone)
def _gone(gone: Gone) -> tuple[str, int]:
    return _message(gone.page, gone.status)


@blueprint.errorhandler(HTTPException)
def _not_understood(error: HTTPException) -> Any:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    g.setdefault("locale", _browser_language())
    pages = {404: "unknown", 413: "too_large", 429: "too_many"}
    return _message(pages.get(status, "broken"), status)
