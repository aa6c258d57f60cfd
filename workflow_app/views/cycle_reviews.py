"""HR's hands in a running cycle: one review, many at once, forms without a person."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from wtforms import Form

from forms.cycles import DeadlineForm, ExcludeForm, PersonForm, ReasonForm, ReturnStageForm, offered
from states.errors import Message, Refusal
from states.exclusions import OTHER
from states.permissions import may
from states.stages import CYCLE_STAGES, WAITING
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import t
from workflow_app.models import Assignment, Cycle, Employee, Event, Review
from workflow_app.queries import cockpit
from workflow_app.queries import cycles as queries
from workflow_app.queries.candidates import title_of
from workflow_app.queries.choosing import BY_HAND
from workflow_app.queries.facts import own_and_provisional, review_facts
from workflow_app.queries.rulebook import why_barred
from workflow_app.schemes import scheme_of
from workflow_app.services import advancing, assigning, bulk, role_holders
from workflow_app.services.advancing import kind_of

# The same desk: this module is imported before the desk is registered (they are taken by name).
from workflow_app.views.cycles import blueprint as desk
from workflow_app.views.cycles import cycle_or_refuse, say_outcome
from workflow_app.working_days import end_of_day, zone_of

FORMS: dict[str, type[Form]] = {"extend": DeadlineForm, "hand_over": PersonForm, "omit": ReasonForm}
GRADING = frozenset({"calibrated", "distributed", "approved", "entry_added", "entry_taken_back"})
"""Events of a grade, and of what is entered about a person, before its release."""

MOST = 500
NAMED = 5
NOBODY = Message("Tick at least one person in the list first.")
NO_REVIEW = Message("There is no such review in this cycle.")


@desk.post("/<int:cycle_id>/reviews")
@allowed("manage_cycles")
def many(cycle_id: int) -> Any:
    """Remind at once; the other acts ask first, on a page that says for whom."""
    cycle, act = cycle_or_refuse(cycle_id), request.form.get("act", "")
    picked = _picked(cycle)
    if not picked:
        flash(t(NOBODY), "warn")
        return _list(cycle)
    if act == "remind":
        with unit_of_work():
            outcome = bulk.remind_many(picked, actor=current_actor(), now=now())
        mails = ngettext("%(num)s person reminded.", "%(num)s people reminded.", outcome.done)
        return _back(cycle, mails, outcome)
    if act not in FORMS:
        raise Refusal(Message("Choose what to do with the people in the list."))
    form = FORMS[act](request.form if "confirmed" in request.form else None)
    if "confirmed" not in request.form:
        return _bulk_page(cycle, act, picked, form)
    return _confirmed(cycle, act, picked, form)


def _confirmed(cycle: Cycle, act: str, picked: Sequence[Review], form: Form) -> Any:
    if not form.validate():
        return _bulk_page(cycle, act, picked, form), 422
    try:
        with unit_of_work():
            outcome = _act(act, picked, form)
    except Refusal as refusal:
        return _bulk_page(cycle, act, _picked(cycle), form, refusal), status_of(refusal)
    if not outcome.done:
        # What was typed stays for another try.
        return _bulk_page(cycle, act, picked, form, _refusal_of(outcome)), 422
    return _back(cycle, ngettext("Done for %(num)s review.", "Done for %(num)s reviews.", outcome.done), outcome)


@desk.post("/<int:cycle_id>/roles")
@allowed("manage_cycles")
def choose_holder(cycle_id: int) -> Any:
    """Before the launch: who fills the forms of a role that the scheme names."""
    form, role = PersonForm(request.form), request.form.get("role", "")
    with unit_of_work():
        holder = person_named(form)
        role_holders.choose_holder(cycle_or_refuse(cycle_id), role, holder, actor=current_actor(), now=now())
    flash(_("%(name)s fills the forms of this role.", name=holder.name), "ok")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


@desk.get("/<int:cycle_id>/lacking")
@allowed("manage_cycles")
def lacking(cycle_id: int) -> str:
    return _lacking_page(cycle_or_refuse(cycle_id))


@desk.post("/<int:cycle_id>/lacking/<int:assignment_id>")
@allowed("manage_cycles")
def name_assignee(cycle_id: int, assignment_id: int) -> Any:
    cycle, form = cycle_or_refuse(cycle_id), PersonForm(request.form)
    assignment = db.session.get(Assignment, assignment_id)
    if assignment is None or assignment.review.cycle_id != cycle.id:
        raise Refusal(Message("There is no such form in this cycle."), kind="not_found")
    try:
        with unit_of_work():
            heir = assigning.name_assignee(assignment, person_named(form), actor=current_actor(), now=now())
    except Refusal as refusal:
        return _lacking_page(cycle_or_refuse(cycle_id), refusal), status_of(refusal)
    words = {"name": heir.assignee.name if heir.assignee else "", "person": heir.review.employee.name}
    flash(_("%(name)s now fills the form about %(person)s.", **words), "ok")
    if request.form.get("back") == "review":
        return redirect(url_for("cycles.review", cycle_id=cycle_id, review_id=heir.review_id))
    return redirect(url_for("cycles.lacking", cycle_id=cycle_id))


@desk.get("/<int:cycle_id>/reviews/<int:review_id>")
@allowed("see_cycles")
def review(cycle_id: int, review_id: int) -> str:
    return _review_page(_review(cycle_id, review_id))


@desk.post("/<int:cycle_id>/reviews/<int:review_id>/return")
@allowed("manage_cycles")
def send_back(cycle_id: int, review_id: int) -> Any:
    found = _review(cycle_id, review_id)
    form = _return_form(found, request.form)
    if not form.validate():
        return _review_page(found, returning=form), 422
    due_at = _end_of(found, form.day.data) if form.day.data else None
    try:
        with unit_of_work():
            advancing.return_stage(
                found, form.stage.data or "", reason=form.reason.data or "", due_at=due_at, actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _review_page(_review(cycle_id, review_id), refusal, returning=form), status_of(refusal)
    flash(_("The review is back at an earlier step, with a new deadline."), "ok")
    return redirect(url_for("cycles.review", cycle_id=cycle_id, review_id=review_id))


@desk.post("/<int:cycle_id>/reviews/<int:review_id>/exclude")
@allowed("manage_cycles")
def exclude(cycle_id: int, review_id: int) -> Any:
    form, found = ExcludeForm(request.form, prefix="out-"), _review(cycle_id, review_id)
    if not form.validate():
        return _review_page(found, excluding=form), 422
    try:
        with unit_of_work():
            assigning.exclude(
                found, code=form.code.data or OTHER, reason=form.reason.data or "", actor=current_actor(), now=now()
            )
    except Refusal as refusal:
        return _review_page(_review(cycle_id, review_id), refusal, excluding=form), status_of(refusal)
    flash(_("%(name)s is out of the cycle; the reason is kept.", name=found.employee.name), "ok")
    return redirect(url_for("cycles.cycle", cycle_id=cycle_id))


def person_named(form: PersonForm) -> Employee:
    """The employee whose number begins what was typed; the list offers “K1001 方霞”."""
    if not form.validate():
        raise Refusal([message for messages in form.errors.values() for message in map(Message, messages)])
    typed = (form.person.data or "").strip()
    number = typed.split()[0] if typed else ""
    found = db.session.scalar(select(Employee).where(Employee.employee_no == number))
    if found is None:
        named = db.session.scalars(select(Employee).where(Employee.name == typed).limit(2)).all()
        found = named[0] if len(named) == 1 else None
    if found is None:
        raise Refusal(Message("No single person has the number or name “%(typed)s”. Choose from the list.", typed=typed))
    return found


def _picked(cycle: Cycle) -> Sequence[Review]:
    ids = [int(text) for text in request.form.getlist("review") if text.isdecimal()][:MOST]
    query = select(Review).where(Review.cycle_id == cycle.id, Review.id.in_(ids)).order_by(Review.id)
    return db.session.scalars(query).all()


def _act(act: str, picked: Sequence[Review], form: Form) -> bulk.Outcome:
    who: dict[str, Any] = {"actor": current_actor(), "now": now()}
    if isinstance(form, DeadlineForm):
        return bulk.extend_many(picked, due_at=_end_of(picked[0], form.day.data), **who)
    if isinstance(form, PersonForm):
        return bulk.hand_over_many(picked, person_named(form), **who)
    if isinstance(form, ReasonForm) and act == "omit":
        return bulk.omit_many(picked, reason=form.reason.data or "", **who)
    raise KeyError(act)


def _end_of(found: Review, day: date | None) -> datetime:
    if day is None:
        raise Refusal(Message("Choose the new last day."))
    return end_of_day(day, scheme_of(found.cycle))


def _back(cycle: Cycle, words: str, outcome: bulk.Outcome) -> Any:
    say_outcome(words, outcome.refused)
    return _list(cycle)


def _refusal_of(outcome: bulk.Outcome) -> Refusal:
    """Why it was done for nobody: each reason once, with the first five it was given for."""
    names: dict[str, tuple[Message, list[str]]] = {}
    for name, message in outcome.refused:
        names.setdefault(str(message), (message, []))[1].append(name)
    words = [
        Message("%(name)s: %(why)s", name=", ".join(who[:NAMED]) + (" …" if len(who) > NAMED else ""), why=why)
        for why, who in names.values()
    ]
    return Refusal(words)


def _list(cycle: Cycle) -> Any:
    """Back to the list, narrowed as it was."""
    kept: dict[str, Any] = {name: request.form[name] for name in ("stage", "q", "department", "only") if request.form.get(name)}
    return redirect(url_for("cycles.cycle", cycle_id=cycle.id, **kept))


def _bulk_page(cycle: Cycle, act: str, picked: Sequence[Review], form: Form, refusal: Refusal | None = None) -> str:
    titles = {stage.code: stage.title for stage in kind_of(cycle).stages}
    return render_template(
        "cycles/bulk.html", cycle=cycle, title=title_of(cycle), act=act, picked=picked, form=form, refusal=refusal,
        titles=titles, people=_people() if act == "hand_over" else [], kept=request.form,
    )


def _people() -> Sequence[Employee]:
    return db.session.scalars(select(Employee).where(Employee.left.is_(None)).order_by(Employee.employee_no)).all()


def _lacking_page(cycle: Cycle, refusal: Refusal | None = None) -> str:
    titles = {stage.code: stage.title for stage in kind_of(cycle).stages}
    return render_template(
        "cycles/lacking.html", cycle=cycle, title=title_of(cycle), assignments=queries.lacking_assignments(cycle),
        titles=titles, people=_people(), refusal=refusal,
    )


def _review(cycle_id: int, review_id: int) -> Review:
    found = db.session.get(Review, review_id)
    if found is None or found.cycle_id != cycle_id:
        raise Refusal(NO_REVIEW, kind="not_found")
    require(current_actor(), "see_review", review_facts(found))
    return found


def _return_form(found: Review, data: Any = None) -> ReturnStageForm:
    form = ReturnStageForm(data, prefix="back-")
    titles = {stage.code: stage.title for stage in kind_of(found.cycle).stages}
    reached = [row for row in found.stages if row.state != WAITING and row.stage not in CYCLE_STAGES]
    form.stage.choices = offered((row.stage, titles.get(row.stage, row.stage)) for row in reached)
    return form


def _review_page(
    found: Review, refusal: Refusal | None = None, *, returning: ReturnStageForm | None = None,
    excluding: ExcludeForm | None = None,
) -> str:
    kind, zone = kind_of(found.cycle), zone_of(scheme_of(found.cycle))
    moment = now()
    return render_template(
        "cycles/review.html", review=found, cycle=found.cycle, title=title_of(found.cycle), refusal=refusal,
        titles={stage.code: stage.title for stage in kind.stages}, forms=cockpit.forms_of(found),
        form_titles={code: form.title for code, form in scheme_of(found.cycle).forms.items()},
        dues={row.stage: cockpit.due_words(row.due_at, now=moment, zone=zone) for row in found.stages},
        returning=returning or _return_form(found), excluding=excluding or ExcludeForm(prefix="out-"),
        may_manage=may(current_actor(), "manage_review", review_facts(found)).allowed,
        history=_history(found), people=_people(), person_form=PersonForm(),
        barring=[] if own_and_provisional(current_actor(), found) else why_barred(found),
    )


def _history(found: Review) -> Sequence[Event]:
    """What happened to a review; of one's own, nothing of its grade before the release.

    Why customers were added or removed is told to those alone who may choose them.
    """
    history = queries.history_of(found)
    if not may(current_actor(), "ask_customers", review_facts(found)).allowed:
        history = [event for event in history if event.kind not in BY_HAND]
    if own_and_provisional(current_actor(), found):
        return [event for event in history if event.kind not in GRADING]
    return history
