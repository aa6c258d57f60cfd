"""The sample company, cut down to some of its people: made through the services, true to its workbooks."""

from collections import Counter
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from sqlalchemy import func, select

from states.grading import PersonYear, RecordValue, grade
from states.scheme import builtin_scheme
from workflow_app.db import db
from workflow_app.models import (
    Account,
    Action,
    Approval,
    Assignment,
    CalibrationMove,
    Cycle,
    Employee,
    Event,
    Invitation,
    MailMessage,
    OutboxMessage,
    Record,
    Review,
    SchemeNotice,
    Submission,
    Timer,
)
from workflow_app.queries.demo import is_sample
from workflow_app.sample.building import build
from workflow_app.sample.workbooks import Workbooks
from workflow_app.services.sealing import verify

NOW = datetime(2026, 1, 27, 3, 0, tzinfo=UTC)
EVERY = 20
"""One person in so many below the managers: about thirty people."""


@pytest.fixture
def sample(db_session):
    build(now=NOW, books=Workbooks(EVERY))
    db_session.flush()
    return {cycle.period: cycle for cycle in db_session.scalars(select(Cycle))}


def count(model, *where):
    return db.session.scalar(select(func.count()).select_from(model).where(*where))


def of_kind(cycle, stage, *, drafts):
    """How many open forms of a stage there are, begun ones or untouched ones."""
    begun = select(Submission.assignment_id).where(Submission.state == "draft")
    return count(
        Assignment, Assignment.stage == stage, Assignment.state == "open",
        Assignment.review_id.in_(select(Review.id).where(Review.cycle_id == cycle.id)),
        Assignment.id.in_(begun) if drafts else Assignment.id.not_in(begun),
    )  # fmt: skip


def figures_of_the_workbooks(books):
    """What `kaoping grade` makes of the sample's workbooks, by employee number."""
    people = [
        PersonYear(
            employee_no=one.employee_no, population=one.population, joined=one.joined, left=one.left,
            records=tuple(
                RecordValue(row.kind, row.period, Fraction(row.score), Fraction(row.bonus))
                for row in books.records if row.employee_no == one.employee_no
            ),
        )
        for one in books.employees
    ]  # fmt: skip
    return {one.employee_no: (one.parts["inspections"], one.parts["monthly"]) for one in grade(people, year=2025, scheme=builtin_scheme())}


def figures_of_the_database():
    """The same from what stands in the sample's tables."""
    people = [
        PersonYear(
            employee_no=one.employee_no, population=one.population, joined=one.joined, left=one.left,
            records=tuple(
                RecordValue(row.kind, row.period, Fraction(row.score), Fraction(row.bonus or 0))
                for row in db.session.scalars(select(Record).filter_by(employee_id=one.id, year=2025))
            ),
        )
        for one in db.session.scalars(select(Employee))
    ]  # fmt: skip
    return {one.employee_no: (one.parts["inspections"], one.parts["monthly"]) for one in grade(people, year=2025, scheme=builtin_scheme())}


def test_the_sample_stands_in_the_middle_of_a_year_end(sample):
    assert is_sample()
    _last_year_is_finished(sample["2024"])
    _this_year_has_somebody_at_every_stage(sample["2025"])
    _customers_are_half_way(sample["2025"])
    _every_role_is_there()
    _most_have_read_the_scheme()
    _what_was_sent_has_arrived()
    _nothing_is_left_for_a_queue()
    assert verify().sound
    assert figures_of_the_database() == figures_of_the_workbooks(Workbooks(EVERY))


def _what_was_sent_has_arrived():
    assert count(Invitation, Invitation.sent_at.is_not(None)) > 20
    assert count(Invitation, Invitation.sent_at.is_not(None), Invitation.delivered_at.is_(None)) == 0


def _most_have_read_the_scheme():
    told, read = count(SchemeNotice), count(SchemeNotice, SchemeNotice.acknowledged_at.is_not(None))
    assert told * 0.8 < read < told
    assert count(Timer, Timer.kind == "notices", Timer.fired_at.is_(None), Timer.due_at > NOW) == 1


def _last_year_is_finished(cycle):
    reviews = list(db.session.scalars(select(Review).filter_by(cycle_id=cycle.id)))
    assert cycle.state == "closed"
    assert {review.state for review in reviews} == {"closed"}
    ranked = [review for review in reviews if review.rank]
    assert all(review.final_band and review.approved_by_id and review.explanation for review in ranked)
    assert any(review.final_band != review.computed_band for review in ranked)
    assert count(CalibrationMove) >= 4
    assert {one.decision for one in db.session.scalars(select(Approval).filter_by(cycle_id=cycle.id))} == {"approved"}
    assert len({review.approved_by_id for review in reviews if review.approved_by_id}) == 2
    assert {"proposed", "approved", "done", "declined"} <= set(db.session.scalars(select(Action.state)))


def _this_year_has_somebody_at_every_stage(cycle):
    states = Counter(db.session.scalars(select(Review.state).filter_by(cycle_id=cycle.id)))
    assert cycle.state == "open"
    assert {"self_review", "manager_scoring", "vp_feedback", "customer_survey", "calibration"} == set(states)
    assert of_kind(cycle, "self_review", drafts=True)
    assert of_kind(cycle, "self_review", drafts=False)
    assert of_kind(cycle, "manager_scoring", drafts=True)
    assert of_kind(cycle, "manager_scoring", drafts=False)
    assert of_kind(cycle, "vp_feedback", drafts=False)
    for stage in ("self_review", "manager_scoring"):
        assert count(Assignment, Assignment.stage == stage, Assignment.state == "open", Assignment.due_at < NOW)


def _customers_are_half_way(cycle):
    invitations = select(Invitation.state).join(Review).where(Review.cycle_id == cycle.id)
    assert {"sent", "submitted"} <= set(db.session.scalars(invitations))
    assert count(MailMessage, MailMessage.key.like("invitation-%"), MailMessage.state == "kept")


def _every_role_is_there():
    roles = {one.username: set(one.roles) for one in db.session.scalars(select(Account)) if one.roles}
    assert roles["K1001"] == {"general_manager"}
    assert roles["K1005"] == {"hr", "deputy_approver"}
    assert roles["K1006"] == roles["K1007"] == roles["K1008"] == {"hr"}
    assert not count(Account, Account.active, Account.employee_id.in_(select(Employee.id).where(Employee.left < NOW.date())))


def _nothing_is_left_for_a_queue():
    assert not count(OutboxMessage, OutboxMessage.done_at.is_(None))
    assert not count(Timer, Timer.fired_at.is_(None), Timer.due_at < NOW)
    assert not count(Event, Event.at > NOW)
