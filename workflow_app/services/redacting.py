"""HR hides words of a customer's free answer before, or after, the person rated reads it. The answer itself is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from states.hiding import hidden, standing_in
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Redaction, Review, Submission
from workflow_app.queries.facts import review_facts
from workflow_app.queries.free_answers import free_answers, is_erased, once_named
from workflow_app.queries.published_answers import publications_of, redactions_of
from workflow_app.queries.surveys import survey_is_closed
from workflow_app.services.advancing import lock_review
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.publishing_answers import publish_redacted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor
    from workflow_app.queries.free_answers import FreeAnswer

LONGEST_REASON = 500
STILL_OPEN = Message("The survey about this person is still open. Its answers can be read once it is closed.")
HIDDEN_WHOLE = Message("This answer is hidden whole already.")
GONE = Message("This answer is not there any more. Reload the page and look again.")
CHANGED_SINCE = Message("The customer has changed this answer meanwhile. Look at what it says now.")
ERASED = Message("This answer was erased when its time was over. Nothing more can be hidden in it.")


def read_answers(review: Review, *, actor: Actor, now: datetime) -> None:
    """Note that somebody opens the free answers about a person; refuses (conflict) while the survey is open."""
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    record_review_event(review, "answers_read", actor=actor, now=now)


def redact(
    review: Review, name: str, *, words: Sequence[str], whole: bool, reason: str, actor: Actor, now: datetime
) -> Redaction:
    """Hide `words` of the free answer of this name, or the whole of it. What was hidden before stays hidden.

    Words go out of what the same customer said beside it, too: published, or newer. What the person rated reads is
    published anew. Refuses (invalid) a missing reason and words that do not stand in the answer, (not_found) an answer
    that never was, (conflict) one that was changed or erased meanwhile.
    """
    lock_review(review)
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    found = free_answers(review)
    one = _named(review, name, found)
    why = _reason(reason)
    standing = one.redaction
    if standing is not None and standing.made_by_id and not standing.shown:
        raise Refusal(HIDDEN_WHOLE, kind="conflict")
    shown = "" if whole else _without(one, words)
    made = _keep(one, "answer_redacted", actor=actor, now=now, shown=shown, reason=why)
    for other in [] if whole else _beside(one, found):
        if other.shown and (there := standing_in(other.text, words)):
            _keep(other, "answer_redacted", actor=actor, now=now, shown=_without(other, there), reason=why)
    publish_redacted(review, actor=actor, now=now)
    return made


def take_back(review: Review, name: str, *, actor: Actor, now: datetime) -> Redaction:
    """Show a redacted answer whole again. Refuses (conflict) after the release, and where nothing is hidden.

    After the release, too, HR lets stand what was merely hidden until somebody had looked at it.
    """
    lock_review(review)
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    one = _named(review, name, free_answers(review))
    standing = one.redaction
    if standing is None:
        raise Refusal(Message("Nothing is hidden in this answer."), kind="conflict")
    if not one.unread and (review.released_at is not None or publications_of(review.id)):
        raise Refusal(
            Message("The result is released: what was hidden stays hidden. You can hide more words."), kind="conflict"
        )
    return _keep(one, "redaction_taken_back", actor=actor, now=now, shown="", reason=standing.reason, taken_back=True)


def carry_redactions(after: Submission, *, now: datetime) -> None:
    """A customer changes an answer that HR has looked through: what was hidden stays so in the words that stayed.

    That goes for every version before, since an older one may be what is published. Words that are new are hidden
    whole, until HR has read them; nothing is lost of what the customer wrote.
    """
    query = select(Submission).where(Submission.invitation_id == after.invitation_id, Submission.number < after.number)
    earlier = db.session.scalars(query.order_by(Submission.number)).all()
    bars = redactions_of([one.id for one in earlier])
    for question, newest in {question: bars[number, question] for number, question in sorted(bars)}.items():
        text = after.answers.get(question)
        alike = next((one for one in reversed(earlier) if one.answers.get(question) == text), None)
        standing = bars.get((alike.id, question)) if alike else None
        if text and (standing is not None or alike is not earlier[-1]):
            _carry(standing, after, question, reason=newest.reason, now=now)


def _carry(standing: Redaction | None, after: Submission, question: str, *, reason: str, now: datetime) -> None:
    made = Redaction(submission_id=after.id, question=question, shown="", reason=reason, made_at=now)
    if standing is not None:
        made.shown, made.reason, made.made_by_id = standing.shown, standing.reason, standing.made_by_id
    db.session.add(made)


def guard_closed(review: Review) -> None:
    """Refuse (conflict) while customers may still answer, or change what they answered, as far as that is known."""
    if not survey_is_closed(review):
        raise Refusal(STILL_OPEN, kind="conflict")


def _named(review: Review, name: str, found: Sequence[FreeAnswer]) -> FreeAnswer:
    """The free answer of this name, if it is there to be redacted."""
    one = next((one for one in found if one.name == name), None)
    if one is None and not once_named(review, name):
        raise Refusal(GONE, kind="not_found")
    if one is None:
        raise Refusal(ERASED if is_erased(review) else CHANGED_SINCE, kind="conflict")
    if not one.versions:
        raise Refusal(ERASED, kind="conflict")
    return one


def _reason(reason: str) -> str:
    why = tidy_lines(reason)
    if not why:
        raise Refusal(Message("Say why these words are hidden.", field="reason"))
    if fault := unsafe(why, longest=LONGEST_REASON):
        raise Refusal(fault)
    return why


def _beside(one: FreeAnswer, found: Sequence[FreeAnswer]) -> list[FreeAnswer]:
    """What the same customer said to the same question in another version that stands."""
    return [each for each in found if each is not one and each.versions and (each.whose, each.question) == (one.whose, one.question)]


def _without(one: FreeAnswer, words: Sequence[str]) -> str:
    # Hidden whole by nobody: the customer changed it since, and this is the first look.
    return hidden(one.text, words, already=(one.shown or None) if one.redaction else None)


def _keep(one: FreeAnswer, kind: str, *, actor: Actor, now: datetime, **values: Any) -> Redaction:
    """One redaction of every version in which the text stands; the last of them."""
    made = [
        Redaction(submission_id=number, question=one.question, made_by_id=actor.account_id, made_at=now, **values)
        for number in one.versions
    ]
    db.session.add_all(made)
    db.session.flush()
    for each in made:
        # Neither the words nor the reason: a reason may repeat what it hides.
        data = {"question": each.question, "redaction": each.id}
        record_event("submission", each.submission_id, kind, actor=actor, now=now, data=data)
    return made[-1]
