"""Timers fire once, when the database says that they are due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from worker import tasks
from worker.transaction import tick
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job, Tick
from workflow_app.models import OutboxMessage, Timer
from workflow_app.services import timing

NOW = clock.now()
HOUR = timedelta(hours=1)


def set_one(due_at, cycle_id=1):
    with unit_of_work():
        return timing.set_timer("cycle", cycle_id, "reminder", due_at=due_at, job=Job.REMIND, cycle_id=cycle_id)


def asked():
    return db.session.scalars(select(OutboxMessage.payload).order_by(OutboxMessage.id)).all()


def test_a_due_timer_asks_for_its_job_once(db_session):
    timer = set_one(NOW - HOUR)
    for _ in range(2):
        with unit_of_work():
            timing.fire_due_timers(now=NOW)
    assert asked() == [{"cycle_id": 1}]
    assert timer.fired_at == NOW


def test_a_timer_not_due_waits(db_session):
    set_one(NOW + HOUR)
    with unit_of_work():
        assert timing.fire_due_timers(now=NOW) == 0
        assert timing.fire_due_timers(now=NOW + HOUR) == 1


def test_a_new_deadline_replaces_the_old_one(db_session):
    set_one(NOW - HOUR)
    set_one(NOW + HOUR)
    with unit_of_work():
        assert timing.fire_due_timers(now=NOW) == 0
    assert len(db.session.scalars(select(Timer)).all()) == 1


def test_a_deadline_after_a_fired_one_is_a_new_generation(db_session):
    set_one(NOW - HOUR)
    with unit_of_work():
        timing.fire_due_timers(now=NOW)
    assert set_one(NOW + HOUR).generation == 2


def test_a_cancelled_timer_never_fires(db_session):
    set_one(NOW - HOUR)
    with unit_of_work():
        assert timing.cancel_timer("cycle", 1, "reminder") == 1
        assert timing.fire_due_timers(now=NOW) == 0


def test_two_beats_fire_each_timer_once(app):
    tasks.load()
    with app.app_context():
        for number in range(20):
            set_one(clock.now() - HOUR, cycle_id=number)

    def beat(_):
        with app.app_context():
            tick(Tick.FIRE_TIMERS)

    with ThreadPoolExecutor(4) as beats:
        list(beats.map(beat, range(8)))
    with app.app_context():
        assert sorted(payload["cycle_id"] for payload in asked()) == list(range(20))


@pytest.mark.parametrize("hours", [-2, 2])
def test_a_worker_whose_clock_is_wrong_fires_nothing_early_and_nothing_twice(db_session, hours):
    tasks.load()
    true_now = timing.database_now()
    set_one(true_now + HOUR)
    set_one(true_now - HOUR, cycle_id=2)
    with time_machine.travel(true_now + hours * HOUR):
        tick(Tick.FIRE_TIMERS)
        tick(Tick.FIRE_TIMERS)
    assert asked() == [{"cycle_id": 2}]
