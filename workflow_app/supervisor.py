"""Several processes under one command: started together, restarted when one dies, ended without orphans."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LEASH = Path(__file__).with_name("leash.py")
POLL_SECONDS = 0.2
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 30.0
# A child that lived this long has recovered: its next death is waited for from the beginning.
STEADY_SECONDS = 60.0


class Unit(Protocol):
    """Something the supervisor keeps running."""

    name: str

    def start(self) -> None: ...

    def alive(self) -> bool: ...

    def ask_to_end(self) -> None: ...

    def end(self) -> None: ...


@dataclass
class Program:
    """A child process in a session of its own, so that Ctrl-C in the terminal does not reach it."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    say: Callable[[str, str], None]
    grace_seconds: float = 15.0
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it; what it prints is passed on line by line, with its name."""
        self.process = subprocess.Popen(  # noqa: S603 (our own command lines)
            [sys.executable, "-I", "-S", str(LEASH), *self.command],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._pass_on, args=(self.process.stdout,), daemon=True).start()

    def alive(self) -> bool:
        """Whether it runs. Once it does not, whatever it left behind in its group is ended."""
        if self.process is None:
            return False
        if self.process.returncode is None and self._has_exited():
            # The group is ended before the leader is reaped: its number cannot be another's yet.
            self._signal_group(signal.SIGKILL)
            self.process.wait()
        return self.process.returncode is None

    def ask_to_end(self) -> None:
        """Let it finish what it is doing."""
        if self.process is not None and self.alive():
            self.process.terminate()

    def end(self) -> None:
        """Wait for its grace, then end it and its children by force."""
        if self.process is None:
            return
        deadline = time.monotonic() + self.grace_seconds
        while self.alive() and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.alive():
            self._signal_group(signal.SIGKILL)
            self.process.wait()

    def _has_exited(self) -> bool:
        if self.process is None:
            return True
        try:
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        except ChildProcessError:
            return True

    def _signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _pass_on(self, lines: IO[str] | None) -> None:
        for line in lines or ():
            self.say(self.name, line.rstrip("\n"))


@dataclass
class Life:
    """One unit's run so far, for the waiting between restarts."""

    unit: Unit
    begun: float = field(default_factory=time.monotonic)
    wait: float = FIRST_WAIT_SECONDS
    again_at: float | None = None


class Supervisor:
    """Keeps units running until it is told to end; ends them last started first."""

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self.say = say
        self.lives: list[Life] = []
        self.asked = threading.Event()
        self._asked_times = 0

    def take_signals(self) -> None:
        """SIGINT and SIGTERM end everything; a second one does so without waiting."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def start(self, unit: Unit) -> None:
        """Start a unit and keep it running from here on."""
        unit.start()
        self.lives.append(Life(unit))

    def run(self) -> None:
        """Watch until asked to end."""
        while not self.asked.wait(POLL_SECONDS):
            for life in self.lives:
                self._look_after(life)

    def stop(self) -> None:
        """End all units: asked together, but for the first one, which the others need to the last."""
        self.asked.set()
        base, rest = self.lives[:1], self.lives[1:]
        for group in (rest, base):
            for life in group:
                life.unit.ask_to_end()
            for life in group:
                life.unit.end()

    def _look_after(self, life: Life) -> None:
        now = time.monotonic()
        if life.unit.alive():
            return
        if life.again_at is None:
            if now - life.begun > STEADY_SECONDS:
                life.wait = FIRST_WAIT_SECONDS
            life.again_at = now + life.wait
            self.say(life.unit.name, f"ended unexpectedly; starting it again in {life.wait:g} s")
            life.wait = min(life.wait * 2, LONGEST_WAIT_SECONDS)
        elif now >= life.again_at:
            life.again_at, life.begun = None, now
            self._start_again(life)

    def _start_again(self, life: Life) -> None:
        try:
            life.unit.start()
        except Exception as error:  # noqa: BLE001 (one that cannot start is tried again later)
            self.say(life.unit.name, f"could not be started: {error}")

    def _on_signal(self, _number: int, _frame: object) -> None:
        self._asked_times += 1
        if self._asked_times > 1:
            for life in self.lives:
                if isinstance(life.unit, Program):
                    life.unit.grace_seconds = 0
        self.asked.set()
