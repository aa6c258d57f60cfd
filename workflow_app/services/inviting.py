"""Asking customers: invitations are prepared with the launch, sent in chunks, and can be ended or renewed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import Select, delete, or_, select

from states.errors import Message, Refusal
from states.machines.machine import fire
from states.permissions import SYSTEM
from states.stages import FINISHED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Customer, Cycle, Invitation, MailMessage, Review, ReviewStage, ServiceLink
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import UNANSWERED, invitations_of, survey_row, survey_stage
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.survey_mails import mail_invitation, mail_reminder
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.survey_links import digest_of, token_of
from workflow_app.working_days import due_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from states.permissions import Actor

CHUNK = 100
# Who has the form open when the survey ends may still finish; the page says so.
GRACE = timedelta(hours=2)
LONGEST_EXTENSION = timedelta(days=92)
CLOSING = "close_survey"

ANSWERED = Message("This customer has answered or declined already, so there is nothing left to ask.")
NOT_OPEN = Message("This cycle does not collect answers any more. Links can be changed while it is open.")
CLOSED_SURVEY = Message("This person’s survey is closed. Return the review to that step to ask customers again.")


def prepare_invitations(review: Review, *, actor: Actor, now: datetime) -> Sequence[Invitation]:
    """One invitation for each customer that the person serves, for the form of the customers' stage.

    Called by the launch for each review; calling it again adds only customers that are new. Nothing is
    sent yet. A person without such a stage, form or customer gets none.
    """
    spec, row = survey_stage(review.cycle), survey_row(review)
    form = spec.form_for(population=review.rated_as, post=review.post) if spec else None
    if spec is None or row is None or form is None or row.state in FINISHED:
        return []
    expires_at = row.due_at or due_after(now, spec.days, scheme_of(review.cycle))
    made = [
        Invitation(review_id=review.id, customer_id=number, form=form, created_at=now, expires_at=expires_at)
        for number in _customers_to_ask(review)
    ]
    db.session.add_all(made)
    db.session.flush()
    for invitation in made:
        invitation.token_hash = digest_of(token_of(invitation))
    if made:
        record_review_event(review, "customers_chosen", actor=actor, now=now, data={"count": len(made)})
        set_closing_timer(review)
    return made


def ask_to_send(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """HR asks the worker to send every invitation of the cycle that has not gone out."""
    _guard_cycle(cycle, actor)
    enqueue(Job.SEND_INVITATIONS, now=now, cycle_id=cycle.id)
    record_event("cycle", cycle.id, "invitations_asked_for", actor=actor, now=now)


def ask_to_remind(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """HR asks the worker to remind every customer of the cycle who has not answered."""
    _guard_cycle(cycle, actor)
    enqueue(Job.REMIND_CUSTOMERS, now=now, cycle_id=cycle.id, after=0)
    record_event("cycle", cycle.id, "reminders_asked_for", actor=actor, now=now)


def send_invitations(cycle_id: int, *, now: datetime) -> int:
    """Send the next chunk of a cycle's invitations and ask for the one after it. Returns how many went out.

    Customers without an address are left to HR, who hands over the link or the QR code.
    """
    query = _mailable(cycle_id, now).where(Invitation.state == "created").order_by(Invitation.id).limit(CHUNK)
    chunk = db.session.scalars(query.with_for_update(of=Invitation)).all()
    for invitation in chunk:
        _send(invitation, actor=SYSTEM, now=now)
    if len(chunk) == CHUNK:
        enqueue(Job.SEND_INVITATIONS, now=now, cycle_id=cycle_id)
    return len(chunk)


def remind_customers(cycle_id: int, *, after: int, now: datetime) -> int:
    """Remind the next chunk of customers (those with an id above `after`) who have not answered."""
    query = _mailable(cycle_id, now).where(Invitation.state.in_(("sent", "opened")), Invitation.id > after)
    chunk = db.session.scalars(query.order_by(Invitation.id).limit(CHUNK)).all()
    for invitation in chunk:
        mail_reminder(invitation, now=now)
    if len(chunk) == CHUNK:
        enqueue(Job.REMIND_CUSTOMERS, now=now, cycle_id=cycle_id, after=chunk[-1].id)
    return len(chunk)


def send_invitation(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Send one invitation. Refuses (invalid) a customer without an address."""
    _guard(invitation, actor)
    if not invitation.customer.email:
        raise Refusal(Message("This customer has no mail address. Hand over the link or the QR code instead."))
    if invitation.state != "created":
        raise Refusal(Message("This invitation was sent already. You can remind the customer."), kind="conflict")
    _send(invitation, actor=actor, now=now)


