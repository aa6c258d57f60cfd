"""Signing in and out, choosing a password by a one-time link."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from forms.sign_in import PasswordForm, SignInForm
from states.errors import Refusal
from workflow_app.access import allowed, public
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.extensions import limiter
from workflow_app.queries.demo import is_sample
from workflow_app.services import accounts

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> str | Response:
    if current_user.is_authenticated:
        return redirect(url_for("home.desk"))
    return _sign_in_page(SignInForm())


@blueprint.post("/sign-in")
@public
@limiter.limit("20 per minute")
def sign_in_post() -> str | Response | tuple[str, int]:
    form = SignInForm(request.form)
    if not form.validate():
        return _sign_in_page(form), 422
    try:
        with unit_of_work():
            account = accounts.sign_in(form.username.data or "", form.password.data or "", now=now())
    except Refusal as refusal:
        return _sign_in_page(form, refusal), status_of(refusal)
    login_user(account)
    return redirect(_own_address(request.args.get("next")))


@blueprint.post("/sign-out")
@allowed("use_own_desk")
def sign_out() -> Response:
    logout_user()
    return redirect(url_for("auth.sign_in"))


@blueprint.get("/password/<token>")
@public
@limiter.limit("30 per minute")
def password(token: str) -> str:
    link = accounts.find_password_link(token, now=now())
    return render_template("auth/password.html", form=PasswordForm(), username=link.account.username)


@blueprint.post("/password/<token>")
@public
@limiter.limit("30 per minute")
def password_post(token: str) -> str | Response | tuple[str, int]:
    link = accounts.find_password_link(token, now=now())
    form = PasswordForm(request.form)
    username = link.account.username
    if not form.validate():
        return render_template("auth/password.html", form=form, username=username), 422
    try:
        with unit_of_work():
            accounts.choose_password(token, form.password.data or "", now=now())
    except Refusal as refusal:
        page = render_template("auth/password.html", form=form, username=username, refusal=refusal)
        return page, status_of(refusal)
    flash(_("Your password is set. You can sign in now."))
    return redirect(url_for("auth.sign_in"))


def _sign_in_page(form: SignInForm, refusal: Refusal | None = None) -> str:
    entry = url_for("demo.roles") if is_sample() else None
    return render_template("auth/sign_in.html", form=form, refusal=refusal, demo_entry=entry)


def _own_address(wanted: str | None) -> str:
    """Only a path of this site: an address given from outside must not lead away."""
    parts = urlsplit(wanted or "")
    if wanted and wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc:
        return wanted
    return url_for("home.desk")
