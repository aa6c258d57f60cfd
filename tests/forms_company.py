"""A launched year-end cycle with its forms: what tests of filling in start from."""

from __future__ import annotations

from sqlalchemy import select

from tests.cycle_company import NOW, Company, make_account, make_cycle
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Account, Assignment, Review
from workflow_app.services import filling
from workflow_app.services.launching import launch

LATE_CARD = {"attendance": {"deducted": "2", "clause": "late", "note": "1 月 9 日"}}


class FormsCompany(Company):
    """`Company` with an account for everybody and the year-end 2025 launched."""

    def __init__(self, app):
        super().__init__()
        self.accounts = {
            person.id: self.hr if person is self.clerk else make_account(employee=person)
            for person in (self.gm, self.vp, self.director, self.clerk, self.manager, self.supervisor, self.agent,
                           self.other)
        }  # fmt: skip
        self.cycle = make_cycle()
        launch(self.cycle, actor=self.hr.actor(), now=NOW)
        run_jobs(app)

    def account(self, person) -> Account:
        return self.accounts[person.id]

    def actor(self, person):
        return self.account(person).actor()


def review_of(person) -> Review:
    return db.session.scalar(select(Review).filter_by(employee_id=person.id))


def assignment_of(person, stage: str) -> Assignment:
    """The assignment of this stage of the person's review."""
    return db.session.scalar(select(Assignment).filter_by(review_id=review_of(person).id, stage=stage))


def submit_self_review(company: FormsCompany, person, answers=None):
    assignment = assignment_of(person, "self_review")
    words = answers or {
        "achievements": "四季度收到客户表扬信 3 封",
        "attendance": {"deducted": "1", "note": "迟到一次"},
    }
    return filling.submit(assignment, words, actor=company.actor(person), now=NOW)
