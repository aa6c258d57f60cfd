"""Asking customers: invitations are prepared with the launch, sent in chunks, and can be ended or renewed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select

from states.choosing import Rule, choose
from states.errors import Message, Refusal
from states.machines.machine import fire
from states.permissions import SYSTEM
from states.stages import FINISHED
from workflow_app.access import require
from workflow_app.company_time import day_of
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Invitation, MailMessage, Review, Timer
from workflow_app.queries.campaign import GRACE as USUAL_GRACE
from workflow_app.queries.campaign import campaign_of, grace_of, mailable, reachable
from workflow_app.queries.customers_served import served_by
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import (
    CLOSED,
    UNANSWERED,
    group_of,
    invitations_of,
    survey_is_closed,
    survey_row,
    survey_stage,
)
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_event, record_review_event
from workflow_app.services.sharing_links import arrange_links, hand_on_lead
from workflow_app.services.survey_mails import mail_invitation
from workflow_app.services.timing import cancel_timer, set_timer
from workflow_app.survey_links import digest_of, token_of
from workflow_app.working_days import due_after, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from states.permissions import Actor

CHUNK = 100
# Where the campaign says nothing else.
GRACE = USUAL_GRACE
LONGEST_EXTENSION = timedelta(days=92)
CLOSING = "close_survey"
REMINDING = "customer_reminders"
REMIND_AT = time(9, 0)

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
    made = invite(review, _customers_to_ask(review, today=day_of(now)), form=form, now=now)
    if made:
        record_review_event(review, "customers_chosen", actor=actor, now=now, data={"count": len(made)})
    # Also without any customer, so that the stage ends when nobody is added in time.
    _close_after(review, [deadline_of(review, now=now)])
    return made


def invite(review: Review, customer_ids: Iterable[int], *, form: str, now: datetime) -> list[Invitation]:
    """Write an invitation for each of these customers, with a link that is shared where the campaign says so.

    Asks nobody's leave and sends nothing; `form` is what the customers of this person answer.
    """
    expires_at = deadline_of(review, now=now)
    made = [
        Invitation(review_id=review.id, customer_id=number, form=form, created_at=now, expires_at=expires_at)
        for number in customer_ids
    ]
    db.session.add_all(made)
    db.session.flush()
    for invitation in made:
        invitation.token_hash = digest_of(token_of(invitation))
    if made:
        arrange_links(review.cycle_id, [one.customer_id for one in made])
    return made


def deadline_of(review: Review, *, now: datetime) -> datetime:
    """The first moment at which a new invitation of this person is late: the stage's, or its days from now on."""
    spec, row = survey_stage(review.cycle), survey_row(review)
    if row is not None and row.due_at is not None:
        return row.due_at
    return due_after(now, spec.days if spec else 0, scheme_of(review.cycle))


def ask_to_send(cycle: Cycle, *, actor: Actor, now: datetime) -> None:
    """HR asks the worker to send every invitation of the cycle that has not gone out."""
    guard_cycle(cycle, actor)
    # Chunks of a launch run beside each other, and may each have given the same customer a leader.
    arrange_links(cycle.id)
    enqueue(Job.SEND_INVITATIONS, now=now, cycle_id=cycle.id)
    record_event("cycle", cycle.id, "invitations_asked_for", actor=actor, now=now)


def send_invitations(cycle_id: int, *, now: datetime) -> int:
    """Send the next chunk of a cycle's invitations and ask for the one after it. Returns how many went out.

    Customers without an address are left to HR, who hands over the link or the QR code.
    """
    query = mailable(cycle_id, now).where(Invitation.state == "created").order_by(Invitation.id).limit(CHUNK)
    chunk = db.session.scalars(query.with_for_update(of=Invitation)).all()
    for invitation in chunk:
        # One that shares its link has gone out with an earlier one of the chunk.
        if invitation.state == "created":
            _send(invitation, actor=SYSTEM, now=now)
    if chunk:
        set_reminder_timer(cycle_id, now=now)
    if len(chunk) == CHUNK:
        enqueue(Job.SEND_INVITATIONS, now=now, cycle_id=cycle_id)
    return len(chunk)


