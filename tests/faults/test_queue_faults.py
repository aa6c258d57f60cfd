"""Kills that really happen: whatever dies, every message has its effect once."""

import os
import signal
import time
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import func, select

from tests.faults.crew import wait_until
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Incident, OutboxMessage, Setting
from workflow_app.services import timing

pytestmark = [pytest.mark.live, pytest.mark.both, pytest.mark.timeout(600)]


def ask(app, count, first=0):
    with app.app_context():
        for number in range(first, first + count):
            with unit_of_work():
                enqueue(Job.REMIND, cycle_id=number)


def left(app):
    with app.app_context():
        waiting = select(func.count()).select_from(OutboxMessage).where(OutboxMessage.done_at.is_(None))
        return db.session.scalar(waiting)


def effects(app):
    with app.app_context():
        rows = db.session.execute(select(Setting.key, Setting.value).where(Setting.key.startswith("effect-"))).all()
        return {int(row.key.removeprefix("effect-")): int(row.value) for row in rows}


def incidents(app):
    with app.app_context():
        return db.session.scalars(select(Incident.error)).all()


def all_once(count):
    return dict.fromkeys(range(count), 1)


def test_pool_children_and_workers_killed_again_and_again(queued_app, crew):
    ask(queued_app, 40)
    crew.beat()
    worker = crew.worker()
    for turn in range(4):
        begun = len(crew.calls())
        crew.permit(begun + 4)
        # Somebody stands in the middle of a call that may not pass yet.
        wait_until(lambda begun=begun: len(crew.calls()) > begun + 4, said=crew.log)
        if turn % 2:
            crew.kill(worker)
            worker = crew.worker()
        else:
            crew.kill_pool_child(worker)
    crew.permit(None)
    wait_until(lambda: left(queued_app) == 0, said=crew.log)
    assert effects(queued_app) == all_once(40), crew.log()
    assert len(crew.calls()) > 40
    assert incidents(queued_app) == []


def test_the_queue_is_flushed_while_it_holds_work(queued_app, crew, broker):
    ask(queued_app, 20)
    with Redis.from_url(broker.url) as connection:
        assert connection.llen("work") == 20
        connection.flushall()
    crew.beat()
    crew.worker()
    wait_until(lambda: left(queued_app) == 0)
    assert effects(queued_app) == all_once(20)


def test_the_queue_server_dies_at_work_and_comes_back_empty(queued_app, crew, broker):
    client = queued_app.test_client()
    ask(queued_app, 20)
    crew.permit(3)
    crew.beat()
    crew.worker()
    wait_until(lambda: len(crew.calls()) > 3, said=crew.log)
    os.kill(broker.pid, signal.SIGKILL)
    wait_until(lambda: not broker.alive())
    crew.permit(None)
    started = time.perf_counter()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["queue"]) == (200, "down")
    ask(queued_app, 10, first=20)
    assert time.perf_counter() - started < 60  # a request that waits for the queue would not end
    broker.start()
    with Redis.from_url(broker.url) as connection:
        connection.flushall()
    wait_until(lambda: left(queued_app) == 0)
    assert effects(queued_app) == all_once(30), crew.log()


def test_one_message_put_into_the_queue_ten_times_has_one_effect(queued_app, crew, broker):
    ask(queued_app, 1)
    with Redis.from_url(broker.url) as connection:
        message = connection.lindex("work", 0)
        for _ in range(9):
            connection.lpush("work", message)
    crew.worker()
    crew.worker()
    wait_until(lambda: left(queued_app) == 0)
    with Redis.from_url(broker.url) as connection:
        wait_until(lambda: connection.llen("work") == 0 and connection.zcard("unacked_index") == 0)
    assert effects(queued_app) == {0: 1}


def test_a_worker_told_to_end_finishes_what_it_is_on(queued_app, crew, monkeypatch):
    """SIGTERM in the middle: the message is neither lost nor done twice, and the worker ends by itself."""
    monkeypatch.setenv("PROBE_SECONDS", "1")
    worker = crew.worker()
    ask(queued_app, 4)
    wait_until(crew.calls)
    worker.terminate()
    assert worker.wait(120) == 0
    assert effects(queued_app)
    crew.beat()
    crew.worker()
    wait_until(lambda: left(queued_app) == 0)
    assert effects(queued_app) == all_once(4)


def test_two_schedulers_fire_each_timer_once(queued_app, crew):
    with queued_app.app_context(), unit_of_work():
        for number in range(10):
            due = clock.now() - timedelta(minutes=1)
            timing.set_timer("cycle", number, "reminder", due_at=due, job=Job.REMIND, cycle_id=number)
    for _ in range(2):
        crew.beat()
        crew.worker()
    wait_until(lambda: len(effects(queued_app)) == 10 and left(queued_app) == 0)
    assert effects(queued_app) == all_once(10)
