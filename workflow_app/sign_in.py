"""Sessions: which account a cookie stands for."""

from flask import Flask, Request, abort, g, redirect, request, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response

from workflow_app.db import db
from workflow_app.errors import is_for_programs
from workflow_app.extensions import login_manager
from workflow_app.models import Account


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but that a request without any cookie (a customer's) costs no signature."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """The session of the request's cookie."""
        return super().open_session(app, request) if request.cookies else self.session_class()


def init_app(app: Flask) -> None:
    """Bind Flask-Login."""
    app.session_interface = Sessions()
    login_manager.init_app(app)
    login_manager.session_protection = None  # a phone changes networks; the cookie is signed and short-lived


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_account(session_id: str) -> Account | None:
    """The active account of a session, unless its sessions were ended since."""
    number, _, epoch = session_id.partition(".")
    if not (number.isdigit() and epoch.isdigit()):
        return None
    account = db.session.get(Account, int(number))
    return account if account and account.active and account.session_epoch == int(epoch) else None


@login_manager.unauthorized_handler  # type: ignore[untyped-decorator]
def ask_to_sign_in() -> Response:
    """To the sign-in page, and back afterwards (a page that only reads); a program gets a 401."""
    if is_for_programs():
        abort(401)
    g.asked_to_sign_in = True
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("auth.sign_in", next=wanted))
