"""One file a family of jobs: each function loads by id and calls a service.

Adding a job: a name in workflow_app/jobs.py, and here a function marked with `@handles(Job.NAME)`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from workflow_app.jobs import UNKNOWN, Job, Tick
from workflow_app.outbox import TASK_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable

    from celery import Celery
    from flask import Flask


def load() -> None:
    """Import every family, which fills the registry."""
    for module in iter_modules(__path__, f"{__name__}."):
        import_module(module.name)


def register(app: Celery, flask_app: Callable[[], Flask]) -> None:
    """Make a Celery task of every job and tick, under its name on the wire."""
    load()
    for name in (*(job.value for job in Job), UNKNOWN):
        app.task(name=TASK_PREFIX + name)(_job_task(flask_app))
    for tick in Tick:
        app.task(name=TASK_PREFIX + tick.value)(_tick_task(tick, flask_app))


def _job_task(flask_app: Callable[[], Flask]) -> Callable[[str], str]:
    from worker.transaction import deliver  # noqa: PLC0415 (it needs the registry, which `load` fills)

    def run(key: str) -> str:
        with flask_app().app_context():
            return deliver(key).value

    return run


def _tick_task(tick: Tick, flask_app: Callable[[], Flask]) -> Callable[[], None]:
    from worker.transaction import tick as run_tick  # noqa: PLC0415 (as above)

    def run() -> None:
        with flask_app().app_context():
            run_tick(tick)

    return run
