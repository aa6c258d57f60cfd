"""One form of one review: filling it in, handing it in, sending a self review back, reading it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from forms.builder import answers_from, build_form, has_foreign_fields
from forms.kinds.base import name_of
from states.errors import Message, Refusal
from states.permissions import may
from states.scheme.forms import DeductionForm
from workflow_app import formats
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import locale_code, t
from workflow_app.queries.answer_files import find_answer_file, is_handed_in
from workflow_app.queries.assignments import find_assignment, own_words
from workflow_app.queries.facts import assignment_facts, form_facts
from workflow_app.queries.form_page import FormPage, confidential, filling_page, page_of, saved_at, stage_of
from workflow_app.queries.form_questions import show_files, unseen
from workflow_app.services import advancing, filling, ledger
from workflow_app.services.answer_files import keep_answer_files
from workflow_app.services.entering import without_typed
from workflow_app.views.uploads import attachment, sent_answers, sent_files

if TYPE_CHECKING:
    from werkzeug.wrappers import Response

    from forms.builder import SchemeForm
    from workflow_app.models import Assignment

blueprint = Blueprint("forms", __name__)
SUBMIT, DRAFT, ADD = "submit", "draft", "add:"
TOO_MANY = Message("More fields were sent than this form has. Reload the page and try again.")
UNCLEAR = Message("Choose “Save draft” or “Submit” on the page.")
NO_FILE = Message("There is no such file.")
NO_SELF_REVIEW = Message("There is no submitted self review to send back.")


@blueprint.get("/forms/<int:assignment_id>")
@allowed("use_own_desk")
def fill(assignment_id: int) -> str:
    assignment = find_assignment(assignment_id)
    if _may_fill(assignment) and filling.closed_reason(assignment) is None:
        return _fill_page(filling_page(assignment, locale_code()))
    require(current_actor(), "see_form", form_facts(assignment, confidential=confidential(stage_of(assignment))))
    return render_template("forms/read.html", page=page_of(assignment), now=now())


@blueprint.post("/forms/<int:assignment_id>")
@allowed("use_own_desk")
def fill_post(assignment_id: int) -> Any:
    assignment = find_assignment(assignment_id)
    require(current_actor(), "fill_form", assignment_facts(assignment))
    try:
        form = _typed(assignment, _kept_files(assignment))
    except Refusal as refusal:
        return _again(find_assignment(assignment_id), _typed(assignment), refusal), status_of(refusal)
    wish = request.form.get("do", "")
    if wish.startswith(ADD):
        return _add(assignment, form, wish.removeprefix(ADD))
    if wish not in {SUBMIT, DRAFT}:
        raise Refusal(UNCLEAR)
    lacking = _lacking(assignment, form, submit=wish == SUBMIT)
    if lacking is not None:
        return lacking
    try:
        _save(assignment, form, submit=wish == SUBMIT)
    except Refusal as refusal:
        return _again(find_assignment(assignment_id), form, refusal), status_of(refusal)
    if wish == SUBMIT:
        return redirect(url_for("forms.done", assignment_id=assignment_id), code=303)
    flash(_("Your draft is saved."), "ok")
    return redirect(url_for("forms.fill", assignment_id=assignment_id), code=303)


@blueprint.post("/forms/<int:assignment_id>/draft")
@allowed("use_own_desk")
def draft(assignment_id: int) -> tuple[Response, int]:
    """Autosave: JSON with the server's sums, or with a message in words."""
    try:
        assignment = find_assignment(assignment_id)
        require(current_actor(), "fill_form", assignment_facts(assignment))
        _save_quietly(assignment)
    except Refusal as refusal:
        return jsonify(message=" ".join(t(one) for one in refusal.messages)), status_of(refusal)
    page = page_of(assignment)
    return jsonify(saved_at=formats.clock(saved_at(page)), values=_values(page), fields={"version": page.version}), 200


@blueprint.get("/forms/<int:assignment_id>/done")
@allowed("use_own_desk")
def done(assignment_id: int) -> Any:
    assignment = find_assignment(assignment_id)
    require(current_actor(), "fill_form", assignment_facts(assignment))
    if assignment.state == "open":
        return redirect(url_for("forms.fill", assignment_id=assignment_id))
    return render_template("forms/done.html", page=page_of(assignment), now=now())


@blueprint.get("/forms/<int:assignment_id>/files/<int:number>")
@allowed("use_own_desk")
def answer_file(assignment_id: int, number: int) -> Response:
    """A file that answers a question, as an attachment: for whom the form is."""
    assignment = find_assignment(assignment_id)
    own = _may_fill(assignment)
    if not own:
        require(current_actor(), "see_form", form_facts(assignment, confidential=confidential(stage_of(assignment))))
    file = find_answer_file(assignment_id, number)
    if file is None or not (own or is_handed_in(file)):
        raise Refusal(NO_FILE, kind="not_found")
    return attachment(file)


