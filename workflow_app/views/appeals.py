"""Appeals: the person rated files one; somebody who neither scored nor calibrated answers it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.appeals import DECISIONS, AnswerForm, AppealForm
from states.errors import Message, Refusal
from states.permissions import may
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.i18n import t
from workflow_app.models import Appeal, EvidenceFile, Review
from workflow_app.queries import appeals as queries
from workflow_app.queries.desk import cycle_title
from workflow_app.queries.facts import review_facts
from workflow_app.queries.ledger import shown_entries
from workflow_app.queries.schemes import LARGEST_ID
from workflow_app.schemes import scheme_of
from workflow_app.services import appealing
from workflow_app.services.acting import appeal_ends
from workflow_app.services.appeal_corrections import contested
from workflow_app.views.uploads import attachment, sent_file

blueprint = Blueprint("appeals", __name__)
NO_APPEAL = Message("There is no such appeal.")


@blueprint.get("/appeals")
@allowed("see_appeals")
def table() -> str:
    own = current_actor().employee_id
    waiting = queries.waiting_page(request.args.get("page", 1, type=int), but=own)
    answered = [one for one in queries.appeals_answered() if one.review.employee_id != own]
    return render_template("appeals/table.html", waiting=waiting, answered=answered, moment=now(), most=queries.MOST_ANSWERED)


@blueprint.get("/results/<int:review_id>/appeal")
@allowed("file_appeal")
def start(review_id: int) -> Any:
    review = _own_review(review_id)
    found = queries.appeal_of(review)
    if found is not None and found.state != "withdrawn":
        return redirect(url_for("appeals.one", appeal_id=found.id))
    return _form_page(review, AppealForm())


@blueprint.post("/results/<int:review_id>/appeal")
@allowed("file_appeal")
def file(review_id: int) -> Any:
    review, form = _own_review(review_id), AppealForm(request.form)
    if not form.validate():
        return _form_page(review, form), 422
    try:
        with unit_of_work():
            appeal = appealing.file_appeal(
                review, grounds=form.grounds.data or "", wish=form.wish.data or "", upload=sent_file(),
                actor=current_actor(), now=now(),
            )  # fmt: skip
    except Refusal as refusal:
        return _form_page(_own_review(review_id), form, refusal), status_of(refusal)
    flash(_("Your appeal is filed. You will be told when it is answered."), "ok")
    return redirect(url_for("appeals.one", appeal_id=appeal.id))


@blueprint.get("/appeals/<int:appeal_id>")
@allowed("see_appeal")
def one(appeal_id: int) -> str:
    return _page(_appeal(appeal_id))


@blueprint.post("/appeals/<int:appeal_id>/take")
@allowed("answer_appeal")
def take(appeal_id: int) -> Any:
    with unit_of_work():
        appealing.take_appeal(_appeal(appeal_id), actor=current_actor(), now=now())
    flash(_("This appeal is yours to answer."), "ok")
    return redirect(url_for("appeals.one", appeal_id=appeal_id))


@blueprint.post("/appeals/<int:appeal_id>/withdraw")
@allowed("file_appeal")
def withdraw(appeal_id: int) -> Any:
    with unit_of_work():
        appealing.withdraw_appeal(_appeal(appeal_id), actor=current_actor(), now=now())
    flash(_("Your appeal is withdrawn."), "ok")
    return redirect(url_for("appeals.one", appeal_id=appeal_id))


@blueprint.post("/appeals/<int:appeal_id>/answer")
@allowed("answer_appeal")
def answer(appeal_id: int) -> Any:
    appeal = _appeal(appeal_id)
    form = _answer_form(appeal)
    if not form.validate():
        return _page(appeal, form), 422
    try:
        with unit_of_work():
            appealing.answer_appeal(
                appeal,
                appealing.Answer(
                    form.decision.data, form.answer.data or "", form.band.data or None,
                    tuple(request.form.getlist("take_back", type=int)),
                ),
                actor=current_actor(), now=now(), version=form.version.data,
            )  # fmt: skip
    except Refusal as refusal:
        return _page(_appeal(appeal_id), form, refusal), status_of(refusal)
    flash(_("The appeal is answered; the person is told."), "ok")
    return redirect(url_for("appeals.one", appeal_id=appeal_id))


@blueprint.get("/appeals/files/<int:number>")
@allowed("see_appeal")
def evidence(number: int) -> Response:
    found = db.session.get(EvidenceFile, min(number, LARGEST_ID))
    if found is None or found.appeal_id is None:
        raise Refusal(Message("There is no such file."), kind="not_found")
    _appeal(found.appeal_id)
    return attachment(found)


def _own_review(review_id: int) -> Review:
    review = db.session.get(Review, min(review_id, LARGEST_ID))
    if review is None:
        raise Refusal(Message("There is no such review."), kind="not_found")
    require(current_actor(), "file_appeal", review_facts(review))
    return review


def _appeal(appeal_id: int) -> Appeal:
    found = queries.appeal_by_id(appeal_id)
    if found is None:
        raise Refusal(NO_APPEAL, kind="not_found")
    require(current_actor(), "see_appeal", review_facts(found.review))
    return found


def _answer_form(appeal: Appeal) -> AnswerForm:
    form = AnswerForm(request.form if request.method == "POST" else None)
    spec = scheme_of(appeal.review.cycle).distribution
    codes = [band.code for band in spec.bands]
    best = codes.index(appeal.review.final_band) + 1 if appeal.review.final_band in codes else 0
    form.band.choices = [("", _("Stays as it is"))] + [
        (band.code, f"{band.code} {t(spec.title_of(band))}") for band in spec.bands[: max(best - 1, 0)]
    ]
    form.decision.choices = [(code, t(words)) for code, words in DECISIONS.items()]
    if request.method != "POST":
        form.version.data = appeal.version
    return form


def _form_page(review: Review, form: AppealForm, refusal: Refusal | None = None) -> str:
    return render_template(
        "appeals/file.html", review=review, form=form, refusal=refusal, ends=appeal_ends(review),
        title=t(cycle_title(review.cycle)), over=now() > appeal_ends(review),
    )  # fmt: skip


def _page(appeal: Appeal, form: AnswerForm | None = None, refusal: Refusal | None = None) -> str:
    actor, facts = current_actor(), review_facts(appeal.review)
    mine = actor.employee_id == appeal.review.employee_id
    pending = appeal.state in queries.PENDING
    verdict = None if mine or not pending else may(actor, "answer_appeal", facts)
    return render_template(
        "appeals/one.html", appeal=appeal, review=appeal.review, files=queries.files_of(appeal), mine=mine,
        verdict=verdict, form=form or _answer_form(appeal), refusal=refusal, may_withdraw=mine and pending,
        title=t(cycle_title(appeal.review.cycle)), moment=now(), me=actor.account_id,
        entries=shown_entries(contested(appeal.review), scheme_of(appeal.review.cycle)) if pending else [],
        taken_back=request.form.getlist("take_back", type=int),
    )  # fmt: skip
