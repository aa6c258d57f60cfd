"""Where a mail service reports what came back (a webhook): a shared secret instead of an account, JSON in, JSON out."""

from __future__ import annotations

import hmac
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

from flask import Blueprint, Response, current_app, jsonify, request
from flask_limiter.util import get_remote_address
from limits import parse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import HTTPException

from workflow_app.access import public
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.extensions import csrf, limiter
from workflow_app.once_more import once_more
from workflow_app.services.bouncing import note_bounce

blueprint = Blueprint("bounces", __name__)
csrf.exempt(blueprint)

LARGEST_BODY = 256 * 1024
MOST_EVENTS = 500
WRONG_SECRETS = parse("20 per hour")
REPORTS = parse("600 per minute")
BEARER = "Bearer "


class Event(BaseModel):
    """One recipient of one mail. `status` is that of RFC 3463; a service's other fields are left unread."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"] = "failed"
    status: str = Field(pattern=r"^[245]\.[0-9]{1,3}\.[0-9]{1,3}$")
    message_id: str = Field(default="", max_length=1000)
    recipient: str = Field(default="", max_length=254)
    reason: str = Field(default="", max_length=2000)


class Report(BaseModel):
    """What is posted."""

    model_config = ConfigDict(extra="ignore")

    events: list[Event] = Field(min_length=1, max_length=MOST_EVENTS)


@blueprint.post("/bounces")
@public
def report() -> Any:
    # Before anything reads the body: what is larger is refused unread.
    request.max_content_length = LARGEST_BODY
    if not _knows_the_secret():
        return _nothing(HTTPStatus.FORBIDDEN if _within(WRONG_SECRETS, "wrong") else HTTPStatus.TOO_MANY_REQUESTS)
    if not _within(REPORTS, "reports"):
        return _nothing(HTTPStatus.TOO_MANY_REQUESTS)
    try:
        told = Report.model_validate_json(request.get_data(cache=False))
    except ValidationError as fault:
        faults = [{"at": list(one["loc"]), "fault": one["msg"]} for one in fault.errors(include_input=False)[:10]]
        return jsonify(faults=faults), HTTPStatus.UNPROCESSABLE_ENTITY
    counts = {"noted": 0, "known": 0, "unknown": 0, "ignored": 0}
    for event in told.events:
        counts[once_more(partial(_note, event))] += 1
    return jsonify(counts)


def _note(event: Event) -> str:
    """Each in a transaction of its own: hundreds of customers are not kept waiting, nor does one wait for another.

    A report that was broken off is told again, and what is noted by then is known.
    """
    if event.action != "failed" or event.status.startswith("2"):
        return "ignored"
    with unit_of_work():
        return note_bounce(
            message_id=event.message_id, address=event.recipient, reason=event.reason or event.status,
            permanent=event.status.startswith("5"), now=now(), by_service=True,
        )


def _knows_the_secret() -> bool:
    secret = current_app.config["SETTINGS"].bounce_secret.get_secret_value()
    said = request.headers.get("Authorization", "")
    told = said.removeprefix(BEARER) if said.startswith(BEARER) else ""
    # Compared in any case, so that the time taken tells nothing; without a secret nobody knows it.
    same = hmac.compare_digest(told.encode(errors="surrogateescape"), secret.encode())
    return same and bool(secret)


def _within(limit: Any, name: str) -> bool:
    try:
        return not limiter.enabled or bool(limiter.limiter.hit(limit, f"bounces-{name}", get_remote_address()))
    except Exception:  # noqa: BLE001 (a counter that is down must not lose bounces)
        return True


def _nothing(status: HTTPStatus) -> Response:
    return Response("", status=status)


@blueprint.errorhandler(HTTPException)
def _refused(error: HTTPException) -> Response:
    return _nothing(HTTPStatus(error.code or HTTPStatus.BAD_REQUEST))
