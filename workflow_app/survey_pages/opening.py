"""Which page an opened link shows. Opening stores nothing."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import request

from forms.builder import sound_answers
from workflow_app.queries.surveys import latest_answer
from workflow_app.survey_pages import endings
from workflow_app.survey_pages.pages import edits, questions_page
from workflow_app.survey_pages.turns import Turn
from workflow_app.survey_pages.visits import Gone, Visit, is_open

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Invitation

    Shown = str | tuple[str, int]


def page_of(visit: Visit, wanted: str, now: datetime) -> Shown:
    """The page of a visit; `wanted` is what the address asks for (edit, decline, later)."""
    if wanted == "decline" and not endings.may_decline(visit, now):
        return endings.stop_page(visit)
    if visit.about is not None:
        return _of_person(Turn(visit, visit.about), wanted, now)
    if wanted == "decline":
        return endings.decline_page(visit, now)
    return endings.people_page(visit, now)


def _of_person(turn: Turn, wanted: str, now: datetime) -> Shown:
    invitation, visit = turn.invitation, turn.visit
    may = is_open(invitation, now)
    if edits(invitation) and not (may and wanted == "edit"):
        if invitation.state == "submitted":
            return endings.thanks_page(turn, now)
        return endings.declined_page(visit, invitation, now)
    if not may:
        raise Gone("expired")
    if wanted == "decline":
        return endings.decline_page(visit, now)
    if wanted == "later" and invitation.draft:
        return endings.message_page("later", HTTPStatus.OK, can_go_on=True, last_day=invitation.expires_at)
    return _questions(turn)


def _questions(turn: Turn) -> Shown:
    answers, step = turn.stored()
    offered: Sequence[Invitation] = ()
    taken: Invitation | None = None
    if turn.visit.several and not answers:
        offered = [one for one in turn.visit.people if one.form == turn.invitation.form and _answers_of(one)]
        taken = next((one for one in offered if str(one.id) == request.args.get("from")), None)
        answers = sound_answers(turn.spec, _answers_of(taken)) if taken else answers
    return questions_page(
        turn, turn.form_of(answers), answers, step=request.args.get("step") or step, offered=offered, taken=taken
    )


def _answers_of(invitation: Invitation) -> dict[str, Any]:
    """What the same customer answered about somebody else by the same link, sent or kept."""
    latest = latest_answer(invitation) if invitation.state == "submitted" else None
    return latest.answers if latest else dict((invitation.draft or {}).get("answers") or {})
