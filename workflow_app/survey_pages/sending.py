"""What the buttons of a form do: on to the next question, look it over, send, keep it for later."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect

from forms.builder import sound_answers
from states.errors import Refusal
from workflow_app import clock
from workflow_app.db import unit_of_work
from workflow_app.errors import status_of
from workflow_app.services import answering
from workflow_app.services.answering import LinkEndedRefusal
from workflow_app.services.newer_drafts import NewerDraftRefusal, guard_newest, stamp_of
from workflow_app.services.survey_drafts import keep_draft
from workflow_app.survey_pages.blocks import Block, blocks_of
from workflow_app.survey_pages.newer import told_of_newer
from workflow_app.survey_pages.pages import edits, questions_page, review_page
from workflow_app.survey_pages.visits import Gone, ended_meanwhile, is_open

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from werkzeug.wrappers import Response

    from workflow_app.survey_pages.turns import Sent

    Answered = str | tuple[str, int] | Response
    Button = Callable[[Sent, str], Answered]

WRONG = HTTPStatus.UNPROCESSABLE_ENTITY


def review(turn: Sent, _where: str = "") -> Answered:
    """Show what is about to be sent; it is kept as a draft, and nothing is sent."""
    now = clock.now()
    answering.guard_open(turn.invitation, now=now)
    if not turn.one_by_one and turn.unseen():
        return _further(turn)
    if not turn.form.validate():
        return _faulty(turn)
    if _is_repeat(turn):
        return again(turn)
    if not answering.says_anything(turn.spec, turn.answers):
        raise Refusal(answering.NOTHING_ANSWERED)
    shown = review_page(turn, state=None if turn.shared else stamp_of(now))
    _keep(turn, step="", now=now)
    return shown


def send(turn: Sent, _where: str = "") -> Answered:
    """Keep the answers, once, and lead to the page that says so."""
    if not turn.one_by_one and turn.unseen():
        return _further(turn)
    if not turn.form.validate():
        return _faulty(turn)
    with unit_of_work():
        answering.submit_answers(
            turn.invitation, turn.answers, known=turn.known or 0, now=clock.now(), flagged=bool(turn.flagged),
            beside=turn.beside,
        )
    return again(turn)


def change(turn: Sent, where: str = "") -> Answered:
    """From the review back to the questions, or to the one that is to be changed."""
    if turn.one_by_one:
        # From here on only the question that is shown would be taken, the others as the newer draft has them.
        guard_newest(turn.invitation, turn.answers, beside=turn.beside)
    turn.form.validate()
    _quiet(turn)
    return questions_page(turn, turn.form, turn.answers, known=turn.known, step=where)


def show(turn: Sent, where: str = "") -> Answered:
    """The same page with all that it holds, in the language of the address; nothing is kept, nothing is sent."""
    turn.form.validate()
    _quiet(turn)
    if where == "review":
        return review_page(turn)
    step = turn.step.code if turn.one_by_one else ""
    return questions_page(turn, turn.form, turn.answers, known=turn.known, step=step)


def go_on(turn: Sent, _where: str = "") -> Answered:
    """To the next question; behind the last one, to the review."""
    now = clock.now()
    answering.guard_open(turn.invitation, now=now)
    if _is_repeat(turn):
        return again(turn)
    here = turn.step
    turn.form.validate()
    if here.errors(turn.form):
        return _only(turn, here)
    blocks = turn.applying
    place = next((place for place, block in enumerate(blocks) if block.code == here.code), -1)
    if place + 1 >= len(blocks):
        return review(turn)
    return _to(turn, blocks[place + 1])


def go_back(turn: Sent, _where: str = "") -> Answered:
    """To the question before, whatever this one lacks."""
    answering.guard_open(turn.invitation, now=clock.now())
    if _is_repeat(turn):
        return again(turn)
    if not turn.form.validate_draft():
        return _faulty(turn)
    blocks = turn.applying
    place = next((place for place, block in enumerate(blocks) if block.code == turn.step.code), 0)
    return _to(turn, blocks[max(place - 1, 0)])


def later(turn: Sent, _where: str = "") -> Answered:
    """Keep what was entered for another visit, and say so."""
    answering.guard_open(turn.invitation, now=clock.now())
    if _is_repeat(turn):
        return again(turn)
    if not turn.form.validate_draft():
        return _faulty(turn)
    if not turn.answers:
        raise Refusal(answering.NOTHING_TO_KEEP)
    _keep(turn, step=turn.step.code if turn.one_by_one else "")
    step = turn.step.code if turn.one_by_one else ""
    if turn.shared or not is_open(turn.invitation, clock.now()):
        return questions_page(
            turn, turn.form, turn.answers, known=turn.known, step=step, nothing_kept=turn.shared,
            draft_state=turn.state_of_draft(),
        )
    return redirect(turn.visit.here(page="later"), code=HTTPStatus.SEE_OTHER)


def enter(turn: Sent, _where: str = "") -> Answered:
    """The Enter key in a field: what the button of the page does."""
    return go_on(turn) if turn.one_by_one else review(turn)


BUTTONS: dict[str, Button] = {
    "review": review, "send": send, "change": change, "next": go_on, "back": go_back, "later": later, "show": show, "enter": enter,
}  # fmt: skip


def refused(turn: Sent, refusal: Refusal) -> Answered:
    """Refused by the service: the form again with all that was entered, or the page of an ended link."""
    if isinstance(refusal, NewerDraftRefusal):
        return told_of_newer(turn, refusal)
    if isinstance(refusal, LinkEndedRefusal):
        raise ended_meanwhile(turn.visit, turn.invitation)
    if refusal.kind == "gone" and turn.invitation.state == "submitted" and answering.is_final(turn.invitation):
        return again(turn)
    if refusal.kind == "gone":
        raise Gone("revoked" if turn.invitation.state == "revoked" else "expired")
    sound, answers = turn.form.validate(), turn.answers
    if sound and refusal.kind == "invalid":
        # At the first question, so that the summary of errors can lead there.
        first = blocks_of(turn.spec)[0]
        turn.form[first.names[0]].errors = list(refusal.messages)  # type: ignore[arg-type]
        return questions_page(turn, turn.form, answers, status=status_of(refusal), known=turn.known)
    # Told of the other answer, the customer may now replace it; otherwise the page knows what it knew.
    known = None if refusal.kind == "conflict" else turn.known
    if turn.one_by_one:
        _quiet(turn, but=turn.step.names)
    return questions_page(
        turn, turn.form, answers, status=status_of(refusal), known=known, problems=refusal.messages,
        step=turn.step.code if turn.one_by_one else "",
    )


def again(turn: Sent) -> Response:
    """To the page of this person, by GET: a reload of it sends nothing again. Relative: no header holds the token."""
    return redirect(turn.visit.here(), code=HTTPStatus.SEE_OTHER)


def _further(turn: Sent) -> Answered:
    """The answers lead to questions that the page did not show: here they are."""
    turn.form.validate()
    _quiet(turn)
    return questions_page(turn, turn.form, turn.answers, known=turn.known, further=len(turn.unseen()))


def _faulty(turn: Sent) -> Answered:
    """The form again; one by one, at the first question that lacks something."""
    first = next((block for block in turn.applying if block.errors(turn.form)), None)
    if turn.one_by_one and first is not None:
        return _only(turn, first)
    return questions_page(turn, turn.form, turn.answers, status=WRONG, known=turn.known)


def _only(turn: Sent, block: Block) -> Answered:
    """One question with what it lacks; what later ones lack is said when they are reached."""
    _quiet(turn, but=block.names)
    return questions_page(turn, turn.form, turn.answers, status=WRONG, known=turn.known, step=block.code)


def _quiet(turn: Sent, *, but: tuple[str, ...] = ()) -> None:
    """What these questions do not concern is said when it is reached."""
    for field in turn.form:
        if field.name not in but:
            field.errors = []


def _to(turn: Sent, block: Block) -> Answered:
    """To another question: by GET where the draft is kept, so that Back and a reload just work.

    Within the grace a GET leads to nobody's form any more: whoever has it open is handed the question at once.
    """
    _keep(turn, step=block.code)
    if turn.shared or not is_open(turn.invitation, clock.now()):
        _quiet(turn)
        return questions_page(
            turn, turn.form, turn.answers, known=turn.known, step=block.code, draft_state=turn.state_of_draft()
        )
    page = "edit" if edits(turn.invitation) else None
    return redirect(turn.visit.here(page=page, step=block.code), code=HTTPStatus.SEE_OTHER)


def _is_repeat(turn: Sent) -> bool:
    """Whether these answers are in already. Refuses other ones from a page that did not know of them."""
    return answering.is_repeat(turn.invitation, turn.answers, known=turn.known or 0)


def _keep(turn: Sent, *, step: str, now: datetime | None = None) -> None:
    answers = sound_answers(turn.spec, turn.answers)
    if not answers and not turn.invitation.draft:
        return  # paging through an untouched form is no beginning: mail scanners press buttons, too
    with unit_of_work():
        keep_draft(
            turn.invitation, answers, known=turn.known or 0, step=step, now=now or clock.now(), shared=turn.shared,
            beside=turn.beside,
        )


