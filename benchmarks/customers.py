"""Customers with a questionnaire each, ten to a person rated, made through the services that a launch uses."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.company import answer
from states.permissions import SYSTEM
from tests.survey_company import make_asked_review, make_customer, make_cycle, make_employee
from workflow_app import clock
from workflow_app.db import db
from workflow_app.models import Invitation
from workflow_app.services.inviting import prepare_invitations
from workflow_app.services.newer_drafts import stamp_of
from workflow_app.survey_links import token_of

EACH = 10


@dataclass
class Asked:
    """One customer's link, and what their browser posts next."""

    token: str
    number: int
    answered: int = 0
    beside: str = ""

    @property
    def path(self) -> str:
        return f"/s/{self.token}"

    def next_answer(self) -> dict[str, str]:
        """The whole form of the page; another answer than the one before, or it would be a repeat."""
        form = answer(self.number, self.answered) | ({"beside": self.beside} if self.beside else {})
        self.answered += 1
        return form


def look_through(customers: list[Asked]) -> None:
    """Each has looked through the answers before sending them, as the page has it: the server holds a draft."""
    now = clock.now()
    for one in customers:
        kept = {code[2:]: value for code, value in one.next_answer().items() if code.startswith("q_")}
        one.answered, one.beside = 0, stamp_of(now)
        invitation = db.session.get_one(Invitation, one.number)
        invitation.draft, invitation.draft_saved_at = {"answers": kept, "step": ""}, now
        db.session.commit()


def invite(customers: int) -> list[Asked]:
    """So many customers who may answer, in an order that asks about another person each time."""
    now = clock.now()
    cycle = make_cycle(now=now)
    superior = make_employee("张毅", population="management", post="客服主管")
    made: list[list[Invitation]] = []
    for _ in range(-(-customers // EACH)):
        person = make_employee("方霞", superior=superior)
        for _ in range(EACH):
            make_customer(person)
        made.append(list(prepare_invitations(make_asked_review(cycle, person, now=now), actor=SYSTEM, now=now)))
    found = [Asked(token_of(one), one.id) for asked in zip(*made, strict=True) for one in asked]
    db.session.commit()
    return found[:customers]
