"""The one module that knows HTTP statuses: refusals and faults become pages."""

from typing import Any

import structlog
from flask import Flask, current_app, g, jsonify, render_template, request
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from states.errors import Kind, Message, Refusal
from workflow_app.db import db
from workflow_app.i18n import t

STATUS: dict[Kind, int] = {
    "invalid": 422,
    "forbidden": 403,
    "conflict": 409,
    "not_found": 404,
    "gone": 410,
    "too_large": 413,
}
SENTENCES = {
    400: Message("The request could not be understood. Please go back, reload the page and try again."),
    401: Message("You are not signed in. Sign in on the pages first; this address takes the session's cookie."),
    403: Message("Your role does not include this. Please ask HR."),
    404: Message("There is no such page. The address may be incomplete, or what it showed was removed."),
    405: Message("This address does not take that kind of request. Please use the buttons on the pages."),
    413: Message("What was sent is too large. A file may have up to %(megabytes)s MB."),
    429: Message("Too many tries in a short time. Please wait a minute and try again."),
    500: Message("Something went wrong on our side; nothing was saved. Please try again, or tell HR what you did."),
}
STALE = Message("Somebody else changed this meanwhile. Reload the page to see what is there now.")

log = structlog.get_logger()


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return STATUS[refusal.kind]


def is_for_programs() -> bool:
    """Whether a program asks: it gets JSON and no page to sign in on."""
    return request.path.startswith("/api/")


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(IntegrityError, _collided)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(OverflowError, _unstorable)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def _page(status: int, messages: tuple[Message, ...]) -> tuple[Any, int]:
    if is_for_programs() or request.accept_mimetypes.best == "application/json":
        return jsonify(errors=[t(message) for message in messages]), status
    return render_template("errors/error.html", status=status, messages=messages), status


def _refused(refusal: Refusal) -> tuple[Any, int]:
    return _page(status_of(refusal), refusal.messages)


def _stale(_error: StaleDataError) -> tuple[Any, int]:
    return _page(STATUS["conflict"], (STALE,))


def _collided(error: IntegrityError) -> tuple[Any, int]:
    """Two wrote the same at the same moment: the second is told, like whoever comes a moment later."""
    log.error("write_collided", endpoint=request.endpoint, exc_info=error)
    db.session.rollback()
    return _page(STATUS["conflict"], (STALE,))


def _unstorable(error: Exception) -> tuple[Any, int]:
    """A text or number that no column can hold, such as one with a NUL or of thirty digits."""
    log.warning("unstorable_input", endpoint=request.endpoint, kind=type(error).__name__)
    db.session.rollback()
    return _page(400, (SENTENCES[400],))


def _csrf(_error: CSRFError) -> tuple[Any, int]:
    return _page(400, (Message("This page was open too long. Please go back, reload it and send it again."),))


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    if status < 400:
        return error
    message = SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400])
    if status == STATUS["too_large"]:
        message = Message(message.key, megabytes=current_app.config["MAX_CONTENT_LENGTH"] // 1024 // 1024)
    return _page(status, (message,))


def note_failure(error: Exception) -> None:
    """Log a fault of ours, and have its page ask the database for nothing."""
    # The route, not the path: an address may carry a token.
    log.error("request_failed", endpoint=request.endpoint, exc_info=error)
    g.failed = True
    # The page must not ask who is reading it: the database may be what failed.
    g._login_user = AnonymousUserMixin()  # noqa: SLF001 (where Flask-Login keeps it)


def _fault(error: Exception) -> tuple[Any, int]:
    note_failure(error)
    return _page(500, (SENTENCES[500],))
