"""The ledger's pages: taking an entry back, evidence, one's own entries and replies, a period's result, adjustments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from forms.cycles import offered
from forms.ledger import CommendationForm, CommentForm, CorrectionForm, OffenceForm, ReplyForm
from states.errors import Message, Refusal
from states.permissions import HR, may
from states.scheme import Text
from workflow_app.access import allowed, current_actor, require
from workflow_app.clock import now
from workflow_app.db import db, unit_of_work
from workflow_app.errors import status_of
from workflow_app.models import LedgerEntry, Review
from workflow_app.queries import ledger as queries
from workflow_app.queries import sheets
from workflow_app.queries.appeals import appeal_of
from workflow_app.queries.assignments import LARGEST_ID
from workflow_app.queries.desk import cycle_title
from workflow_app.queries.facts import review_facts
from workflow_app.queries.published_answers import publication_of
from workflow_app.queries.results import to_sign
from workflow_app.schemes import scheme_of
from workflow_app.services import adjusting, ledger
from workflow_app.services.appealing import may_be_filed
from workflow_app.services.releasing import acknowledge
from workflow_app.views.uploads import attachment, sent_file

if TYPE_CHECKING:
    from wtforms import Form

blueprint = Blueprint("ledger", __name__)
NO_ENTRY = Message("There is no such entry.")
NO_FILE = Message("There is no such file.")
NO_REVIEW = Message("There is no such review.")


@blueprint.get("/entries")
@allowed("use_own_desk")
def mine() -> str:
    return _mine()


@blueprint.post("/entries/<int:number>/reply")
@allowed("use_own_desk")
def reply(number: int) -> Any:
    form, entry = ReplyForm(request.form), _entry(number)
    require(current_actor(), "reply_to_entry", queries.entry_facts(entry))
    if not form.validate():
        return _mine(number, form), 422
    try:
        with unit_of_work():
            ledger.reply(entry, text=form.text.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _mine(number, form, refusal), status_of(refusal)
    flash(_("Your reply is kept with the entry."), "ok")
    return redirect(url_for("ledger.mine", _anchor=f"entry-{number}"), code=303)


@blueprint.get("/entries/<int:number>/correction")
@allowed("use_own_desk")
def ask_correction(number: int) -> str:
    return _correction(_seen(number), CorrectionForm())


@blueprint.post("/entries/<int:number>/correction")
@allowed("use_own_desk")
def correct(number: int) -> Any:
    form, entry = CorrectionForm(request.form), _seen(number)
    if not form.validate():
        return _correction(entry, form), 422
    back = _back_of(entry)
    try:
        with unit_of_work():
            ledger.correct(entry, reason=form.reason.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _correction(_seen(number), form, refusal), status_of(refusal)
    flash(_("The entry is taken back; your reason stands beside it."), "ok")
    return redirect(back, code=303)


@blueprint.get("/evidence/<int:number>")
@allowed("use_own_desk")
def evidence(number: int) -> Response:
    """A file, as an attachment: for whom its entry is."""
    file = queries.find_file(number)
    if file is None or file.entry is None:
        raise Refusal(NO_FILE, kind="not_found")
    require(current_actor(), "see_entry", queries.entry_facts(file.entry))
    return attachment(file)


@blueprint.get("/results/<int:review_id>/sheet")
@allowed("see_result")
def result(review_id: int) -> Any:
    """The result of a kind without bands: score, entries, commendations, what the rater said, the signature."""
    found = _review(review_id)
    require(current_actor(), "see_result", review_facts(found))
    return _result(found)


@blueprint.post("/results/<int:review_id>/sheet")
@allowed("acknowledge")
def sign(review_id: int) -> Any:
    form, found = CommentForm(request.form), _review(review_id)
    require(current_actor(), "acknowledge", review_facts(found))
    if not form.validate():
        return _result(found, form), 422
    try:
        with unit_of_work():
            acknowledge(found, comment=form.comment.data or "", actor=current_actor(), now=now())
    except Refusal as refusal:
        return _result(_review(review_id), form, refusal), status_of(refusal)
    flash(_("Thank you. You signed for having seen the result; that is no consent to it."), "ok")
    return redirect(url_for("ledger.result", review_id=review_id), code=303)


@blueprint.get("/reviews/<int:review_id>/adjustments")
@allowed("use_own_desk")
def adjustments(review_id: int) -> str:
    return _adjustments(_adjustable(review_id))


@blueprint.post("/reviews/<int:review_id>/commendations")
@allowed("use_own_desk")
def commend(review_id: int) -> Any:
    form, found = CommendationForm(request.form), _adjustable(review_id)
    _offer_clauses(form, found)
    if not form.validate():
        return _adjustments(found, commendation=form), 422
    try:
        with unit_of_work():
            adjusting.commend(
                found, form.points.data, event=form.event.data or "", on=_iso(form.on.data),
                actor=current_actor(), now=now(), file=sent_file(), clause=form.rule.data or "",
            )  # fmt: skip
    except Refusal as refusal:
        return _adjustments(_adjustable(review_id), refusal, commendation=form), status_of(refusal)
    flash(_("The commendation is recorded."), "ok")
    return redirect(url_for("ledger.adjustments", review_id=review_id), code=303)


@blueprint.post("/reviews/<int:review_id>/offences")
@allowed("use_own_desk")
def strike(review_id: int) -> Any:
    form, found = OffenceForm(request.form), _adjustable(review_id)
    _offer(form, found)
    if not form.validate():
        return _adjustments(found, offence=form), 422
    try:
        with unit_of_work():
            _offence, decided = adjusting.strike(
                found, form.item.data or "", rule=form.rule.data or "", note=form.note.data or "",
                on=_iso(form.on.data), standing_until=form.standing_until.data, actor=current_actor(), now=now(),
                file=sent_file(),
            )  # fmt: skip
    except Refusal as refusal:
        return _adjustments(_adjustable(review_id), refusal, offence=form), status_of(refusal)
    apart = _("The offence is recorded, and its sanction apart from it.")
    flash(apart if decided else _("The offence is recorded. HR decides its sanction."), "ok")
    return redirect(url_for("ledger.adjustments", review_id=review_id), code=303)


def _mine(number: int | None = None, form: Form | None = None, refusal: Refusal | None = None) -> str:
    if refusal is not None:
        db.session.rollback()
    actor = current_actor()
    groups = sheets.entries_about(actor.employee_id) if actor.employee_id is not None else []
    return render_template(
        "ledger/mine.html", groups=groups, answering=number, form=form or ReplyForm(), refusal=refusal,
        page_errors=refusal or (form and form.errors),
    )


def _entry(number: int) -> LedgerEntry:
    found = queries.find_entry(number)
    if found is None:
        raise Refusal(NO_ENTRY, kind="not_found")
    return found


def _seen(number: int) -> LedgerEntry:
    """An entry that somebody may look at; whether it may be taken back is asked in the service."""
    found = _entry(number)
    require(current_actor(), "see_entry", queries.entry_facts(found))
    return found


def _correction(entry: LedgerEntry, form: CorrectionForm, refusal: Refusal | None = None) -> str:
    scheme = scheme_of(entry.review.cycle) if entry.review else sheets.rulebook_scheme()
    shown = queries.shown_entries([entry], scheme)
    return render_template(
        "ledger/correction.html", entry=entry, shown=shown[0] if shown else None, form=form, refusal=refusal,
        back=_back_of(entry), words=sheets.rulebook_words(scheme), page_errors=refusal or form.errors,
    )


def _back_of(entry: LedgerEntry) -> str:
    if entry.review is None or entry.kind in {"reward", "sanction"}:
        return url_for("rulebook.page")
    if entry.kind != "deduction":
        return url_for("ledger.adjustments", review_id=entry.review_id)
    form = ledger.open_form_of(entry, current_actor())
    return url_for("forms.fill", assignment_id=form.id, _anchor=f"item-{entry.item}") if form else url_for("home.desk")


def _review(review_id: int) -> Review:
    found = db.session.get(Review, min(review_id, LARGEST_ID))
    if found is None:
        raise Refusal(NO_REVIEW, kind="not_found")
    return found


def _adjustable(review_id: int) -> Review:
    found = _review(review_id)
    require(current_actor(), "adjust_review", review_facts(found))
    return found


def _result(found: Review, form: CommentForm | None = None, refusal: Refusal | None = None) -> str:
    own = current_actor().employee_id == found.employee_id
    return render_template(
        "ledger/result.html", review=found, title=cycle_title(found.cycle), own=own, sheet=sheets.sheet_of(found),
        form=form or CommentForm(), refusal=refusal, appeal=appeal_of(found),
        customers_said=publication_of(found.id) is not None,
        may_appeal=may_be_filed(found, actor=current_actor(), now=now()),
        may_sign=may(current_actor(), "acknowledge", review_facts(found)).allowed and to_sign(found),
    )


def _adjustments(
    found: Review, refusal: Refusal | None = None, *, commendation: CommendationForm | None = None,
    offence: OffenceForm | None = None,
) -> str:
    offence, commendation = offence or OffenceForm(), commendation or CommendationForm()
    _offer(offence, found)
    _offer_clauses(commendation, found)
    scheme = scheme_of(found.cycle)
    return render_template(
        "ledger/adjustments.html", review=found, title=cycle_title(found.cycle), refusal=refusal,
        commendation=commendation, offence=offence, bonus=scheme.composition.bonus,
        entries=sheets.adjustments_of(found), words=sheets.rulebook_words(scheme), closed=_closed(found), decides=current_actor().has(HR),
        page_errors=refusal or commendation.errors or offence.errors,
    )  # fmt: skip


def _closed(found: Review) -> Message | None:
    try:
        adjusting.guard_open(found, current_actor())
    except Refusal as refusal:
        return refusal.messages[0]
    return None


def _offer(form: OffenceForm, found: Review) -> None:
    items = [
        (f"{sheet.code}:{item.code}", Text(zh=f"{sheet.title.zh}：{item.title.zh}", en=f"{sheet.title.en}: {item.title.en}"))
        for sheet in adjusting.sheets_of(found)
        for item in sheet.items
    ]
    titles = dict(items)
    form.item.choices = offered([("", Message("The item that the clause names")), *items])
    rules = [(rule, titles.get(adjusting.item_of(found, rule))) for rule in adjusting.sanctioned_rules(found)]
    named = [(rule.code, _leads(rule.title, item) if item else rule.title) for rule, item in rules]
    form.rule.choices = offered([("", Message("Choose …")), *named])


def _offer_clauses(form: CommendationForm, found: Review) -> None:
    rules = [(rule.code, _leads(rule.title, f"+{rule.bonus}")) for rule in adjusting.rewarding_rules(found)]
    form.rule.choices = offered([("", Message("Without a clause")), *rules])


def _leads(clause: Text, to: Text | str) -> Message:
    return Message("%(clause)s → %(rung)s", clause=clause, rung=to)


def _iso(day: Any) -> str:
    return day.isoformat() if day else ""
