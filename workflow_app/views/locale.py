"""The language switch: one POST, back to the page it was pressed on."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

from workflow_app.access import public
from workflow_app.db import unit_of_work
from workflow_app.i18n import remember
from workflow_app.services.preferences import LOCALES, choose_locale

blueprint = Blueprint("locale", __name__)


@blueprint.post("/locale")
@public
def switch() -> Response:
    """Remember the language in the account, the session and a cookie."""
    code = request.form.get("locale", "")
    if code not in LOCALES:
        abort(400)
    if current_user.is_authenticated:
        with unit_of_work():
            choose_locale(current_user, code=code)
    session["locale"] = code
    response = redirect(way_back(request.form.get("next", "")), code=303)
    remember(response, code)
    return response


def way_back(wanted: str) -> str:
    """The wanted path if it lies on this site, else the start: an open redirect helps phishers."""
    parts = urlsplit(wanted)
    safe = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    return wanted if safe and "\\" not in wanted and wanted.isprintable() else "/"
