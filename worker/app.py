"""The Celery application: `celery -A worker.app worker` and `celery -A worker.app beat`.

Why each setting is as it is stands in docs/tasks.md; most of them were measured under kill -9.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from celery import Celery
from celery.signals import worker_init, worker_process_init

from worker import schedule, tasks
from workflow_app import create_app
from workflow_app.embedded.valkey import Valkey
from workflow_app.outbox import QUEUES, QueueSettings, broker_options, broker_url, queue_declarations
from workflow_app.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def queue_url(settings: Settings) -> str:
    """The broker's address: the given one, else the embedded server's socket in the data folder."""
    return broker_url(settings.redis_url) if settings.redis_url else Valkey(settings.data / "queue").broker_url


def configuration(settings: Settings, queue: QueueSettings) -> dict[str, Any]:
    """All settings of the Celery application."""
    options = broker_options(queue.visibility_seconds)
    return {
        "broker_url": queue_url(settings),
        "broker_transport_options": options,
        "result_backend_transport_options": {"visibility_timeout": queue.visibility_seconds},
        "visibility_timeout": queue.visibility_seconds,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A pool child killed with -9: with both, its message is run again.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "timezone": "UTC",
        "enable_utc": True,
        # No task may outlive half of the visibility timeout: the broker would start it again.
        "task_soft_time_limit": queue.visibility_seconds * 0.45,
        "task_time_limit": queue.visibility_seconds * 0.5,
        "task_queues": queue_declarations(),
        "task_default_queue": QUEUES[0],
        "task_create_missing_queues": False,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": queue.concurrency,
        "worker_soft_shutdown_timeout": 30.0,
        # A pool child that is slow to start on a busy machine is not killed for it, over and over.
        "worker_proc_alive_timeout": 60.0,
        "worker_max_tasks_per_child": 2000,
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "beat_schedule": schedule.entries(queue),
        "beat_scheduler": "celery.beat:Scheduler",
        "beat_max_loop_interval": 5,
    }


@lru_cache(maxsize=1)
def _flask_app(_process: int) -> Flask:
    return create_app(Settings())


def flask_app() -> Flask:
    """The Flask application of this process: one made after the fork, so no connection is shared."""
    return _flask_app(os.getpid())


app = Celery("kaoping")
app.conf.update(configuration(Settings(), QueueSettings()))
tasks.register(app, flask_app)


@worker_init.connect
@worker_process_init.connect
def _prepare(**_: object) -> None:
    """Build the application before the first message: in the parent for the modules, which its children
    then share, and in each child for the connections, which they must not.
    """
    flask_app()
