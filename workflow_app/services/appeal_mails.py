"""Telling a person that the appeal is answered; the mail holds neither the answer nor a grade."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from workflow_app.models import Appeal
from workflow_app.services.result_mails import tell_person_rated


def announce_answer(appeal: Appeal, *, now: datetime) -> None:
    """Tell the person who appealed that there is an answer."""
    tell_person_rated(
        appeal.review, f"appeal-{appeal.id}-answer",
        lambda title: _("Your appeal about %(cycle)s is answered", cycle=title),
        page=f"/appeals/{appeal.id}", words_in="appeals", now=now,
    )  # fmt: skip