def remind(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Remind one customer who has not answered, at most once a day."""
    _guard(invitation, actor)
    if invitation.state not in {"sent", "opened"} or not invitation.customer.email:
        raise Refusal(Message("A reminder goes to customers who were invited by mail and have not answered."))
    if mail_reminder(invitation, now=now) is None:
        raise Refusal(Message("This customer was reminded today already."), kind="conflict")
    record_event("invitation", invitation.id, "reminded", actor=actor, now=now)


def show_link(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """HR takes the link to hand it over itself: recorded, since who has the link can answer."""
    _guard(invitation, actor)
    if invitation.state == "created":
        move(invitation, "send", now=now)
        invitation.sent_at = now
    record_event("invitation", invitation.id, "link_shown", actor=actor, now=now)


def revoke(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """End a link: its page says so, and no mail about it goes out any more."""
    _guard(invitation, actor, answered=False)
    _end_link(invitation, actor=actor, now=now)


def end_links(review: Review, *, actor: Actor, now: datetime) -> None:
    """End every open link of a review that is taken out of its cycle; whoever takes it out has asked for leave."""
    for invitation in invitations_of(review.id):
        if invitation.state in UNANSWERED:
            _end_link(invitation, actor=actor, now=now)
    cancel_timer("review", review.id, CLOSING)


def replace(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Give an unanswered invitation a new link; the old one says that it was replaced."""
    _guard(invitation, actor, answered=False)
    move(invitation, "replace", now=now)
    invitation.generation += 1
    invitation.token_hash = digest_of(token_of(invitation))
    invitation.sent_at = invitation.opened_at = invitation.closed_at = None
    invitation.decline_kind = invitation.decline_reason = None
    forget_draft(invitation)
    withdraw_mails(invitation)
    record_event(
        "invitation", invitation.id, "invitation_replaced", actor=actor, now=now,
        data={"generation": invitation.generation},
    )


def extend(invitation: Invitation, *, until: datetime, actor: Actor, now: datetime) -> None:
    """Give one customer until `until` (the first instant that is late); the stage then waits for it."""
    _guard(invitation, actor)
    if invitation.state not in UNANSWERED:
        raise Refusal(ANSWERED, kind="conflict")
    if not now < until <= now + LONGEST_EXTENSION:
        raise Refusal(Message("Choose a day from tomorrow on, at most three months ahead."))
    invitation.expires_at = until
    record_event("invitation", invitation.id, "invitation_extended", actor=actor, now=now,
                 data={"until": until.isoformat()})
    db.session.flush()
    set_closing_timer(invitation.review)


def ask_anew(review: Review, *, until: datetime) -> None:
    """A survey that a review was returned to: its open links run at least until the new deadline, then it closes."""
    for invitation in invitations_of(review.id):
        if invitation.state in UNANSWERED:
            invitation.expires_at = max(invitation.expires_at, until)
    db.session.flush()
    _close_after(review, [until])


def set_closing_timer(review: Review) -> None:
    """Have the survey of a review closed once its last open link has run out and the grace is over."""
    _close_after(review, [])


def _close_after(review: Review, moments: list[datetime]) -> None:
    ends = [invitation.expires_at for invitation in invitations_of(review.id) if invitation.state in UNANSWERED]
    if ends or moments:
        due = max(ends + moments) + GRACE
        set_timer("review", review.id, CLOSING, due_at=due, job=Job.CLOSE_SURVEYS, review_id=review.id)


def move(invitation: Invitation, trigger: str, *, now: datetime) -> None:
    """Fire a trigger of the invitation's machine; an impossible one is a Refusal (conflict)."""
    invitation.state = fire("invitation", trigger, invitation.state)
    if trigger == "open":
        invitation.opened_at = invitation.opened_at or now


def forget_draft(invitation: Invitation) -> None:
    """Wipe what was entered and not sent: the answer is in, or nobody waits for it any more."""
    invitation.draft = invitation.draft_saved_at = None


def withdraw_mails(invitation: Invitation) -> None:
    """Take back what is queued and not sent: whoever has answered, declined or lost the link gets no mail."""
    ours = or_(*(MailMessage.key.like(f"{kind}-{invitation.id}-%") for kind in ("invitation", "reminder")))
    db.session.execute(delete(MailMessage).where(ours, MailMessage.state == "queued"))


def _send(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    move(invitation, "send", now=now)
    invitation.sent_at = now
    mail_invitation(invitation, now=now)
    record_event("invitation", invitation.id, "invitation_sent", actor=actor, now=now)


def _end_link(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    move(invitation, "revoke", now=now)
    invitation.closed_at = now
    forget_draft(invitation)
    withdraw_mails(invitation)
    record_event("invitation", invitation.id, "invitation_revoked", actor=actor, now=now)


def _customers_to_ask(review: Review) -> Sequence[int]:
    asked = select(Invitation.customer_id).where(Invitation.review_id == review.id)
    query = select(ServiceLink.customer_id).where(
        ServiceLink.employee_id == review.employee_id, ServiceLink.customer_id.not_in(asked)
    )
    return db.session.scalars(query.order_by(ServiceLink.customer_id)).all()


def _mailable(cycle_id: int, now: datetime) -> Select[tuple[Invitation]]:
    spec = survey_stage(db.session.get_one(Cycle, cycle_id))
    ended = select(ReviewStage.review_id).where(
        ReviewStage.stage == (spec.code if spec else ""), ReviewStage.state.in_(FINISHED)
    )
    return (
        select(Invitation)
        .join(Customer, Customer.id == Invitation.customer_id)
        .join(Review, Review.id == Invitation.review_id)
        .join(Cycle, Cycle.id == Review.cycle_id)
        .where(
            Cycle.id == cycle_id, Cycle.state == "open", Review.state != "excluded", Review.id.not_in(ended),
            Customer.email != "", Invitation.expires_at > now,
        )
    )


def _guard_cycle(cycle: Cycle, actor: Actor) -> None:
    require(actor, "manage_cycles")
    if cycle.state != "open":
        raise Refusal(NOT_OPEN, kind="conflict")


def _guard(invitation: Invitation, actor: Actor, *, answered: bool = True) -> None:
    require(actor, "manage_review", review_facts(invitation.review))
    if invitation.review.cycle.state != "open":
        raise Refusal(NOT_OPEN, kind="conflict")
    row = survey_row(invitation.review)
    if row is not None and row.state in FINISHED:
        raise Refusal(CLOSED_SURVEY, kind="conflict")
    if not answered and invitation.state == "submitted":
        raise Refusal(ANSWERED, kind="conflict")