def send_invitation(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Send one invitation, and with it what else shares its link and is not sent.

    Refuses (invalid) a customer whom no mail can reach.
    """
    guard_invitation(invitation, actor)
    guard_reachable(invitation)
    if invitation.state != "created":
        raise Refusal(Message("This invitation was sent already. You can remind the customer."), kind="conflict")
    _send(invitation, actor=actor, now=now)
    set_reminder_timer(invitation.review.cycle_id, now=now)


def guard_reachable(invitation: Invitation) -> None:
    """Refuse (invalid) where no mail can reach the customer, saying what to do instead."""
    customer = invitation.customer
    if not customer.email:
        raise Refusal(Message("This customer has no mail address. Hand over the link or the QR code instead."))
    if customer.opted_out_at is not None:
        raise Refusal(Message("This customer wants no mail. Respect it; HR can clear it with a reason if the customer asks."))
    if customer.bounced_at is not None or invitation.bounced_at is not None:
        raise Refusal(Message("Mail to this address comes back. Correct the address first, or hand over the link."))


def show_link(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """HR takes the link to hand it over itself: recorded, since who has the link can answer.

    The link is the leader's and opens everybody who shares it.
    """
    guard_invitation(invitation, actor)
    for one in [one for one in group_of(invitation) if one.state != "revoked"] or [invitation]:
        if one.state == "created":
            move(one, "send", now=now)
            one.sent_at = now
        record_event("invitation", one.id, "link_shown", actor=actor, now=now)


def revoke(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """End a link: its page says so, and no mail about it goes out any more."""
    guard_invitation(invitation, actor, answered=False)
    _end_link(invitation, actor=actor, now=now)


def end_links(review: Review, *, actor: Actor, now: datetime) -> None:
    """End every open link of a review that is taken out of its cycle; whoever takes it out has asked for leave."""
    for invitation in invitations_of(review.id):
        if invitation.state in UNANSWERED:
            _end_link(invitation, actor=actor, now=now)
    cancel_timer("review", review.id, CLOSING)


def replace(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """Give an unanswered invitation a new link; the old one says that it was replaced.

    A leader's new link opens everybody who shares it. One that follows gets a link of its own.
    """
    guard_invitation(invitation, actor, answered=False)
    renew(invitation, actor=actor, now=now)


def renew(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """The same without asking leave: who corrects an address has asked for all that it concerns."""
    move(invitation, "replace", now=now)
    invitation.leader_id = None
    invitation.delivered_at = invitation.seen_at = invitation.bounced_at = invitation.bounce_reason = None
    new_token(invitation)
    invitation.sent_at = invitation.opened_at = invitation.closed_at = None
    invitation.decline_kind = invitation.decline_reason = None
    forget_draft(invitation)
    withdraw_mails(invitation)
    record_event(
        "invitation", invitation.id, "invitation_replaced", actor=actor, now=now,
        data={"generation": invitation.generation},
    )


def new_token(invitation: Invitation) -> None:
    """End the link as it is; where it leads, and how far the customer came, stays."""
    invitation.generation += 1
    invitation.token_hash = digest_of(token_of(invitation))


def extend(invitation: Invitation, *, until: datetime, actor: Actor, now: datetime) -> None:
    """Give one customer until `until` (the first instant that is late); the stage then waits for it."""
    guard_invitation(invitation, actor)
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
        due = max(ends + moments) + grace_of(review.cycle)
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
    """Take back what is queued and not sent: whoever has answered, declined or lost the link gets no mail.

    A mail about several people stays while one of them is still asked about; its words are made anew on sending.
    """
    group = group_of(invitation)
    if invitation.state in CLOSED - {"revoked"} and any(one.state in UNANSWERED for one in group):
        return
    # A survey that was closed before its customers answered: by the same mail others may still be asked about.
    if invitation.state in {"sent", "opened"} and any(_is_asked_about(one) for one in group if one is not invitation):
        return
    ended = {invitation.id} if invitation.state in {"revoked", "created"} else {one.id for one in group}
    ours = or_(*(MailMessage.key.like(f"{kind}-{one}-%") for kind in ("invitation", "reminder") for one in ended))
    db.session.execute(delete(MailMessage).where(ours, MailMessage.state == "queued"))


def _is_asked_about(invitation: Invitation) -> bool:
    return invitation.state in UNANSWERED and not survey_is_closed(invitation.review)


def set_reminder_timer(cycle_id: int, *, now: datetime, anew: bool = False) -> None:
    """Look every morning at nine, where the company is, whose day for a reminder it is.

    A timer that waits already stays (it knows since when to look), unless it is to be set `anew`.
    """
    waiting = select(Timer.id).filter_by(subject_type="cycle", subject_id=cycle_id, kind=REMINDING, fired_at=None)
    if not anew and db.session.scalar(waiting) is not None:
        return
    zone = zone_of(scheme_of(db.session.get_one(Cycle, cycle_id)))
    morning = datetime.combine(now.astimezone(zone).date() + timedelta(days=1), REMIND_AT, tzinfo=zone)
    set_timer("cycle", cycle_id, REMINDING, due_at=morning, job=Job.REMIND_BY_DATE, cycle_id=cycle_id, since=now.isoformat())


def _send(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    """One mail for all that share the link and are not sent; one that is added later has a mail of its own."""
    group = group_of(invitation)
    unsent = [one for one in group if one is invitation or _can_go_out(one, now)]
    mail_invitation(group[0] if group[0] in unsent else invitation, now=now)
    for one in unsent:
        move(one, "send", now=now)
        one.sent_at = now
        record_event("invitation", one.id, "invitation_sent", actor=actor, now=now)


def _can_go_out(invitation: Invitation, now: datetime) -> bool:
    if invitation.state != "created" or invitation.expires_at <= now or invitation.review.state == "excluded":
        return False
    row = survey_row(invitation.review)
    return row is None or row.state not in FINISHED


def _end_link(invitation: Invitation, *, actor: Actor, now: datetime) -> None:
    went_out = invitation.state != "created"
    move(invitation, "revoke", now=now)
    invitation.closed_at = now
    forget_draft(invitation)
    withdraw_mails(invitation)
    record_event("invitation", invitation.id, "invitation_revoked", actor=actor, now=now)
    leader = hand_on_lead(invitation)
    if leader is None:
        return
    record_event("invitation", leader.id, "link_taken_over", actor=actor, now=now, data={"from": invitation.id})
    if went_out and leader.state in {"sent", "opened"} and reachable(leader.customer):
        mail_invitation(leader, now=now)


def _customers_to_ask(review: Review, *, today: date) -> Sequence[int]:
    """The customers served who are not asked yet, by HR's rule where there is one; never who wants no mail."""
    campaign = campaign_of(review.cycle)
    rule = Rule(**campaign.rule) if campaign is not None and campaign.rule else Rule()
    served = served_by([review])[review.id]
    chosen = choose(rule, review.employee.employee_no, served, today=today).chosen
    asked = db.session.scalars(select(Invitation.customer_id).filter_by(review_id=review.id))
    return sorted(chosen - set(asked))


def guard_cycle(cycle: Cycle, actor: Actor) -> None:
    """Refuse who is not HR (forbidden), and a cycle that collects no answers now (conflict)."""
    require(actor, "manage_cycles")
    if cycle.state != "open":
        raise Refusal(NOT_OPEN, kind="conflict")


def guard_invitation(invitation: Invitation, actor: Actor, *, answered: bool = True) -> None:
    """Refuse the person rated and the superior (forbidden), and where nothing is left to ask (conflict).

    What is done to a shared link is done to everybody who shares it, so leave is asked for each of them.
    """
    sharing = (one for one in group_of(invitation) if one.state != "revoked")
    for one in (invitation, *sharing):
        require(actor, "ask_customers", review_facts(one.review))
    if invitation.review.cycle.state != "open":
        raise Refusal(NOT_OPEN, kind="conflict")
    row = survey_row(invitation.review)
    if row is not None and row.state in FINISHED:
        raise Refusal(CLOSED_SURVEY, kind="conflict")
    if not answered and invitation.state == "submitted":
        raise Refusal(ANSWERED, kind="conflict")
