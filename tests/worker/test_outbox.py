"""Handing over to a real broker: sent after the commit, never at the cost of the request."""

import os
import signal
import time
from datetime import timedelta

import pytest
from redis import Redis
from sqlalchemy import select, update

from worker import dispatcher
from workflow_app import clock, outbox
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job, enqueue
from workflow_app.models import OutboxMessage
from workflow_app.outbox import QUEUES, sender


@pytest.fixture
def queued_app(make_app, broker, patient_sender):
    return make_app(redis_url=broker.url)


@pytest.fixture
def tried(monkeypatch):
    """How often somebody turned to the queue's server; a failure is remembered for longer than any test takes."""
    calls, producer = [], outbox.producer

    def counted(redis_url):
        calls.append(redis_url)
        return producer(redis_url)

    monkeypatch.setattr(outbox, "producer", counted)
    monkeypatch.setattr(outbox, "BROKEN_SECONDS", 3600.0)
    return calls


def length(broker, queue="work"):
    with Redis.from_url(broker.url) as connection:
        return connection.llen(queue)


def rows():
    return db.session.execute(select(OutboxMessage.sent_at).order_by(OutboxMessage.id)).scalars().all()


def make_old():
    with unit_of_work() as session:
        session.execute(update(OutboxMessage).values(sent_at=clock.now().replace(year=2020)))


def test_a_message_is_sent_after_the_commit_and_not_before(queued_app, broker):
    with queued_app.app_context():
        enqueue(Job.REMIND, cycle_id=1)
        db.session.flush()
        assert length(broker) == 0
        db.session.commit()
        assert length(broker) == 1
        assert all(rows())


def test_mail_travels_in_a_queue_of_its_own(queued_app, broker):
    with queued_app.app_context(), unit_of_work():
        enqueue(Job.SEND_MAIL, mail_id=1)
    assert (length(broker, "mail"), length(broker, "work")) == (1, 0)


def test_a_released_savepoint_sends_nothing_yet(queued_app, broker):
    with queued_app.app_context():
        with db.session.begin_nested():
            enqueue(Job.REMIND, cycle_id=1)
        assert length(broker) == 0
        db.session.commit()
        assert length(broker) == 1


def test_a_rolled_back_savepoint_keeps_what_was_asked_for_outside_it(queued_app, broker):
    with queued_app.app_context():
        enqueue(Job.REMIND, cycle_id=1)
        db.session.flush()
        savepoint = db.session.begin_nested()
        savepoint.rollback()
        db.session.commit()
        assert length(broker) == 1


def test_a_rollback_sends_nothing_later(queued_app, broker):
    with queued_app.app_context():
        enqueue(Job.REMIND, cycle_id=1)
        db.session.rollback()
        db.session.commit()
        assert length(broker) == 0


def test_a_dead_broker_costs_one_try_and_loses_nothing(make_app, tmp_path, tried):
    with make_app(redis_url=f"unix://{tmp_path}/nobody.sock").app_context():
        for number in range(50):
            with unit_of_work():
                enqueue(Job.REMIND, cycle_id=number)
        assert len(tried) == 1
        assert rows() == [None] * 50


def test_a_broker_that_hangs_costs_a_tenth_of_a_second_once(make_app, broker, tried):
    # What one try costs is a promise of its own (test_promises): a busy machine's clock would not tell.
    os.kill(broker.pid, signal.SIGSTOP)
    try:
        with make_app(redis_url=broker.url).app_context():
            for number in range(20):
                with unit_of_work():
                    enqueue(Job.REMIND, cycle_id=number)
            assert len(tried) == 1
            assert rows() == [None] * 20
    finally:
        os.kill(broker.pid, signal.SIGCONT)


def test_the_dispatcher_sends_what_never_left(queued_app, broker):
    with queued_app.app_context():
        sender().broken_until = time.monotonic() + 3600
        with unit_of_work():
            enqueue(Job.REMIND, cycle_id=1)
        assert rows() == [None]
        sender().broken_until = 0
        assert dispatcher.dispatch() == 1
        assert length(broker) == 1
        assert all(rows())
        assert dispatcher.dispatch() == 0


def test_the_dispatcher_sends_again_what_a_flush_lost(queued_app, broker):
    with queued_app.app_context():
        with unit_of_work():
            enqueue(Job.REMIND, cycle_id=1)
        with Redis.from_url(broker.url) as connection:
            connection.flushall()
        assert dispatcher.dispatch() == 0  # just sent: a worker may be on it
        make_old()
        assert dispatcher.dispatch() == 1
        assert length(broker) == 1


def test_a_long_queue_is_not_doubled_by_the_dispatcher(queued_app, broker):
    with queued_app.app_context():
        with unit_of_work():
            for number in range(20):
                enqueue(Job.REMIND, cycle_id=number)
        with unit_of_work() as session:
            session.execute(update(OutboxMessage).values(sent_at=clock.now() - timedelta(minutes=2)))
        assert dispatcher.dispatch() == 0
        assert length(broker) == 20


def test_what_is_done_is_not_sent_again(queued_app, broker):
    with queued_app.app_context():
        with unit_of_work():
            enqueue(Job.REMIND, cycle_id=1).done_at = clock.now()
        make_old()
        with Redis.from_url(broker.url) as connection:
            connection.flushall()
        assert dispatcher.dispatch() == 0


def test_a_message_of_another_version_still_gets_to_a_worker(queued_app, broker):
    with queued_app.app_context():
        with unit_of_work() as session:
            session.add(OutboxMessage(key="old", job="gone", payload={}, created_at=clock.now(), attempts=0))
        assert dispatcher.dispatch() == 1
        assert length(broker, QUEUES[0]) == 1


def test_old_finished_messages_are_tidied_away(queued_app):
    with queued_app.app_context():
        with unit_of_work():
            enqueue(Job.REMIND, cycle_id=1).done_at = clock.now().replace(year=2020)
            enqueue(Job.REMIND, cycle_id=2)
        assert dispatcher.tidy() == 1
        assert len(rows()) == 1
