"""The pages beside the questions: several people, thank you, not answering, and addresses that lead to no form."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from flask import g, render_template, request

from states.declines import LONGEST_CONTACT
from workflow_app.queries.campaign import grace_of
from workflow_app.queries.surveys import UNANSWERED, last_day
from workflow_app.services import answering
from workflow_app.survey_links import draft_name, nonce_of
from workflow_app.survey_pages.visits import Visit, is_open

if TYPE_CHECKING:
    from datetime import datetime

    from states.errors import Refusal
    from workflow_app.models import Invitation
    from workflow_app.survey_pages.turns import Turn

    Page = tuple[str, int]


def people_page(visit: Visit, now: datetime) -> str:
    """Everybody whom the link covers: what is done, what is left, and whose form comes next."""
    rows = [(one, state_of(one, now), is_open(one, now)) for one in visit.people]
    return render_template(
        "survey/people.html", visit=visit, rows=rows, next=visit.next(now), last_day=last_day(visit.people[0]),
        done=sum(one.state in {"submitted", "declined"} for one in visit.people),
        left=sum(state in {"open", "begun"} for _, state, _ in rows),
    )


def state_of(invitation: Invitation, now: datetime) -> str:
    """What a customer reads about one of several people: answered, declined, begun, open or closed."""
    if invitation.state in {"submitted", "declined"}:
        return invitation.state
    if not is_open(invitation, now):
        return "closed"
    return "begun" if invitation.draft else "open"


def thanks_page(turn: Turn, now: datetime) -> str:
    """After sending, and whenever an answered link is opened again."""
    invitation, visit = turn.invitation, turn.visit
    closed_at = invitation.closed_at
    late = closed_at is not None and invitation.expires_at <= closed_at < invitation.expires_at + grace_of(invitation.review.cycle)
    return render_template(
        "survey/thanks.html", reference=invitation.reference, last_day=last_day(invitation), visit=visit,
        can_change=is_open(invitation, now), late=late, draft=draft_name(invitation), next=visit.next(now),
        final=answering.is_final(invitation),
    )


def declined_page(visit: Visit, invitation: Invitation, now: datetime) -> Page:
    """What is said to somebody who does not answer; who changes their mind may."""
    page = "opted_out" if invitation.decline_kind == "opted_out" else "declined"
    return message_page(
        page, HTTPStatus.OK, can_answer=is_open(invitation, now), next=visit.next(now), draft=draft_name(invitation)
    )


def decline_page(visit: Visit, now: datetime, refusal: Refusal | None = None) -> str:
    """Not answering, with a reason: about one person, or about all of a link."""
    left = sum(one.state in UNANSWERED and is_open(one, now) for one in visit.people)
    return render_template(
        "survey/decline.html", nonce=nonce_of(visit.bearer, 0), page_errors=refusal is not None, visit=visit, left=left,
        messages=refusal.messages if refusal else (), kind=request.form.get("kind", ""),
        everyone=request.form.get("everyone", ""), reason=request.form.get("reason", ""),
        person=visit.about.review.employee.name if visit.about else "", longest=answering.LONGEST_REASON,
        at=getattr(refusal, "field", "kind") if refusal else "", contact=request.form.get("contact", ""),
        longest_contact=LONGEST_CONTACT,
    )


def may_decline(visit: Visit, now: datetime) -> bool:
    """Whether anything that the page is about still waits for an answer."""
    asked = [visit.about] if visit.about else visit.people
    return any(one.state in UNANSWERED and is_open(one, now) for one in asked)


def stop_page(visit: Visit) -> str | Page:
    """Answered, declined or over, there is one thing left to say: that no more mail shall come."""
    if visit.link.customer.opted_out_at is not None:
        return message_page("opted_out", HTTPStatus.OK)
    return render_template("survey/stop.html", nonce=nonce_of(visit.bearer, 0), visit=visit)


def message_page(page: str, status: int, **words: Any) -> Page:
    """What an address that leads to no form says. No name of an employee, no name of a customer."""
    error = int(status) >= HTTPStatus.BAD_REQUEST
    said = {"visit": g.get("visit")} | words
    return render_template("survey/message.html", page=page, error=error, **said), int(status)
