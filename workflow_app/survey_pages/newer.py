"""An older page met a newer draft: nothing is replaced before the customer has seen what differs, and chosen."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from workflow_app.survey_pages.blocks import blocks_of
from workflow_app.survey_pages.pages import edits, questions_page, review_page
from workflow_app.survey_pages.wording import Said, said_in

if TYPE_CHECKING:
    from forms.builder import SchemeForm
    from states.errors import Refusal
    from workflow_app.survey_pages.turns import Sent


@dataclass(frozen=True)
class Newer:
    """What the customer is told: why nothing was done, when the newer draft was kept, and what it says otherwise."""

    said: Any
    kept_at: Any
    address: str
    differs: list[tuple[str, str, str]]


def told_of_newer(turn: Sent, refusal: Refusal) -> tuple[str, int]:
    """The page that was sent, with all that it holds; pressing its button once more is the customer's choice."""
    here = turn.visit.here(page="edit" if edits(turn.invitation) else None)
    form, answers = turn.form, turn.answers
    newer = Newer(refusal.message, turn.invitation.draft_saved_at, here, _differs(turn, form))
    told: dict[str, Any] = {"newer": newer, "draft_state": turn.state_of_draft(), "page_errors": True}
    for field in form:
        field.errors = []
    if not turn.shows_questions:
        return review_page(turn, **told), int(HTTPStatus.CONFLICT)
    step = turn.step.code if turn.one_by_one else ""
    return questions_page(turn, form, answers, status=HTTPStatus.CONFLICT, known=turn.known, step=step, **told)


def _differs(turn: Sent, form: SchemeForm) -> list[tuple[str, str, str]]:
    """Each question that the two answer otherwise, with the newer and with this page's words."""
    kept = turn.form_of(turn.stored()[0])
    found = []
    for block in blocks_of(turn.spec):
        theirs, ours = said_in(kept, block), said_in(form, block)
        found += [
            (_title(theirs, row), words, mine)
            for (row, words), (_, mine) in zip(theirs.lines, ours.lines, strict=True) if words != mine
        ]
    return found


def _title(said: Said, row: str) -> str:
    return row if said.block.kind == "matrix" else said.title
