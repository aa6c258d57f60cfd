"""What was entered on a page whose link has ended meanwhile: said once more, so that it can be copied."""

from __future__ import annotations

from flask import request
from sqlalchemy import select

from forms.builder import build_form
from workflow_app.db import db
from workflow_app.i18n import locale_code
from workflow_app.models import Invitation, Review
from workflow_app.queries.surveys import invitation_named_by, questionnaire_of
from workflow_app.survey_links import generation_of, tidied
from workflow_app.survey_pages.blocks import blocks_of
from workflow_app.survey_pages.wording import said_in


def entered(token: str) -> list[tuple[str, str]]:
    """The questions that the form just sent has answered, with the answers in words; none of a made-up token."""
    named = invitation_named_by(tidied(token))
    if request.method != "POST" or named is None or not generation_of(tidied(token), named):
        return []
    spec = questionnaire_of(named.review.cycle, _meant(named).form)
    form = build_form(spec, locale_code())(request.form)
    said = [said_in(form, block) for block in blocks_of(spec)]
    return [
        (f"{one.title} · {row}" if one.block.kind == "matrix" else one.title, words)
        for one in said for row, words in one.lines if words
    ]


def _meant(named: Invitation) -> Invitation:
    """About whom the form is, where the link covers several people, or did until it ended."""
    about = request.args.get("about", "")
    if not about:
        return named
    asked = select(Invitation).join(Invitation.review).where(
        Invitation.customer_id == named.customer_id, Review.cycle_id == named.review.cycle_id
    )
    return next((one for one in db.session.scalars(asked) if str(one.id) == about), named)
