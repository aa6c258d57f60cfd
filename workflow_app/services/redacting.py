"""HR hides words of a customer's free answer before, or after, the person rated reads it. The answer itself is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from states.hiding import hidden
from states.stages import FINISHED
from states.survey_figures import words_of
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Redaction, Review, Submission
from workflow_app.queries.facts import review_facts
from workflow_app.queries.published_answers import given_to, publications_of, redactions_of
from workflow_app.queries.surveys import questionnaire_of, survey_row
from workflow_app.services.advancing import lock_review
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.publishing_answers import publish_redacted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.permissions import Actor

LONGEST_REASON = 500
STILL_OPEN = Message("The survey about this person is still open. Its answers can be read once it is closed.")
HIDDEN_WHOLE = Message("This answer is hidden whole already.")
GONE = Message("This answer is not there any more. Reload the page and look again.")


def read_answers(review: Review, *, actor: Actor, now: datetime) -> None:
    """Note that somebody opens the free answers about a person; refuses (conflict) while the survey is open."""
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    record_review_event(review, "answers_read", actor=actor, now=now)


def redact(
    review: Review, submission_id: int, question: str, *, words: Sequence[str], whole: bool, reason: str, actor: Actor,
    now: datetime,
) -> Redaction:
    """Hide `words` of one free answer, or the whole of it. What was hidden before stays hidden.

    Refuses (invalid) a missing reason and words that do not stand in the answer, (not_found) an answer that is not
    there. After the release what the person rated reads is published anew.
    """
    lock_review(review)
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    submission, text = _answer(review, submission_id, question)
    why = tidy_lines(reason)
    if not why:
        raise Refusal(Message("Say why these words are hidden.", field="reason"))
    fault = unsafe(why, longest=LONGEST_REASON)
    if fault:
        raise Refusal(fault)
    standing = redactions_of([submission.id]).get((submission.id, question))
    if standing is not None and standing.made_by_id and not standing.shown:
        raise Refusal(HIDDEN_WHOLE, kind="conflict")
    # Hidden whole by nobody: the customer changed it since, and this is the first look.
    already = standing.shown or None if standing else None
    made = Redaction(
        submission_id=submission.id, question=question, reason=why,
        shown="" if whole else hidden(text, words, already=already),
        made_by_id=actor.account_id, made_at=now,
    )
    return _keep(review, made, "answer_redacted", actor=actor, now=now)


def take_back(review: Review, submission_id: int, question: str, *, actor: Actor, now: datetime) -> Redaction:
    """Show a redacted answer whole again. Refuses (conflict) after the release, and where nothing is hidden."""
    lock_review(review)
    require(actor, "redact_answers", review_facts(review))
    guard_closed(review)
    submission, _text = _answer(review, submission_id, question)
    standing = redactions_of([submission.id]).get((submission.id, question))
    if standing is None:
        raise Refusal(Message("Nothing is hidden in this answer."), kind="conflict")
    if review.released_at is not None or publications_of(review.id):
        raise Refusal(
            Message("The result is released: what was hidden stays hidden. You can hide more words."), kind="conflict"
        )
    made = Redaction(
        submission_id=submission.id, question=question, shown="", reason=standing.reason, taken_back=True,
        made_by_id=actor.account_id, made_at=now,
    )
    return _keep(review, made, "redaction_taken_back", actor=actor, now=now)


def carry_redactions(before: Submission, after: Submission, *, now: datetime) -> None:
    """A customer changes an answer that HR has looked through: what was hidden stays so in the words that stayed.

    Words that are new are hidden whole, until HR has read them; nothing is lost of what the customer wrote.
    """
    for (_number, question), standing in redactions_of([before.id]).items():
        text = after.answers.get(question)
        if text:
            same = text == before.answers.get(question)
            db.session.add(
                Redaction(
                    submission_id=after.id, question=question, shown=standing.shown if same else "",
                    reason=standing.reason, made_by_id=standing.made_by_id if same else None, made_at=now,
                )
            )


def guard_closed(review: Review) -> None:
    """Refuse (conflict) while customers may still answer, or change what they answered, as far as that is known."""
    row = survey_row(review)
    if row is None or (row.state not in FINISHED and review.cycle.state == "open"):
        raise Refusal(STILL_OPEN, kind="conflict")


def _answer(review: Review, submission_id: int, question: str) -> tuple[Submission, str]:
    """A free answer to this review, and its text."""
    given = given_to(review.id)
    submission = db.session.get(Submission, submission_id) if submission_id in given else None
    if submission is None or submission.invitation is None:
        raise Refusal(GONE, kind="not_found")
    form = questionnaire_of(review.cycle, submission.invitation.form)
    text = next((one.texts.get(submission_id) for one in words_of(form, given) if one.code == question), None)
    if not text:
        raise Refusal(GONE, kind="not_found")
    return submission, text


def _keep(review: Review, made: Redaction, kind: str, *, actor: Actor, now: datetime) -> Redaction:
    db.session.add(made)
    db.session.flush()
    # Neither the words nor the reason: a reason may repeat what it hides.
    data = {"question": made.question, "redaction": made.id}
    record_event("submission", made.submission_id, kind, actor=actor, now=now, data=data)
    publish_redacted(review, actor=actor, now=now)
    return made
