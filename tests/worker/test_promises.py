"""Every queue has a consumer, every job a handler and a title, every setting its reason."""

import pytest

from worker import schedule, tasks
from worker.app import app as celery
from worker.app import configuration
from worker.registry import HANDLERS, ticks
from workflow_app.jobs import TITLES, Job, Tick, queue_of
from workflow_app.outbox import PRODUCER_TIMEOUT_SECONDS, QUEUES, TASK_PREFIX, QueueSettings, producer_options
from workflow_app.settings import Settings


@pytest.fixture(autouse=True)
def _loaded():
    tasks.load()


def test_every_job_has_a_handler_and_a_title():
    assert {job.value for job in Job} == set(HANDLERS)
    assert set(Job) == set(TITLES)


def test_every_tick_has_a_function_and_a_rhythm():
    assert set(Tick) == set(ticks()) == set(schedule.seconds(QueueSettings()))


def test_every_job_and_tick_is_a_task_on_the_wire():
    assert {TASK_PREFIX + name.value for name in (*Job, *Tick)} <= set(celery.tasks)


def test_every_queue_used_has_a_consumer():
    consumed = {queue.name for queue in celery.conf.task_queues}
    used = {queue_of(job) for job in Job} | {entry["options"]["queue"] for entry in celery.conf.beat_schedule.values()}
    assert used <= consumed == set(QUEUES)


def test_the_worker_is_set_up_to_lose_nothing(tmp_path):
    conf = configuration(Settings(data=tmp_path, redis_url="redis://localhost/0"), QueueSettings())
    assert conf["task_acks_late"]
    assert conf["task_reject_on_worker_lost"]
    assert conf["worker_prefetch_multiplier"] == 1
    assert conf["broker_transport_options"]["visibility_timeout"] == 600
    assert conf["broker_transport_options"]["unacked_restore_interval"] == 5
    assert conf["broker_transport_options"]["unacked_restore_throttle"] == 1
    assert conf["result_backend_transport_options"]["visibility_timeout"] == 600
    assert conf["task_time_limit"] <= 600 / 2
    assert conf["task_soft_time_limit"] < conf["task_time_limit"]
    assert conf["worker_soft_shutdown_timeout"] == 30
    assert conf["accept_content"] == ["json"]


def test_a_request_waits_a_tenth_of_a_second_at_most_and_never_retries():
    options = producer_options(600)
    assert options["socket_timeout"] == options["socket_connect_timeout"] == PRODUCER_TIMEOUT_SECONDS <= 0.1
    assert options["max_retries"] == 0


def test_a_tick_that_nobody_took_expires():
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in celery.conf.beat_schedule.values())
