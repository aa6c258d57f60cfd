"""The pages about one person's form: the questions, one by one or together, and what is about to be sent."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import render_template, request

from workflow_app import clock, ready_pages
from workflow_app.queries.campaign import answers_until
from workflow_app.queries.surveys import asked_about, last_day, minimum_to_show, survey_stage
from workflow_app.schemes import scheme_of
from workflow_app.survey_links import draft_name
from workflow_app.survey_pages.blocks import TEXTS, Block, applying, blocks_of, following, values
from workflow_app.survey_pages.turns import HONEYPOT, Sent, Turn
from workflow_app.survey_pages.wording import said_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from forms.builder import SchemeForm
    from states.errors import Message
    from workflow_app.models import Invitation

    Page = tuple[str, int]


def questions_page(
    turn: Turn, form: SchemeForm, answers: dict[str, Any], *, status: int = HTTPStatus.OK, known: int | None = None,
    problems: Iterable[Message] = (), step: str = "", **more: Any,
) -> Page:
    """The form: all questions, or the one named by `step` where they come one by one."""
    blocks = applying(turn.spec, answers)
    shared = {
        "form": form, "blocks": blocks, "problems_found": list(problems), "page_errors": bool(problems) or bool(form.errors),
        **_frame(turn, known), **more,
    }
    if turn.one_by_one:
        return _step(form, blocks, step, shared), int(status)
    followed = following(turn.spec, answers)
    stage = survey_stage(turn.invitation.review.cycle)
    page = ready_pages.render(
        "survey/form.html", stage=stage.code if stage else "", every=blocks_of(turn.spec), questions=len(counted(blocks)),
        answered=sum(block.is_answered(form) for block in counted(blocks)),
        followed=sorted(followed), applying=followed, **shared,
    )
    return page, int(status)


def _step(form: SchemeForm, blocks: list[Block], step: str, shared: dict[str, Any]) -> str:
    place = next((place for place, block in enumerate(blocks) if block.code == step), 0)
    block = blocks[place]
    carried = [(name, value) for one in blocks if one is not block for name, value in values(form, one)]
    return render_template(
        "survey/step.html", block=block, place=place + 1, questions=len(blocks), carried=carried, **shared
    )


def review_page(turn: Sent, *, state: str | None = None, **more: Any) -> str:
    """What is about to be sent, in words; `state` names the draft that will be kept of it, if it is a new one."""
    blocks = turn.applying
    return render_template(
        "survey/review.html", rows=[said_in(turn.form, block) for block in blocks], one_by_one=turn.one_by_one,
        final=turn.spec.changes == "until_sent", carried=[pair for block in blocks for pair in values(turn.form, block)],
        followed=sorted(following(turn.spec, turn.answers)),
        **(_frame(turn, turn.known) | ({"draft_state": state} if state else {}) | more),
    )


def counted(blocks: Iterable[Block]) -> list[Block]:
    """The questions that the page counts: not the texts at its end."""
    return [block for block in blocks if block.kind not in TEXTS]


def _frame(turn: Turn, known: int | None) -> dict[str, Any]:
    """What all of these pages say beside the questions."""
    invitation = turn.invitation
    cycle = invitation.review.cycle
    sent = turn if isinstance(turn, Sent) else None
    return {
        "visit": turn.visit, "nonce": turn.nonce(known), "honeypot": HONEYPOT, "flagged": sent.flagged if sent else "",
        "keep_nothing": bool(sent and sent.shared), "draft": draft_name(invitation),
        # What was sent and only comes back is as old as it was.
        "draft_state": sent.beside.stamp if sent and sent.beside else turn.state_of_draft(),
        "person": invitation.review.employee.name, "cycle": cycle, "last_day": last_day(invitation),
        "asked": asked_about(invitation.review_id), "minimum": minimum_to_show(cycle),
        "months": scheme_of(cycle).retention.survey_answers, "edits": edits(invitation), "posted": sent is not None,
        "kept_earlier": invitation.draft is not None and sent is None and not request.args.get("step"),
        "grace_until": _grace_until(invitation),
    }


def _grace_until(invitation: Invitation) -> datetime | None:
    """Once the last day is over: until when who has the form open may still send it."""
    now = clock.now()
    return answers_until(invitation, now=now) if now >= invitation.expires_at else None


def edits(invitation: Invitation) -> bool:
    """Whether the page changes an answer that is in, or takes back that nothing would be answered."""
    return invitation.state in {"submitted", "declined"}
