"""A message's effect is in the database once, or not at all, and never unseen."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from states.errors import Message, Refusal
from tests.support import handler, run_jobs
from worker.transaction import Outcome, deliver
from workflow_app import clock
from workflow_app.db import db, unit_of_work
from workflow_app.jobs import Job, enqueue
from workflow_app.models import InboxMessage, Incident, OutboxMessage, Setting
from workflow_app.outbox import QueueSettings


def ask(app, job=Job.REMIND, **ids):
    with app.app_context(), unit_of_work():
        return enqueue(job, **(ids or {"cycle_id": 7})).key


def ask_and_fail():
    with unit_of_work():
        enqueue(Job.REMIND, cycle_id=7)
        db.session.flush()
        raise RuntimeError("the rest of the change failed")


def add_one(cycle_id):
    found = db.session.get(Setting, "count", with_for_update=True)
    if found is None:
        db.session.add(Setting(key="count", value="1"))
    else:
        found.value = str(int(found.value) + 1)
    assert cycle_id == 7


def count(app):
    with app.app_context():
        found = db.session.get(Setting, "count")
        return int(found.value) if found else 0


def the(app, model):
    with app.app_context():
        return db.session.scalars(select(model)).one()


def deliver_apart(app, key):
    with app.app_context():
        return deliver(key)


def test_a_message_has_its_effect_and_is_acknowledged(app):
    key = ask(app)
    with handler(Job.REMIND, add_one):
        assert deliver_apart(app, key) is Outcome.DONE
    row = the(app, OutboxMessage)
    assert (row.attempts, row.last_error) == (1, None)
    assert row.done_at
    assert the(app, InboxMessage).message_key == key
    assert count(app) == 1


def test_the_same_message_ten_times_in_parallel_has_one_effect(app):
    key = ask(app)
    with handler(Job.REMIND, add_one), ThreadPoolExecutor(10) as threads:
        outcomes = list(threads.map(lambda _: deliver_apart(app, key), range(10)))
    assert count(app) == 1
    assert outcomes.count(Outcome.DONE) == 1


def test_the_same_message_ten_times_one_after_another_has_one_effect(app):
    key = ask(app)
    with handler(Job.REMIND, add_one):
        outcomes = [deliver_apart(app, key) for _ in range(10)]
    assert outcomes == [Outcome.DONE, *[Outcome.NOTHING] * 9]
    assert count(app) == 1


def test_an_effect_whose_row_was_reset_is_not_had_again(app):
    """The inbox decides, even when the outbox row claims that the work is still to be done."""
    key = ask(app)
    with handler(Job.REMIND, add_one):
        deliver_apart(app, key)
        with app.app_context(), unit_of_work() as session:
            session.scalars(select(OutboxMessage)).one().done_at = None
        assert deliver_apart(app, key) is Outcome.NOTHING
    assert count(app) == 1
    assert the(app, OutboxMessage).done_at


def test_a_failing_handler_leaves_nothing_half_written_and_is_tried_again(app):
    key = ask(app)
    calls = []

    def fail_once(cycle_id):
        add_one(cycle_id)
        db.session.flush()
        calls.append(cycle_id)
        if len(calls) == 1:
            raise RuntimeError("the lights went out")

    with handler(Job.REMIND, fail_once):
        assert deliver_apart(app, key) is Outcome.AGAIN
        assert count(app) == 0
        assert "the lights went out" in the(app, OutboxMessage).last_error
        assert deliver_apart(app, key) is Outcome.DONE
    assert count(app) == 1
    assert the(app, OutboxMessage).attempts == 2


def test_used_up_attempts_become_an_incident(app):
    ask(app)

    def fail(cycle_id):
        raise RuntimeError("never works")

    with handler(Job.REMIND, fail):
        outcomes = run_jobs(app, incidents=True)
    most = QueueSettings().max_attempts
    assert outcomes == [*[Outcome.AGAIN] * (most - 1), Outcome.INCIDENT]
    incident = the(app, Incident)
    assert (incident.job, incident.payload, incident.attempts) == ("remind", {"cycle_id": 7}, most)
    assert incident.state == "open"
    assert "never works" in incident.error


def test_a_refusal_is_an_incident_at_once(app):
    key = ask(app)

    def refuse(cycle_id):
        raise Refusal(Message("The cycle was cancelled."), kind="conflict")

    with handler(Job.REMIND, refuse):
        assert deliver_apart(app, key) is Outcome.INCIDENT


def test_a_message_that_ends_its_worker_every_time_becomes_an_incident(app):
    """The attempt is counted before the handler runs, so a worker that never returns counts too."""
    key = ask(app)

    def die(cycle_id):
        raise SystemExit

    with handler(Job.REMIND, die):
        for _ in range(QueueSettings().max_attempts):
            with pytest.raises(SystemExit):
                deliver_apart(app, key)
        assert deliver_apart(app, key) is Outcome.INCIDENT
    assert the(app, Incident).attempts == QueueSettings().max_attempts + 1


@pytest.mark.parametrize(("job", "payload"), [("remind", {"cycle": 1}), ("left_by_version_0", {})])
def test_a_message_of_another_version_is_an_incident(app, job, payload):
    with app.app_context(), unit_of_work() as session:
        session.add(OutboxMessage(key="old", job=job, payload=payload, created_at=clock.now(), attempts=0))
    with handler(Job.REMIND, add_one):
        assert deliver_apart(app, "old") is Outcome.INCIDENT
    assert "version" in the(app, Incident).error


def test_what_a_rolled_back_change_asked_for_never_was(app):
    with app.app_context():
        with pytest.raises(RuntimeError):
            ask_and_fail()
        assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0


def test_a_message_without_a_row_is_nothing(app):
    assert deliver_apart(app, "no such key") is Outcome.NOTHING


def test_what_acts_outside_the_database_is_not_begun_twice_at_once(app):
    key = ask(app)
    seen = []

    def act(cycle_id):
        seen.append(deliver_apart(app, key))

    with handler(Job.REMIND, act, outside=True):
        assert deliver_apart(app, key) is Outcome.DONE
    assert seen == [Outcome.NOTHING]
    assert the(app, OutboxMessage).attempts == 1


def test_a_job_may_ask_for_others_and_those_run_too(app):
    def chain(cycle_id):
        if cycle_id < 3:
            enqueue(Job.REMIND, cycle_id=cycle_id + 1)

    ask(app, cycle_id=0)
    with handler(Job.REMIND, chain):
        assert run_jobs(app) == [Outcome.DONE] * 4
