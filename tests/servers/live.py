"""The product as a customer runs it: `kaoping serve`, its web, worker, scheduler and queue as real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom

import psutil

from workflow_app.supervisor import LEASH

ROOT = Path(__file__).parents[2]
KAOPING = Path(sys.executable).with_name("kaoping")
PORTS = range(20_000, 32_000)  # below those that systems give to whoever asks for any
READY_SECONDS = 150.0  # a busy machine starts the web, the worker and the queue in a minute
STOP_SECONDS = 120.0


class LiveSystemError(RuntimeError):
    """The system did not become ready or did not end; the text ends with its log."""


def free_port() -> int:
    """A port of the loopback that nobody listens on now, and that the system hands to nobody until it is used.

    The system's own choice could be another test's before the server that it is meant for has come up.
    """
    for port in SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise LiveSystemError(f"No port between {PORTS.start} and {PORTS.stop} is free.")


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without its own Kaoping settings, and with the given ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAOPING_")}
    # Coverage, colours and the like pass; a random port or database of the tester must not.
    return kept | {"PYTHONUNBUFFERED": "1"} | {f"KAOPING_{name.upper()}": value for name, value in settings.items()}


@dataclass
class LiveSystem:
    """One running system over one data folder and one database."""

    data: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_path(self) -> Path:
        return self.data / "live.log"

    def log(self, characters: int = 6000) -> str:
        """What the processes printed last."""
        return self.log_path.read_text("utf-8", "replace")[-characters:] if self.log_path.exists() else ""

    def environment(self) -> dict[str, str]:
        """What every command on this system needs."""
        own = {"data": str(self.data), "database_url": self.database_url, "base_url": self.url}
        return clean_environment(**(own | self.settings))

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `kaoping ARGUMENTS` on this system's data."""
        command = [str(KAOPING), *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False, timeout=200
        )
        if check and done.returncode != 0:
            raise LiveSystemError(f"kaoping {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}")
        return done

    def start(self, *command: str) -> "LiveSystem":
        """Start it (`kaoping serve` unless another command is given) and wait until it is ready."""
        self.data.mkdir(parents=True, exist_ok=True)
        arguments = command or ("serve",)
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(
                # On a leash: a killed test run takes its systems with it.
                [sys.executable, str(LEASH), str(KAOPING), *arguments, *self._place()],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait_until_ready()
        return self

    def _place(self) -> list[str]:
        return ["--host", "127.0.0.1", "--port", str(self.port), "--data", str(self.data)]

    def ready(self) -> dict[str, object] | None:
        """What /readyz says, if it says 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:  # noqa: S310 (our own port)
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def children(self, word: str = "") -> list[psutil.Process]:
        """The processes below the supervisor whose command line has `word`."""
        if self.process is None:
            return []
        try:
            below = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return [child for child in below if word in _command_line(child)]

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Ctrl-C, and wait. Returns the exit code; whoever is left after a minute is killed and reported."""
        process, self.process = self.process, None
        if process is None:
            return 0
        everyone = _family(process.pid)
        process.send_signal(how)
        try:
            code = process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -signal.SIGKILL
        self._nobody_is_left(everyone)
        return code

    def _nobody_is_left(self, everyone: list[psutil.Process]) -> None:
        _, left = psutil.wait_procs(everyone, timeout=60)
        for process in left:
            process.kill()
        if left:
            names = ", ".join(_command_line(process)[:80] or str(process.pid) for process in left)
            raise LiveSystemError(f"Still running after the end: {names}\n{self.log()}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self.ready() is not None:
                return
            if self.process is not None and self.process.poll() is not None:
                raise LiveSystemError(f"The system ended with {self.process.returncode} at start:\n{self.log()}")
            time.sleep(0.2)
        log = self.log()
        self.stop()
        raise LiveSystemError(f"The system was not ready after {READY_SECONDS:.0f} s:\n{log}")


def _family(pid: int) -> list[psutil.Process]:
    try:
        head = psutil.Process(pid)
        return head.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _command_line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
