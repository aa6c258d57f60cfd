"""The same services as JSON: what a signed-in person may read on the pages, described by an OpenAPI document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, jsonify
from flask_smorest import Api

from workflow_app.access import public
from workflow_app.api.reading import PREFIX, blueprint
from workflow_app.api.schemas import Refused

if TYPE_CHECKING:
    from flask import Flask

DESCRIPTION = "What a person may read on Kaoping's pages, as JSON. Sign in on the pages; the session's cookie is the key."


class ReadingApi(Api):  # type: ignore[misc]
    """Flask-smorest for the description and the answers; refusals stay with workflow_app.errors."""

    ERROR_SCHEMA = Refused

    def _register_error_handlers(self) -> None:
        """None of its own: a second handler would take the pages' refusals too."""


def init_app(app: Flask) -> None:
    """Register the endpoints and their description."""
    cookie = {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]}
    api = ReadingApi(app, spec_kwargs={
        "title": "Kaoping", "version": "v1", "openapi_version": "3.1.0",
        "info": {"description": DESCRIPTION}, "security": [{"session": []}],
    })  # fmt: skip
    api.spec.components.security_scheme("session", cookie)
    api.register_blueprint(blueprint)

    @public
    def description() -> Response:
        return jsonify(api.spec.to_dict())

    app.add_url_rule(f"{PREFIX}/openapi.json", "api.description", description)
