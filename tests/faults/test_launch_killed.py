"""kill -9 while a cycle is launched: every review is made, and made once."""

from datetime import date

import pytest
from sqlalchemy import func, select

from states.permissions import SYSTEM
from tests.cycle_company import NOW, Company, make_cycle
from tests.faults.crew import wait_until
from workflow_app.db import db, unit_of_work
from workflow_app.models import Cycle, Employee, Event, Incident, Invitation, Progress, Review, ReviewStage
from workflow_app.services.launching import launch

PEOPLE = 1000
pytestmark = [pytest.mark.live, pytest.mark.both, pytest.mark.timeout(600)]


@pytest.fixture
def draft(queued_app):
    """Twenty chunks of people, and a draft cycle: its id."""
    with queued_app.app_context(), unit_of_work():
        company = Company()
        db.session.add_all(
            Employee(
                employee_no=f"X{number:04}", name=f"众{number}", email="", department="客户服务部", post="客服专员",
                population="front_line", joined=date(2020, 1, 1), superior_id=company.supervisor.id,
                vp_id=company.vp.id,
            )
            for number in range(PEOPLE - len(company.rated))
        )
        cycle = make_cycle()
        db.session.flush()
        return cycle.id


def _ask(app, query):
    # As a page asks: on SQLite it waits for nobody who writes.
    with app.test_request_context():
        return db.session.execute(query).all()


def _reviews(app):
    return _ask(app, select(func.count()).select_from(Review))[0][0]


def _finished(app):
    return _ask(app, select(Progress.finished_at).filter_by(kind="launch"))[0][0] is not None


def test_a_launch_whose_worker_is_killed_makes_every_review_once(queued_app, draft, crew):
    # The product's own worker: it has the same handlers, and nothing of a test in it.
    crew.app = "worker.app"
    worker, _beat = crew.worker(), crew.beat()
    with queued_app.app_context(), unit_of_work():
        launch(db.session.get_one(Cycle, draft), actor=SYSTEM, now=NOW)

    wait_until(lambda: _reviews(queued_app) > 0, every=0.02)
    crew.kill(worker)
    made = _reviews(queued_app)
    assert made < PEOPLE, "the launch was over before the kill: it proves nothing"
    successor = crew.worker()
    wait_until(lambda: _reviews(queued_app) > made)
    crew.kill_pool_child(successor)
    wait_until(lambda: _finished(queued_app))

    _every_review_once(queued_app)


def _every_review_once(app):
    versions = dict(_ask(app, select(Review.id, Review.version)))
    events = dict(
        _ask(
            app,
            select(Event.subject_id, func.count()).where(Event.subject_type == "review").group_by(Event.subject_id),
        )
    )
    people = [row[0] for row in _ask(app, select(Review.employee_id))]
    stages = _ask(app, select(ReviewStage.review_id, func.count()).group_by(ReviewStage.review_id))
    created = _ask(app, select(func.count()).select_from(Event).filter_by(subject_type="review", kind="created"))
    assert len(people) == len(set(people)) == PEOPLE
    assert versions == events
    assert created[0][0] == PEOPLE
    assert len(stages) == PEOPLE
    assert {count for _review, count in stages} <= {9, 10}
    assert _ask(app, select(func.count()).select_from(Invitation))[0][0] == 1
    assert _ask(app, select(Progress.total, Progress.done, Progress.failed).filter_by(kind="launch")) == [(PEOPLE, PEOPLE, 0)]
    assert _ask(app, select(Incident.error)) == []
