"""Short cycles of the company: inspections and monthly appraisals, and what happens in them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select

from tests.cycle_company import Company, make_account, make_cycle
from tests.support import run_jobs
from workflow_app.db import db
from workflow_app.models import Assignment, Record, Review
from workflow_app.services import filling
from workflow_app.services.launching import launch

# A Friday in week 28 of 2025, ten in the morning in Shanghai.
FRIDAY = datetime(2025, 7, 11, 2, 0, tzinfo=UTC)
WEEK = "2025-W28"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


class SheetCompany(Company):
    """`Company` with accounts; `open_cycle` launches a cycle of a kind and period."""

    def __init__(self, app):
        super().__init__()
        self.app = app
        people = (self.gm, self.vp, self.director, self.manager, self.supervisor, self.agent, self.other)
        self.accounts = {person.id: make_account(employee=person) for person in people} | {self.clerk.id: self.hr}
        self.accounts[self.gm.id].roles = ["general_manager"]

    def actor(self, person):
        return self.accounts[person.id].actor()

    def open_cycle(self, kind="weekly_inspection", period=WEEK, now=FRIDAY):
        cycle = make_cycle(kind, period)
        launch(cycle, actor=self.hr.actor(), now=now)
        run_jobs(self.app)
        return cycle


def review_in(cycle, person) -> Review:
    return db.session.scalar(select(Review).filter_by(cycle_id=cycle.id, employee_id=person.id))


def form_in(cycle, person, stage="inspection") -> Assignment:
    query = select(Assignment).filter_by(review_id=review_in(cycle, person).id, stage=stage)
    return db.session.scalar(query.where(Assignment.state != "handed_over"))


def record_of(review) -> Record | None:
    return db.session.scalar(select(Record).filter_by(review_id=review.id).execution_options(populate_existing=True))


def hand_in(company, cycle, person, answers=None, *, stage="inspection", by=None, now=FRIDAY):
    """The superior (or `by`) hands a form in."""
    actor = company.actor(by or person.superior)
    return filling.submit(form_in(cycle, person, stage), answers or {}, actor=actor, now=now)
