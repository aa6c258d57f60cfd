"""A customer answers, answers anew, or declines. Whoever holds the link may; no account is behind it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from forms.validators import tidy_lines, unsafe
from states.declines import LONGEST_CONTACT, LONGEST_KEPT, joined, room_for_reason
from states.errors import Message, Refusal
from states.exact import half_up
from states.questions import unanswered_required, without_hidden
from states.scoring import score_form
from states.stages import FINISHED
from workflow_app.access import ANONYMOUS
from workflow_app.db import db
from workflow_app.models import Invitation, Review, Submission
from workflow_app.queries.campaign import answers_until
from workflow_app.queries.surveys import UNANSWERED, answer_number, latest_answer, questionnaire_of, survey_row
from workflow_app.services.closing_surveys import close_if_complete
from workflow_app.services.events import record_event
from workflow_app.services.inviting import forget_draft, move, withdraw_mails
from workflow_app.services.newer_drafts import guard_newest
from workflow_app.services.redacting import carry_redactions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from states.scheme.forms import Questionnaire
    from workflow_app.services.newer_drafts import Beside

WRONG_CONTACT, OPTED_OUT = "wrong_contact", "opted_out"
DECLINE_KINDS = ("unknown_person", WRONG_CONTACT, "declined", OPTED_OUT)
NEEDS_A_REASON = frozenset({"declined"})
LONGEST_REASON = LONGEST_KEPT
REFERENCE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
SCORE_PLACES = 9

OVER = Message("The survey has closed; answers cannot be taken any more. Thank you for wanting to give one.")
ENDED = Message("This link is not in use any more. Please ask the company for a new one if you wish to answer.")
OTHER_ANSWER = Message(
    "This link was answered from another page meanwhile. What you entered stands below: "
    "check and send it again if it shall replace that answer."
)
SENT_FOR_GOOD = Message("Your answers have been sent already and cannot be changed any more. Thank you.")
NOTHING_ANSWERED = Message("Please answer at least one question, or choose “I cannot answer”.")
REQUIRED_MISSING = Message("Please answer the questions that are marked as required.")
REASON_MISSING = Message("Please say in a few words why you do not want to answer.")
NOTHING_TO_KEEP = Message("Nothing has been entered yet, so there is nothing to keep.")
KIND_MISSING = Message("Please choose what applies.")


class DeclineRefusal(Refusal):
    """What is wrong with how a customer declines, and in which field: kind, reason or contact."""

    def __init__(self, message: Message, field: str) -> None:
        super().__init__(message)
        self.field = field


class LinkEndedRefusal(Refusal):
    """The link by which the invitation was found leads to it no more: it ended while we waited."""

    def __init__(self) -> None:
        super().__init__(ENDED, kind="gone")


def lock_invitation(invitation: Invitation, *, by_link: bool = True) -> None:
    """Hold the review and the invitation until the transaction ends, and see both as they are now.

    The review first, as everything that moves a review does: two customers of one person who send at
    once come one after the other, and the second sees that the first has answered. Refuses (gone, as
    `LinkEndedRefusal`) where the link that was looked up before has been replaced or handed on meanwhile, unless
    whoever asks needs none (not `by_link`).
    """
    generation, led_by = invitation.generation, _led_by(invitation)
    # Both were read before the wait, and the other people of a shared link keep their cycle in the session.
    held = select(Review).where(Review.id == invitation.review_id).with_for_update(of=Review)
    review = db.session.scalars(held.execution_options(populate_existing=True)).one()
    db.session.refresh(review.cycle)
    db.session.refresh(invitation, with_for_update=True)
    if led_by is not None:
        db.session.refresh(db.session.get_one(Invitation, led_by[0]))
    # Who had a link of their own keeps it when they begin to share another.
    handed_on = led_by is not None and led_by != _led_by(invitation)
    if by_link and (handed_on or generation != invitation.generation):
        raise LinkEndedRefusal


def _led_by(invitation: Invitation) -> tuple[int, int] | None:
    leader = invitation.leader
    return (leader.id, leader.generation) if leader is not None else None


def submit_answers(
    invitation: Invitation, answers: dict[str, Any], *, known: int, now: datetime, flagged: bool = False,
    beside: Beside | None = None,
) -> Submission:
    """Keep a customer's answers; `known` is the number of answers that the customer's page knew of.

    The same answers again (a double click, a lost reply) are the submission that is there already. Other
    answers from a page that did not know of it are refused (conflict), as is a link that has ended (gone)
    and a form without any answer (invalid). A page made `beside` an older draft than the one that is kept is
    refused too (conflict): that one would go with the answer, unread.
    """
    lock_invitation(invitation)
    latest = latest_answer(invitation)
    number = latest.number if latest else 0
    if known < number:
        return _repeated(invitation, answers, known)
    guard_open(invitation, now=now)
    form = questionnaire_of(invitation.review.cycle, invitation.form)
    answers = without_hidden(form, answers)
    _guard_whole(form, answers)
    guard_newest(invitation, answers, beside=beside)
    score = score_form(form, answers).value
    if latest:
        latest.state = "superseded"
    made = Submission(
        invitation_id=invitation.id, number=number + 1, state="submitted", answers=answers, saved_at=now,
        submitted_at=now, score=None if score is None else half_up(score, SCORE_PLACES),
    )
    db.session.add(made)
    db.session.flush()
    if latest:
        carry_redactions(made, now=now)
    invitation.reference = invitation.reference or new_reference()
    # Whoever declined has answered after all: why they would not, and whom to ask instead, concerns nobody any more.
    invitation.decline_kind = invitation.decline_reason = None
    _close(invitation, "amend" if latest else "submit", now=now)
    kind = "answer_flagged" if flagged else "answer_submitted"
    record_event("invitation", invitation.id, kind, actor=ANONYMOUS, now=now, data={"number": made.number})
    close_if_complete(invitation.review, now=now)
    return made


def says_anything(form: Questionnaire, answers: dict[str, Any]) -> bool:
    """Whether a question that counts was answered; a text alone says nothing: robots like to fill those."""
    return any(answers.get(one.code) for one in form.scored)


def is_repeat(invitation: Invitation, answers: dict[str, Any], *, known: int) -> bool:
    """Whether a page that knew of `known` answers shows again what was sent since.

    Refuses (conflict) other answers from such a page: somebody went back, or has two pages open.
    """
    latest = latest_answer(invitation)
    if latest is None or known >= latest.number:
        return False
    _repeated(invitation, answers, known)
    return True


def decline(invitation: Invitation, kind: str, reason: str, *, contact: str = "", now: datetime) -> None:
    """Note that a customer does not answer, and why; saying so again changes nothing.

    `contact` is who should be asked instead: kept only from the wrong contact, beside the reason, and never written to.
    Refuses (invalid, as `DeclineRefusal`) an unknown kind, a missing, over-long or unreadable reason or contact;
    (gone) a link that has ended; (conflict) an answered one.
    """
    why = _reason_kept(kind, reason, contact)
    # By a link that has ended one may still ask for no more mail.
    lock_invitation(invitation, by_link=kind != OPTED_OUT)
    if invitation.state == "declined":
        return
    if invitation.state == "submitted":
        raise Refusal(Message("You have answered already; thank you. You can change your answers instead."),
                      kind="conflict")
    guard_open(invitation, now=now)
    _close(invitation, "decline", now=now)
    invitation.decline_kind, invitation.decline_reason = kind, why
    if kind == OPTED_OUT:
        invitation.customer.opted_out_at = invitation.customer.opted_out_at or now
    record_event("invitation", invitation.id, "invitation_declined", actor=ANONYMOUS, now=now, data={"kind": kind})
    close_if_complete(invitation.review, now=now)


def _reason_kept(kind: str, reason: str, contact: str) -> str | None:
    """What is kept of the words of somebody who does not answer."""
    why, instead = tidy_lines(reason), tidy_lines(contact) if kind == WRONG_CONTACT else ""
    if kind not in DECLINE_KINDS:
        raise DeclineRefusal(KIND_MISSING, "kind")
    if kind in NEEDS_A_REASON and not why:
        raise DeclineRefusal(REASON_MISSING, "reason")
    for text, longest, field in (
        (instead, LONGEST_CONTACT, "contact"), (why, room_for_reason(instead[:LONGEST_CONTACT]), "reason"),
    ):  # fmt: skip
        fault = unsafe(text, longest=longest)
        if fault:
            raise DeclineRefusal(fault, field)
    return joined(why, instead)


def decline_all(
    invitations: Sequence[Invitation], kind: str, reason: str, *, contact: str = "", now: datetime
) -> None:
    """The same for several people of one link, as `decline` does for one; who is answered or closed is left as it is.

    Refuses like `decline`; where there is but one, also that it was answered or has closed.
    """
    if len(invitations) == 1:
        return decline(invitations[0], kind, reason, contact=contact, now=now)
    # In the order of their reviews, as everything that locks several does.
    for invitation in sorted(invitations, key=lambda one: one.review_id):
        try:
            decline(invitation, kind, reason, contact=contact, now=now)
        except Refusal as refusal:
            if refusal.kind == "invalid":
                raise
    return None


def note_seen(invitation_id: int, *, now: datetime) -> None:
    """A link's page was fetched for the first time, by a person or a mail scanner: told to HR, decides nothing."""
    unseen = (Invitation.id == invitation_id, Invitation.seen_at.is_(None))
    seen = update(Invitation).where(*unseen).values(seen_at=now)
    db.session.execute(seen, execution_options={"synchronize_session": False})


