"""Appeals: filed within the window, answered by somebody who neither scored nor calibrated (scheme §8).

A won appeal changes this one grade, upwards; nobody else's place or band moves for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from forms.appeals import MOST
from forms.validators import tidy_lines, unsafe
from states.errors import Message, Refusal
from states.evidence import Upload
from states.machines.machine import fire
from states.permissions import Actor, may
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.models import Appeal, EvidenceFile, Review
from workflow_app.queries.appeals import PENDING
from workflow_app.queries.facts import review_facts
from workflow_app.schemes import scheme_of
from workflow_app.services.acting import appeal_ends, revise_actions
from workflow_app.services.advancing import go_on_after_appeal, lock_review, stage_rows
from workflow_app.services.appeal_corrections import take_back
from workflow_app.services.appeal_mails import announce_answer
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.evidence import keep_file
from workflow_app.working_days import due_after

LEAST = 10
TAKEN = Message("Somebody else answers this appeal. Take it over first, or leave it to them.")


@dataclass(frozen=True)
class Answer:
    """What the person who answers decides: `uphold` or `dismiss`, the words, what changes.

    `band` raises the final band; `takes_back` are ids of entries that did not hold, in a kind without bands.
    """

    decision: str
    text: str
    band: str | None = None
    takes_back: tuple[int, ...] = ()


def file_appeal(
    review: Review, *, grounds: str, wish: str = "", upload: Upload | None = None, actor: Actor, now: datetime
) -> Appeal:
    """File the one appeal against a released result, with a file if there is one; it is due in the scheme's days.

    Refuses (conflict) after the window and a second appeal, (invalid) grounds that say nothing.
    """
    lock_review(review)
    require(actor, "file_appeal", review_facts(review))
    facts = {"in_window": now <= appeal_ends(review)}
    why = _words(grounds, LEAST)
    _guard_first(review)
    state = fire("appeal", "file", "draft", facts)
    scheme = scheme_of(review.cycle)
    appeal = Appeal(
        review=review, state=state, grounds=why, wish=_words(wish, 0), created_at=now, filed_at=now,
        due_at=due_after(now, scheme.calendar.answer_days, scheme), band_before=review.final_band,
    )
    db.session.add(appeal)
    stages = tuple(row.stage for row in stage_rows(review))
    review.prev_state, review.state = review.state, fire("review", "appeal", review.state, facts, stages=stages)
    db.session.flush()
    if upload is not None:
        keep_file(EvidenceFile(appeal_id=appeal.id, purpose="appeal"), upload, actor=actor, now=now)
    _record(appeal, "appeal_filed", actor=actor, now=now)
    return appeal


def take_appeal(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """Begin to answer: from now on the appeal is this person's; one that another has taken is taken over.

    Refuses forbidden (not independent) and conflict (answered, or this person's already).
    """
    lock_review(appeal.review)
    if appeal.handler_id is not None and appeal.handler_id == actor.account_id:
        raise Refusal(Message("This appeal is yours already."), kind="conflict")
    _move(appeal, "take", actor=actor)
    before, appeal.handler_id = appeal.handler_id, actor.account_id
    data = {"review": appeal.review_id} | ({"before": before} if before is not None else {})
    record_event("appeal", appeal.id, "appeal_taken", actor=actor, now=now, data=data)


def withdraw_appeal(appeal: Appeal, *, actor: Actor, now: datetime) -> None:
    """The person takes the appeal back; the review goes on where it stood."""
    lock_review(appeal.review)
    require(actor, "file_appeal", review_facts(appeal.review))
    appeal.state = fire("appeal", "withdraw", appeal.state)
    go_on_after_appeal(appeal.review, actor=actor, now=now)
    _record(appeal, "appeal_withdrawn", actor=actor, now=now)


def answer_appeal(appeal: Appeal, answer: Answer, *, actor: Actor, now: datetime, version: int | None = None) -> None:
    """Whoever took it upholds or dismisses, with words that the person reads; an upheld one may raise the final band, never lower it.

    Proposals that no longer follow are declined, new ones added. `version` is the page's (conflict if stale).
    """
    if version is not None and version != appeal.version:
        raise Refusal(Message("Somebody else worked on this appeal meanwhile. Your answer is kept; look and send it again."),
                      kind="conflict")  # fmt: skip
    lock_review(appeal.review)
    words = _words(answer.text, LEAST)
    band = _band(appeal.review, answer)
    if answer.decision not in ("uphold", "dismiss"):
        raise Refusal(Message("Choose whether the appeal is upheld or dismissed."))
    require(actor, "answer_appeal", review_facts(appeal.review))
    if appeal.state == "answering" and appeal.handler_id != actor.account_id:
        raise Refusal(TAKEN, kind="conflict")
    _move(appeal, answer.decision, actor=actor)
    appeal.answer, appeal.answered_at, appeal.answered_by_id = words, now, actor.account_id
    appeal.band_after = band
    _raise_band(appeal.review, band, actor=actor, now=now)
    if answer.decision == "uphold":
        take_back(appeal.review, answer.takes_back, reason=words, actor=actor, now=now)
    go_on_after_appeal(appeal.review, actor=actor, now=now)
    _record(appeal, f"appeal_{appeal.state}", actor=actor, now=now)
    announce_answer(appeal, now=now)


def may_be_filed(review: Review, *, actor: Actor, now: datetime) -> bool:
    """Whether this person may still appeal against this result."""
    if review.released_at is None or not may(actor, "file_appeal", review_facts(review)).allowed:
        return False
    earlier = select(Appeal.id).where(Appeal.review_id == review.id, Appeal.state != "withdrawn")
    return now <= appeal_ends(review) and db.session.scalar(earlier) is None


def pending_appeal(review: Review) -> Appeal | None:
    """The appeal that waits for an answer."""
    return db.session.scalar(select(Appeal).where(Appeal.review_id == review.id, Appeal.state.in_(PENDING)))


def _move(appeal: Appeal, trigger: str, *, actor: Actor) -> None:
    require(actor, "answer_appeal", review_facts(appeal.review))
    appeal.state = fire("appeal", trigger, appeal.state, {"independent": True})


def _guard_first(review: Review) -> None:
    earlier = db.session.scalar(select(Appeal.state).where(Appeal.review_id == review.id, Appeal.state != "withdrawn"))
    if earlier is not None:
        raise Refusal(Message("You have appealed against this result already; there is one appeal."), kind="conflict")


def _words(text: str, least: int) -> str:
    words = tidy_lines(text)
    fault = unsafe(words, longest=MOST)
    if fault:
        raise Refusal(fault)
    if len(words) < least:
        raise Refusal(Message("Give the reasons in at least %(least)s characters.", least=least))
    return words


def _band(review: Review, answer: Answer) -> str | None:
    """The band after the answer; refuses one that is unknown or lower than the one there is."""
    before = review.final_band
    if answer.decision != "uphold" or not answer.band or answer.band == before:
        return before
    codes = [band.code for band in scheme_of(review.cycle).distribution.bands]
    if before is None or answer.band not in codes:
        raise Refusal(Message("Choose one of the bands of the scheme."))
    if codes.index(answer.band) > codes.index(before):
        raise Refusal(Message("An appeal never lowers the grade of who appealed. Choose a better band, or the same."))
    return answer.band


def _raise_band(review: Review, band: str | None, *, actor: Actor, now: datetime) -> None:
    if band == review.final_band:
        return
    data = {"from": review.final_band, "to": band}
    review.final_band = band
    record_review_event(review, "band_after_appeal", actor=actor, now=now, data=data)
    revise_actions(review, actor=actor, now=now)


def _record(appeal: Appeal, kind: str, *, actor: Actor, now: datetime) -> None:
    record_event("appeal", appeal.id, kind, actor=actor, now=now, data={"review": appeal.review_id})