@blueprint.post("/forms/<int:assignment_id>/return")
@allowed("use_own_desk")
def send_back(assignment_id: int) -> Any:
    """The superior sends the self review back to its author, with a reason."""
    assignment = find_assignment(assignment_id)
    require(current_actor(), "fill_form", assignment_facts(assignment))
    own = own_words(assignment.review)
    if own is None:
        raise Refusal(NO_SELF_REVIEW, kind="conflict")
    try:
        with unit_of_work():
            advancing.return_stage(
                assignment.review, own[0].stage, reason=request.form.get("reason", ""), due_at=None,
                actor=current_actor(), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        page = filling_page(find_assignment(assignment_id), locale_code())
        page.refused = list(refusal.messages)
        return _fill_page(page, reason=request.form.get("reason", "")), status_of(refusal)
    flash(t(Message("The self review went back to %(name)s.", name=assignment.review.employee.name)), "ok")
    return redirect(url_for("team.table"), code=303)


def _may_fill(assignment: Assignment) -> bool:
    return may(current_actor(), "fill_form", assignment_facts(assignment)).allowed


def _kept_files(assignment: Assignment) -> dict[str, list[str]]:
    """Files are kept before the rest is looked at: a browser does not offer them a second time."""
    spec = filling.form_spec(assignment)
    uploads = sent_answers(spec)
    if not uploads:
        return {}
    if filling.closed_reason(assignment):
        return {}
    with unit_of_work():
        return keep_answer_files(assignment, spec, uploads, actor=current_actor(), now=now())


def _typed(assignment: Assignment, files: dict[str, list[str]] | None = None) -> SchemeForm:
    sent = MultiDict(request.form)
    for code, numbers in (files or {}).items():
        sent.setlist(name_of(code), [*sent.getlist(name_of(code)), *numbers])
    form = build_form(filling.form_spec(assignment), locale_code())(sent)
    if has_foreign_fields(form, request.form):
        raise Refusal(TOO_MANY, kind="too_large")
    return form


def _add(assignment: Assignment, form: SchemeForm, item: str) -> Any:
    """One deduction goes into the ledger; everything else that was typed stays as a draft."""
    spec = filling.form_spec(assignment)
    if not isinstance(spec, DeductionForm) or not form.validate_draft():
        return _again(assignment, form), 422
    try:
        answers, uploads = answers_from(spec, form), sent_files(spec)
        with unit_of_work():
            filling.save_draft(
                assignment, without_typed(spec, answers, item), actor=current_actor(), now=now(),
                version=request.form.get("version", ""),
            )  # fmt: skip
            ledger.add_deduction(
                assignment, item, answers.get(item) or {}, actor=current_actor(), now=now(), file=uploads.get(item)
            )
    except Refusal as refusal:
        return _again(find_assignment(assignment.id), form, refusal), status_of(refusal)
    flash(_("The deduction is entered."), "ok")
    return redirect(url_for("forms.fill", assignment_id=assignment.id, _anchor=f"item-{item}"), code=303)


def _lacking(assignment: Assignment, form: SchemeForm, *, submit: bool) -> Any:
    """The page once more where a question was not shown yet or an answer will not do; None where all is well."""
    spec = filling.form_spec(assignment)
    further = unseen(spec, answers_from(spec, form), request.form.get("shown", "")) if submit else ()
    if further:
        return _further(assignment, form, len(further))
    sound = form.validate() if submit else form.validate_draft()
    return None if sound else (_again(assignment, form), 422)


def _further(assignment: Assignment, form: SchemeForm, count: int) -> str:
    """The answers lead to questions that the page did not show: here they are, before anything is handed in."""
    form.validate()
    for field in form:
        field.errors = []
    return _again(assignment, form, further=count)


def _save_quietly(assignment: Assignment) -> None:
    form = _typed(assignment)
    if not form.validate_draft():
        faults: list[Any] = [fault for field in form for fault in field.errors]
        raise Refusal(faults)
    _save(assignment, form, submit=False)


def _save(assignment: Assignment, form: SchemeForm, *, submit: bool) -> None:
    spec = filling.form_spec(assignment)
    said: dict[str, Any] = {"actor": current_actor(), "now": now(), "version": request.form.get("version", "")}
    with unit_of_work():
        if submit:
            filling.submit(assignment, answers_from(spec, form), files=sent_files(spec), **said)
        else:
            filling.save_draft(assignment, answers_from(spec, form), **said)


def _again(assignment: Assignment, form: SchemeForm, refusal: Refusal | None = None, further: int = 0) -> str:
    """The page once more with what was typed; after a conflict the next try replaces the newer version knowingly."""
    db.session.rollback()
    page = page_of(assignment)
    page.answers = answers_from(page.spec, form)
    page.form = form
    show_files(form, assignment.id)
    page.refused = list(refusal.messages) if refusal else []
    page.further = further
    return _fill_page(page)


def _fill_page(page: FormPage, reason: str = "") -> str:
    faults = page.refused or (page.form is not None and page.form.errors)
    return render_template(
        f"forms/{page.template}.html", page=page, form=page.form, reason=reason, page_errors=faults, now=now()
    )


def _values(page: FormPage) -> dict[str, str]:
    """The figures on the page that the server counts: the total, and the points of key figures."""
    values = {"score": formats.score(page.total)}
    if page.kept is not None:
        values["total"] = formats.points(page.kept)
    else:
        values["total"] = formats.points(page.total)
        values |= {f"points_{row.code}": formats.points(row.value) for row in page.score.rows}
    return values
