"""The free answers about a person as HR reads them to redact: by names and in an order that tell neither when nor by whom.

HR also sees who was asked, and when: a number that grows with time, or an order made of it, would join the two.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import String, cast, select

from states.survey_figures import words_of
from workflow_app.db import db
from workflow_app.models import Invitation, Redaction, Review, Submission
from workflow_app.queries.published_answers import (
    answers_numbered,
    form_asked,
    given_to,
    publication_of,
    redactions_of,
    texts_published,
)
from workflow_app.queries.surveys import questionnaire_of
from workflow_app.survey_links import name_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from states.scheme.base import Text
    from states.survey_figures import Given
    from workflow_app.queries.published_answers import Place

WAITING = "waiting"
"""No text is published yet."""
STANDS = "stands"
"""Published, and what the customer says still."""
CHANGED = "changed"
"""Published, and read on by the person rated, though the customer has changed it since."""
NEWER = "newer"
"""What the customer says now, and not published."""
LEFT = "left"
"""Published; the answer itself was erased, so that nothing more can be hidden in it."""


@dataclass(frozen=True)
class FreeAnswer:
    """One free answer: the text as it was given (of an erased one, as it stands published), and what is hidden of it.

    No page tells `whose` it is (an invitation), nor `versions`: the submissions in which it stands in the same words.
    """

    name: str
    question: str
    title: Text
    text: str
    redaction: Redaction | None
    standing: str
    whose: int | None
    versions: tuple[int, ...]

    @property
    def shown(self) -> str:
        """What the person rated reads; empty where nothing is."""
        return self.redaction.shown if self.redaction else self.text

    @property
    def unread(self) -> bool:
        """Hidden whole by nobody, since the customer changed it, and not published: HR has not looked at it yet."""
        return self.standing in {WAITING, NEWER} and self.redaction is not None and self.redaction.made_by_id is None


def free_answers(review: Review) -> list[FreeAnswer]:
    """Every free answer that counts or stands published, by question; within one by its name, which means nothing."""
    titles, published = _titles(review), publication_of(review.id)
    stands = texts_published(published) if published else {}
    newest = _texts(review, given_to(review.id))
    kept = newest | _texts(review, answers_numbered({number for number, _ in stands}))
    whose, hidden = _customers({number for number, _ in kept}), redactions_of({number for number, _ in kept})
    told = published is not None and not published.payload["texts_hidden"]
    found: dict[object, FreeAnswer] = {}
    for place in dict.fromkeys([*stands, *newest]):
        number, question = place
        one = FreeAnswer(
            name_in(review, *place), question, titles[question], kept.get(place) or stands[place], hidden.get(place),
            _standing(place, stands, newest, kept) if told else WAITING, whose.get(number), (number,) if place in kept else (),
        )  # fmt: skip
        # What a customer left as it was, is one text, though the answer around it was changed.
        same = (one.whose, question, one.text, one.shown) if one.whose else place
        found[same] = _joined(found[same], one) if same in found else one
    order = list(titles)
    return sorted((one for one in found.values() if one.text), key=lambda one: (order.index(one.question), one.name))


def name_in(review: Review, number: int, question: str) -> str:
    """What names the text of this submission in addresses and forms."""
    return name_of("free answer", review.id, number, question)


def once_named(review: Review, name: str) -> bool:
    """Whether this was the name of a text about this person, which was changed or erased since."""
    titles = _titles(review)
    given = select(Submission.id).join(Invitation).where(Invitation.review_id == review.id)
    return any(name == name_in(review, number, question) for number in db.session.scalars(given) for question in titles)


def is_erased(review: Review) -> bool:
    """Whether customers answered about this person, and nothing of it is kept any longer."""
    given = select(Submission.id).join(Invitation).where(Invitation.review_id == review.id)
    kept = given.where(cast(Submission.answers, String) != "{}")
    return db.session.scalar(given.limit(1)) is not None and db.session.scalar(kept.limit(1)) is None


def _titles(review: Review) -> dict[str, Text]:
    """The questions that are answered in words, in the order of the page."""
    code = form_asked(review)
    return {one.code: one.title for one in words_of(questionnaire_of(review.cycle, code), {})} if code else {}


def _texts(review: Review, given: Given) -> dict[Place, str]:
    code = form_asked(review)
    asked = words_of(questionnaire_of(review.cycle, code), given) if code else []
    return {(number, one.code): text for one in asked for number, text in one.texts.items()}


def _customers(submissions: Collection[int]) -> Mapping[int, int | None]:
    query = select(Submission.id, Submission.invitation_id).where(Submission.id.in_(submissions))
    return dict(db.session.execute(query).tuples().all())


def _standing(place: Place, stands: Collection[Place], newest: Collection[Place], kept: Collection[Place]) -> str:
    if place not in stands:
        return NEWER
    if place not in kept:
        return LEFT
    return STANDS if place in newest else CHANGED


def _joined(published: FreeAnswer, newer: FreeAnswer) -> FreeAnswer:
    return replace(published, standing=STANDS, versions=published.versions + newer.versions)
