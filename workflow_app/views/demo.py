"""Stepping into any role with one click. It exists only in a database that was made as the sample company's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user, login_user, logout_user

from states.errors import Message, Refusal
from workflow_app.access import public
from workflow_app.clock import now
from workflow_app.db import unit_of_work
from workflow_app.extensions import limiter
from workflow_app.queries import demo as queries
from workflow_app.queries.accounts import account_by_id
from workflow_app.services.events import record_event
from workflow_app.survey_links import token_of

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from workflow_app.models import Account

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


def in_sample_only(view: Callable[..., Any]) -> Callable[..., Any]:
    """A real company's database has no such page, whatever the settings say."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not queries.is_sample():
            abort(404)
        return view(*args, **kwargs)

    return public(guarded)


@blueprint.get("")
@in_sample_only
def roles() -> str:
    return render_template("demo/roles.html", cards=queries.role_cards(), invitation=queries.open_invitation())


@blueprint.post("/<int:number>")
@in_sample_only
@limiter.limit("60 per minute")
def step_in(number: int) -> AnyResponse:
    account = account_by_id(number)
    if account is None or not account.active:
        abort(404)
    return _step_into(account)


@blueprint.post("/anyone")
@in_sample_only
@limiter.limit("60 per minute")
def step_into_anyone() -> AnyResponse:
    words = request.form.get("who", "").strip()[:80]
    account = queries.account_named(words)
    if account is None:
        raise Refusal(
            Message("Nobody with an account has the number or name %(words)s. The people page lists everyone.", words=words),
            kind="not_found",
        )
    return _step_into(account)


@blueprint.post("/customer")
@in_sample_only
def customer() -> AnyResponse:
    invitation = queries.open_invitation()
    if invitation is None:
        raise Refusal(
            Message("No customer has an open invitation at present. Launch a cycle with a customer survey first."),
            kind="not_found",
        )
    return redirect(url_for("survey.page", token=token_of(invitation)))


def _step_into(account: Account) -> Response | AnyResponse:
    if current_user.is_authenticated:
        logout_user()
    with unit_of_work():
        record_event("account", account.id, "stepped_into", actor=account.actor(), now=now())
    login_user(account)
    return redirect(url_for("home.desk"))
