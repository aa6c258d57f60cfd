"""Accounts: who may sign in, in which roles; password links, shown once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.people import ROLE_TITLES, AccountSearch, OpenAccountForm, RolesForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.exports.sheets import MEDIA_TYPE, workbook
from workflow_app.queries import accounts as queries
from workflow_app.services import account_admin
from workflow_app.services.accounts import LINK_HOURS, issue_password_link

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from workflow_app.models import Account

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("")
@allowed("manage_accounts")
def table() -> str:
    return _table(OpenAccountForm())


def _table(form: OpenAccountForm, refusal: Refusal | None = None) -> str:
    search = AccountSearch(request.args)
    words, show = (search.q.data or "")[:100], search.show.data or ""
    return render_template(
        "accounts/table.html",
        search=search, form=form, refusal=refusal, role_titles=dict(ROLE_TITLES),
        accounts=queries.accounts_page(words, show, request.args.get("page", 1, type=int)),
        query={name: value for name, value in (("q", words), ("show", show)) if value},
        lacking=len(account_admin.employees_without_account(day_of(now()))),
        waiting=account_admin.count_without_password(),
    )


@blueprint.post("")
@allowed("manage_accounts")
def open_one() -> str | AnyResponse | tuple[str, int]:
    form = OpenAccountForm(request.form)
    if not form.validate():
        return _table(form), 422
    number = form.employee_no.data or ""
    try:
        with unit_of_work():
            account = account_admin.open_for(
                form.username.data or number, number, actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _table(form, refusal), status_of(refusal)
    return redirect(url_for("accounts.account", number=account.id))


@blueprint.post("/everyone")
@allowed("manage_accounts")
def open_everyone() -> AnyResponse:
    with unit_of_work():
        moment = now()
        count = account_admin.open_for_everyone(actor=current_actor(), now=moment, today=day_of(moment))
    flash(ngettext("%(num)s account was opened.", "%(num)s accounts were opened.", count), "ok")
    return redirect(url_for("accounts.table"))


@blueprint.post("/links")
@allowed("manage_accounts")
def links() -> AnyResponse:
    with unit_of_work():
        issued = account_admin.issue_links(actor=current_actor(), now=now())
    if not issued:
        flash(_("Nobody waits for a first password."), "info")
        return redirect(url_for("accounts.table"))
    rows = [(one.username, one.display_name, _address(token)) for one, token in issued]
    headings = (_("User name"), _("Name"), _("Link to choose a password (works once, %(hours)s hours)", hours=LINK_HOURS))
    content = workbook(_("Password links"), headings, rows, (16, 18, 100))
    headers = {"Content-Disposition": 'attachment; filename="password-links.xlsx"', "Cache-Control": "no-store"}
    return Response(content, mimetype=MEDIA_TYPE, headers=headers)


@blueprint.get("/<int:number>")
@allowed("manage_accounts")
def account(number: int) -> str:
    found = _find(number)
    return _account(found, RolesForm(data={"roles": found.roles}))


def _account(found: Account, form: RolesForm, refusal: Refusal | None = None, link: str = "") -> str:
    facts = account_admin.account_facts(found)
    verdicts = {action: may(current_actor(), action, facts) for action in ("manage_account", "give_roles")}
    return render_template(
        "accounts/account.html", account=found, form=form, refusal=refusal, link=link, hours=LINK_HOURS, may=verdicts,
        role_titles=dict(ROLE_TITLES),
    )


@blueprint.post("/<int:number>/roles")
@allowed("manage_accounts")
def roles(number: int) -> str | AnyResponse | tuple[str, int]:
    found = _find(number)
    form = RolesForm(request.form)
    if not form.validate():
        return _account(found, form), 422
    try:
        with unit_of_work():
            account_admin.give_roles(found, form.roles.data or [], actor=current_actor(), now=now())
    except Refusal as refusal:
        return _account(_find(number), form, refusal), status_of(refusal)
    flash(_("The roles of %(name)s are saved.", name=found.display_name), "ok")
    return redirect(url_for("accounts.account", number=number))


@blueprint.post("/<int:number>/link")
@allowed("manage_accounts")
def link(number: int) -> str:
    found = _find(number)
    with unit_of_work():
        token = issue_password_link(found, actor=current_actor(), now=now())
    # Shown in this answer and nowhere else: only its digest is kept.
    return _account(found, RolesForm(data={"roles": found.roles}), link=_address(token))


@blueprint.post("/<int:number>/active")
@allowed("manage_accounts")
def active(number: int) -> AnyResponse:
    found = _find(number)
    wanted = request.form.get("active") == "yes"
    with unit_of_work():
        account_admin.set_active(found, active=wanted, actor=current_actor(), now=now())
    name = found.display_name
    flash(_("%(name)s can sign in again.", name=name) if wanted else _("The account of %(name)s is closed.", name=name), "ok")
    return redirect(url_for("accounts.account", number=number))


def _find(number: int) -> Account:
    found = queries.account_by_id(number)
    if found is None:
        raise Refusal(Message("There is no such account. The list of accounts shows all of them."), kind="not_found")
    return found


def _address(token: str) -> str:
    return url_for("auth.password", token=token, _external=True)
