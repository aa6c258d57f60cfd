"""Who fills a form, and until when: naming a lacking person, handing over, extending, taking out."""

from datetime import datetime

from states.errors import Message, Refusal
from states.exclusions import OTHER, checked_exclusion
from states.machines.machine import fire
from states.permissions import Actor
from states.stages import EXCLUDED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Assignment, Employee, Review
from workflow_app.queries.candidates import local_day
from workflow_app.queries.facts import review_facts
from workflow_app.queries.surveys import UNANSWERED, invitations_of
from workflow_app.services.advancing import assignments_of, kind_of, lock_review, stage_rows
from workflow_app.services.events import record_review_event
from workflow_app.services.inviting import end_links
from workflow_app.services.inviting import extend as extend_invitation
from workflow_app.services.recording import withdraw_result

LIVE = ("waiting", "open")


def hand_over(assignment: Assignment, employee: Employee, *, actor: Actor, now: datetime) -> Assignment:
    """Give a form to another person: the old assignment closes and a new one takes its place and deadline.

    Refuses the person rated, somebody who has left, and a form that is filled already (conflict).
    What the first person had drafted stays with that person.
    """
    review = assignment.review
    require(actor, "manage_review", review_facts(review))
    lock_review(review)
    db.session.refresh(assignment)
    _guard(assignment, employee, now)
    assignment.state, assignment.closed_at = "handed_over", now
    heir = Assignment(
        review_id=review.id, stage=assignment.stage, form=assignment.form, assignee_id=employee.id,
        state="open" if assignment.opened_at else "waiting", created_at=now,
        opened_at=now if assignment.opened_at else None, due_at=assignment.due_at,
    )
    db.session.add(heir)
    db.session.flush()
    record_review_event(
        review, "handed_over", actor=actor, now=now,
        data={"stage": heir.stage, "from": assignment.assignee_id, "to": employee.id, "assignment": heir.id},
    )
    return heir


def name_assignee(assignment: Assignment, employee: Employee, *, actor: Actor, now: datetime) -> Assignment:
    """Name the person for a form that has none yet; one that has one is handed over."""
    return hand_over(assignment, employee, actor=actor, now=now)


def extend(review: Review, stage: str, *, due_at: datetime, actor: Actor, now: datetime) -> None:
    """Move the deadline of an open stage; its forms and customers' links follow. Only to the future."""
    require(actor, "manage_review", review_facts(review))
    if due_at <= now:
        raise Refusal(Message("The new deadline lies in the past. Choose a later day."))
    lock_review(review)
    row = next((row for row in stage_rows(review) if row.stage == stage), None)
    if row is None or row.state != "open":
        raise Refusal(Message("Only a step that is open has a deadline to move."), kind="conflict")
    before, row.due_at = row.due_at, due_at
    for assignment in assignments_of(review, stage):
        if assignment.state == "open":
            assignment.due_at = due_at
    spec = kind_of(review.cycle).stage(stage)
    if spec is not None and spec.actor == "customers":
        _extend_links(review, due_at, actor=actor, now=now)
    record_review_event(
        review, "extended", actor=actor, now=now,
        data={"stage": stage, "from": before.isoformat() if before else None, "to": due_at.isoformat()},
    )


def exclude(review: Review, *, reason: str, actor: Actor, now: datetime, code: str = OTHER) -> None:
    """Take a person out of the cycle, for a reason of the list (states.exclusions) that is shown.

    `reason` are HR's own words; only `other` cannot do without them.
    While the cycle is calibrated the others are distributed anew without this person. Refuses (conflict)
    what is with the approver, released or over.
    """
    require(actor, "manage_review", review_facts(review))
    why = checked_exclusion(code, reason)
    lock_review(review)
    if review.cycle.state not in ("open", "calibrating"):
        raise Refusal(
            Message("These grades are with the approver or released: nobody can be taken out any more."), kind="conflict"
        )
    if review.cycle.state == "calibrating":
        _distribute_without(review, now=now)
    rows = stage_rows(review)
    codes = tuple(row.stage for row in rows)
    review.prev_state = review.state
    review.state = fire("review", "exclude", review.state, {"reason": why}, stages=codes)
    review.excluded_code, review.excluded_reason = code, why
    for row in rows:
        for assignment in assignments_of(review, row.stage):
            if assignment.state in LIVE:
                assignment.state, assignment.closed_at = "omitted", now
    end_links(review, actor=actor, now=now)
    withdraw_result(review, actor=actor, now=now)
    db.session.flush()
    record_review_event(review, EXCLUDED, actor=actor, now=now, data={"why": code}, detail={"reason": why})


def _distribute_without(review: Review, *, now: datetime) -> None:
    review.rank = review.computed_band = review.calibrated_band = None
    review.cycle.distributed_at = None
    enqueue(Job.DISTRIBUTE_CYCLE, now=now, cycle_id=review.cycle_id)


def _guard(assignment: Assignment, employee: Employee, now: datetime) -> None:
    if assignment.state not in LIVE:
        raise Refusal(Message("This form is filled in or closed, so it cannot be handed over."), kind="conflict")
    if employee.id == assignment.assignee_id:
        raise Refusal(Message("%(name)s has this form already. Choose somebody else.", name=employee.name))
    if employee.id == assignment.review.employee_id:
        raise Refusal(Message("Nobody rates themselves. Choose somebody else than the person rated."))
    if employee.left is not None and employee.left < local_day(assignment.review.cycle, now):
        raise Refusal(Message("%(name)s has left the company. Choose somebody who is still here.", name=employee.name))
    spec = kind_of(assignment.review.cycle).stage(assignment.stage)
    if spec is not None and spec.actor == "self":
        raise Refusal(Message("A self review is written by the person alone. You can leave the step out instead."))


def _extend_links(review: Review, due_at: datetime, *, actor: Actor, now: datetime) -> None:
    for invitation in invitations_of(review.id):
        if invitation.state in UNANSWERED and invitation.expires_at < due_at:
            extend_invitation(invitation, until=due_at, actor=actor, now=now)
