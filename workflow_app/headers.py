"""What every answer says to the browser: nothing from elsewhere, nothing kept, nothing framed."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import request, url_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask, Response

STATIC = Path(__file__).parent / "static"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; "
    "script-src 'self'; "
    "style-src 'self'; "
    "img-src 'self'; "
    "connect-src 'self'; "
    "form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # same-origin, not no-referrer: with the latter Flask-WTF refuses every POST over HTTPS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # Nothing of this is for search machines: people's grades and customers' links.
    "X-Robots-Tag": "noindex, nofollow",
}
_LACKING = {name.lower(): (name, value) for name, value in HEADERS.items()}
COMPRESSED = frozenset({".css", ".js", ".svg"})
YEAR = 365 * 24 * 3600


class Protected:
    """The application with these headers on every answer, its own failures too; a view that set one keeps it."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], failure: Any = None) -> Callable[[bytes], object]:
            said = {name.lower() for name, _ in headers}
            headers += [pair for name, pair in _LACKING.items() if name not in said]
            return start_response(status, headers, failure)

        return self.application(environ, start)


def say_how_long(response: Response) -> Response:
    """How long an answer may be kept, and that the address stays a safe one."""
    if request.endpoint == "static":  # Flask has said something of its own
        response.headers["Cache-Control"] = _caching(response)
    response.headers.setdefault("Cache-Control", _caching(response))
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    return response


def compress(response: Response) -> Response:
    """Send a style or a script compressed to who takes it: a phone on a bad line waits for a fifth of it.

    Files alone, which hold nothing of anybody; a page with secrets and with what somebody typed is never compressed.
    """
    filename = (request.view_args or {}).get("filename", "")
    if request.endpoint != "static" or Path(filename).suffix not in COMPRESSED:
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code == HTTPStatus.OK and request.accept_encodings["gzip"]:
        response.close()  # the file itself
        response.direct_passthrough = False
        response.set_data(_compressed(filename, (STATIC / filename).stat().st_mtime_ns))
        response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache
def _compressed(filename: str, _changed: int) -> bytes:
    return gzip.compress((STATIC / filename).read_bytes(), mtime=0)


def _caching(response: Response) -> str:
    # Pages carry names, grades and form tokens, so no page is kept, signed in or not.
    if request.endpoint != "static" or response.status_code >= 400:
        return "no-store"
    return f"public, max-age={YEAR}, immutable" if request.args.get("v") else "no-cache"


def asset(filename: str) -> str:
    """The address of a static file, with its fingerprint: it may be cached for ever."""
    return url_for("static", filename=filename, v=_fingerprint(filename))


@lru_cache
def _fingerprint(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


def init_app(app: Flask) -> None:
    """Send the headers with every answer and give templates `asset`."""
    app.jinja_env.globals["asset"] = asset
    app.after_request(say_how_long)
    app.after_request(compress)
    app.wsgi_app = Protected(app.wsgi_app)  # type: ignore[method-assign]
