"""How a customer can be written to: HR corrects an address that bounced, and clears a wish for no mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from forms.customer_addresses import AddressForm, WriteAgainForm
from states.errors import Refusal
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.queries.customer_mail import correspondence
from workflow_app.services import customer_addresses

blueprint = Blueprint("customer_addresses", __name__, url_prefix="/customers/<int:customer_id>")


@blueprint.get("/address")
@allowed("manage_cycles")
def page(customer_id: int) -> str:
    return _page(customer_id)


@blueprint.post("/address")
@allowed("manage_cycles")
def correct(customer_id: int) -> Any:
    form = AddressForm(request.form)
    if not form.validate():
        return _page(customer_id, form), 422
    try:
        with unit_of_work():
            done = customer_addresses.correct_address(
                correspondence(customer_id).customer, form.email.data or "", send=bool(form.send.data),
                actor=current_actor(), now=now(),
            )
    except Refusal as refusal:
        return _refused(customer_id, refusal, address=form)
    flash(_said(done), "ok")
    return redirect(url_for("customer_addresses.page", customer_id=customer_id), code=303)


@blueprint.post("/mail-again")
@allowed("manage_cycles")
def write_again(customer_id: int) -> Any:
    form = WriteAgainForm(request.form)
    if not form.validate():
        return _page(customer_id, again=form), 422
    try:
        with unit_of_work():
            customer_addresses.write_again(
                correspondence(customer_id).customer, reason=form.reason.data or "", actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _refused(customer_id, refusal, again=form)
    flash(_("This customer may be written to again. A new link asks anew."), "ok")
    return redirect(url_for("customer_addresses.page", customer_id=customer_id), code=303)


def _said(done: customer_addresses.Corrected) -> str:
    said: str = _("The address is corrected.")
    if done.sent:
        said = ngettext("The address is corrected; %(num)s invitation goes out again, with a new link.",
                        "The address is corrected; %(num)s invitations go out again, with new links.", done.sent)
    elif done.renewed:
        said = ngettext(
            "The address is corrected; %(num)s link has ended. The new one waits to be sent, under the customers of the cycle.",
            "The address is corrected; %(num)s links have ended. The new ones wait to be sent, under the customers of the cycle.",
            done.renewed,
        )
    return said


def _refused(
    customer_id: int, refusal: Refusal, *, address: AddressForm | None = None, again: WriteAgainForm | None = None
) -> tuple[str, int]:
    if refusal.kind in {"forbidden", "not_found"}:
        raise refusal
    db.session.rollback()
    return _page(customer_id, address, again, refusal), status_of(refusal)


def _page(
    customer_id: int, address: AddressForm | None = None, again: WriteAgainForm | None = None,
    refusal: Refusal | None = None,
) -> str:
    found = correspondence(customer_id)
    customer_addresses.guard_customer(found.customer, actor=current_actor())
    return render_template(
        "customer_addresses/page.html", found=found, customer=found.customer, refusal=refusal,
        address=address or AddressForm(email=found.customer.email), again=again or WriteAgainForm(),
        faulty=again if again is not None else address,
    )
