"""The free answers about a person as HR reads them to redact: in no order that tells when or by whom."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from states.survey_figures import words_of
from workflow_app.models import Redaction, Review
from workflow_app.queries.published_answers import form_asked, given_to, redactions_of
from workflow_app.queries.surveys import questionnaire_of

if TYPE_CHECKING:
    from states.scheme.base import Text


@dataclass(frozen=True)
class FreeAnswer:
    """One free answer: the text as it was given, and what is hidden of it."""

    submission: int
    question: str
    title: Text
    text: str
    redaction: Redaction | None

    @property
    def shown(self) -> str:
        """What the person rated reads; empty where nothing is."""
        return self.redaction.shown if self.redaction else self.text

    @property
    def place(self) -> tuple[int, str]:
        """What names it on a page."""
        return self.submission, self.question


def free_answers(review: Review) -> list[FreeAnswer]:
    """Every free answer that counts, by question; within one in an order that stays and means nothing."""
    code = form_asked(review)
    if code is None:
        return []
    given = given_to(review.id)
    hidden = redactions_of(given.keys())
    return [
        FreeAnswer(number, one.code, one.title, one.texts[number], hidden.get((number, one.code)))
        for one in words_of(questionnaire_of(review.cycle, code), given)
        for number in sorted(one.texts, key=_anyhow)
    ]


def _anyhow(number: int) -> str:
    return hashlib.sha256(str(number).encode()).hexdigest()
