"""Where a test run keeps its servers: one short folder, shared by the processes of the run, removed at its end."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.postgres import Postgres
from workflow_app.embedded.valkey import Valkey

VARIABLE = "KAOPING_TEST_STAGE"


def open_stage() -> Path:
    """Make the folder; processes started from here on find it through the environment."""
    folder = Path(tempfile.mkdtemp(prefix="kp-"))
    folder.chmod(0o755)  # a server may have to run as another user
    os.environ[VARIABLE] = str(folder)
    return folder


def stage() -> Path:
    """The folder of this run."""
    return Path(os.environ[VARIABLE])


def close_stage() -> None:
    """End what was started in it, and remove it."""
    folder = Path(os.environ.pop(VARIABLE))
    cluster = Postgres.at(folder / "pg")
    if cluster is not None:
        cluster.stop()
    for queue in map(Valkey, folder.glob("queue-*")):
        if queue.ping():  # left by a process of the run that was killed
            queue.start().stop()
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (stage() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
