"""The product's own worker with one handler that can be watched: `celery -A tests.faults.probe worker`.

Its effect is not harmless to repeat (it adds one), so a message handled twice is seen. Where a test has said how many
calls may pass, the later ones stand still before their effect: who is killed then is in the middle of his work.
"""

import os
import time
from pathlib import Path

from sqlalchemy import text

from worker.app import app
from worker.registry import HANDLERS, Handler
from workflow_app.db import db
from workflow_app.jobs import Job

__all__ = ["app"]

CALLS = Path(os.environ["PROBE_CALLS"])
SECONDS = float(os.environ.get("PROBE_SECONDS", "0.05"))
ADD = text(
    "INSERT INTO setting (key, value) VALUES (:key, '1') "
    "ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(setting.value AS INTEGER) + 1 AS TEXT)"
)


def add(cycle_id: int) -> None:
    with CALLS.open("a") as calls:
        calls.write(f"{cycle_id}\n")
    while _calls() > _permitted():
        time.sleep(0.02)
    # Half of the time before the effect, half after it: a kill finds either.
    time.sleep(SECONDS / 2)
    db.session.execute(ADD, {"key": f"effect-{cycle_id}"})
    time.sleep(SECONDS / 2)


def _calls() -> int:
    return len(CALLS.read_text().split())


def _permitted() -> float:
    said = CALLS.with_name("permitted")
    return int(said.read_text()) if said.exists() else float("inf")


HANDLERS[Job.REMIND.value] = Handler(add)