def note_opened(invitation: Invitation, *, now: datetime) -> None:
    """Somebody has begun to answer. Set by a first sent form, never by a page that was merely fetched."""
    if invitation.state in UNANSWERED and invitation.opened_at is None:
        move(invitation, "open", now=now)


def guard_open(invitation: Invitation, *, now: datetime) -> None:
    """Refuse (gone) a link that has run out or been revoked, or whose review or cycle takes no more answers."""
    if invitation.state == "revoked" or invitation.review.state == "excluded":
        raise Refusal(ENDED, kind="gone")
    if not takes_answers(invitation, until=answers_until(invitation, now=now), now=now):
        raise Refusal(OVER, kind="gone")


def takes_answers(invitation: Invitation, *, until: datetime, now: datetime) -> bool:
    """Whether an answer sent now would still count; one that is in may be changed after the survey was closed."""
    if invitation.review.cycle.state != "open" or now >= until:
        return False
    if invitation.state == "submitted":
        return not is_final(invitation)
    row = survey_row(invitation.review)
    return row is None or row.state not in FINISHED


def is_final(invitation: Invitation) -> bool:
    """Whether the scheme lets nobody change an answer that was sent."""
    return questionnaire_of(invitation.review.cycle, invitation.form).changes == "until_sent"


def _guard_whole(form: Questionnaire, answers: dict[str, Any]) -> None:
    """Refuse (invalid) an answer that says nothing, or lacks what must be answered."""
    if not says_anything(form, answers):
        raise Refusal(NOTHING_ANSWERED)
    if unanswered_required(form, answers):
        raise Refusal(REQUIRED_MISSING)


def _repeated(invitation: Invitation, answers: dict[str, Any], known: int) -> Submission:
    following = answer_number(invitation, known + 1)
    if following is not None and following.answers == answers:
        return following
    raise Refusal(SENT_FOR_GOOD if is_final(invitation) else OTHER_ANSWER, kind="conflict")


def _close(invitation: Invitation, trigger: str, *, now: datetime) -> None:
    move(invitation, trigger, now=now)
    invitation.opened_at = invitation.opened_at or now
    invitation.closed_at = now
    forget_draft(invitation)
    withdraw_mails(invitation)
    db.session.flush()


def new_reference() -> str:
    """What the thank-you page tells the customer to quote; says nothing about anybody."""
    drawn = secrets.randbits(40)  # five bits a letter, drawn at once
    letters = "".join(REFERENCE_LETTERS[drawn >> 5 * place & 31] for place in range(8))
    return f"{letters[:4]}-{letters[4:]}"
