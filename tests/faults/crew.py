"""Real worker and scheduler processes around a test's database and queue, to be killed and replaced."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.servers.live import ROOT, clean_environment

PATIENCE = 150.0  # a busy machine may take half a minute to start a worker


def wait_until(
    what: Callable[[], object], seconds: float = PATIENCE, every: float = 0.1, said: Callable[[], str] = str
) -> None:
    """Ask until it is so; a test that waits for a state does not wait for a time. `said`: the log, for a failure."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {seconds:.0f} s\n{said()}")
        time.sleep(every)


@dataclass
class Crew:
    """The processes of one test, each the leader of a group of its own."""

    folder: Path
    settings: dict[str, str]
    app: str = "tests.faults.probe"
    members: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def calls_path(self) -> Path:
        return self.folder / "calls"

    def calls(self) -> list[str]:
        """What the handler was called with, effect or not."""
        return self.calls_path.read_text().split() if self.calls_path.exists() else []

    def permit(self, calls: int | None) -> None:
        """Let so many calls of the handler pass (`None`: all); the later ones wait in the middle of their work."""
        permitted = self.calls_path.with_name("permitted")
        if calls is None:
            permitted.unlink(missing_ok=True)
            return
        making = permitted.with_suffix(".making")
        making.write_text(str(calls))
        making.replace(permitted)

    def worker(self) -> subprocess.Popen[bytes]:
        """Another worker, with a pool of two."""
        name = f"probe{len(self.members)}@%h"
        return self._start(
            "worker", "-n", name, "--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "info"
        )

    def beat(self) -> subprocess.Popen[bytes]:
        """A scheduler."""
        return self._start("beat", "--pidfile=", "-l", "info")

    def kill(self, member: subprocess.Popen[bytes]) -> None:
        """kill -9, pool children and all."""
        with suppress(ProcessLookupError):
            os.killpg(member.pid, signal.SIGKILL)
        member.wait()

    def kill_pool_child(self, worker: subprocess.Popen[bytes]) -> None:
        """kill -9 one child of a worker's pool; the worker itself goes on."""
        with suppress(psutil.NoSuchProcess):
            children = psutil.Process(worker.pid).children()
            if children:
                children[0].kill()

    def dismiss(self) -> None:
        """End everyone that is left."""
        for member in self.members:
            if member.poll() is None:
                self.kill(member)

    def log(self) -> str:
        path = self.folder / "crew.log"
        return path.read_text("utf-8", "replace")[-6000:] if path.exists() else ""

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        environment = clean_environment(**self.settings) | {"PROBE_CALLS": str(self.calls_path)}
        with (self.folder / "crew.log").open("ab") as log:
            member = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", self.app, *arguments],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.members.append(member)
        return member
