"""HR's rulebook: its clauses and ladder, what is recorded under them, and recording a reward or sanction."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from forms.cycles import offered
from forms.ledger import RulebookForm, SanctionForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor
from workflow_app.clock import now
from workflow_app.company_time import day_of
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import Employee
from workflow_app.queries import rulebook as queries
from workflow_app.queries.ledger import find_entry
from workflow_app.queries.paging import slice_of
from workflow_app.queries.people import offered_people
from workflow_app.queries.sheets import rulebook_scheme, rulebook_words
from workflow_app.services import adjusting
from workflow_app.services.rulebook import record_under_clause
from workflow_app.views.uploads import sent_file

blueprint = Blueprint("rulebook", __name__)
MOST_HELD = 100


@blueprint.get("/rulebook")
@allowed("see_rulebook")
def page() -> str:
    return _page(RulebookForm(on=day_of(now())))


@blueprint.post("/rulebook")
@allowed("keep_rulebook")
def record() -> Any:
    form = RulebookForm(request.form)
    _offer(form)
    if not form.validate() or form.on.data is None:
        return _page(form), 422
    try:
        with unit_of_work():
            entry = record_under_clause(
                _person(form.person.data or ""), form.rule.data or "", scheme=rulebook_scheme(),
                note=form.note.data or "", on=form.on.data, standing_until=form.standing_until.data,
                actor=current_actor(), now=now(), file=sent_file(),
            )  # fmt: skip
    except Refusal as refusal:
        return _page(form, refusal), status_of(refusal)
    flash(_("Recorded for %(name)s.", name=entry.employee.name), "ok")
    return redirect(url_for("rulebook.page"), code=303)


@blueprint.post("/rulebook/offences/<int:number>/sanction")
@allowed("keep_rulebook")
def decide(number: int) -> Any:
    form, offence = SanctionForm(request.form), find_entry(number)
    if offence is None:
        raise Refusal(Message("There is no such offence."), kind="not_found")
    if not form.validate():
        return _page(RulebookForm(on=day_of(now())), deciding=form), 422
    try:
        with unit_of_work():
            entry = adjusting.sanction(offence, standing_until=form.standing_until.data, actor=current_actor(), now=now())
    except Refusal as refusal:
        return _page(RulebookForm(on=day_of(now())), refusal), status_of(refusal)
    flash(_("Recorded for %(name)s.", name=entry.employee.name), "ok")
    return redirect(url_for("rulebook.page"), code=303)


def _page(form: RulebookForm, refusal: Refusal | None = None, deciding: SanctionForm | None = None) -> str:
    if refusal is not None:
        db.session.rollback()
    scheme = rulebook_scheme()
    _offer(form)
    today = day_of(now())
    return render_template(
        "rulebook/page.html", form=form, refusal=refusal, book=scheme.rulebook, words=rulebook_words(scheme),
        page=queries.entries_page(scheme, request.args.get("page", 1, type=int)), today=today,
        ladder=slice_of(queries.ladder(scheme.rulebook, today) if scheme.rulebook else [], 1, MOST_HELD),
        may_keep=may(current_actor(), "keep_rulebook").allowed, people=offered_people(today),
        undecided=[row for row in queries.undecided() if row.employee_id != current_actor().employee_id],
        deciding=deciding or SanctionForm(), page_errors=refusal or form.errors or (deciding and deciding.errors),
    )  # fmt: skip


def _offer(form: RulebookForm) -> None:
    book, words = rulebook_scheme().rulebook, rulebook_words(rulebook_scheme())
    rules = book.rules if book else ()
    form.rule.choices = offered(
        [
            ("", Message("Choose …")),
            *((rule.code, Message("%(clause)s → %(rung)s", clause=rule.title, rung=words[rule.leads_to])) for rule in rules),
        ]
    )


def _person(typed: str) -> Employee:
    """The employee whose number begins what was typed, or the only one of that name."""
    number = typed.split(maxsplit=1)[0] if typed.split() else ""
    found = db.session.scalar(select(Employee).where(Employee.employee_no == number))
    named = db.session.scalars(select(Employee).where(Employee.name == typed.strip()).limit(2)).all()
    found = found or (named[0] if len(named) == 1 else None)
    if found is None:
        raise Refusal(Message("No single person has the number or name “%(typed)s”. Choose from the list.", typed=typed[:60]))
    return found
