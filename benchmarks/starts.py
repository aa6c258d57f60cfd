"""How long things take to start: the whole system until it is ready, and the commands."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.rounds import span
from tests.servers.live import KAOPING
from workflow_app.sample.workbooks import FOLDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.servers.live import LiveSystem


def cold_starts(make: Callable[[], LiveSystem], times: int) -> dict[str, float]:
    """Seconds from `kaoping serve` to a /readyz that says 200, one start after another."""
    seconds = []
    for _ in range(times):
        system = make()
        with clock() as took:
            system.start()
        system.stop()
        seconds.append(took[0])
    return span(seconds)


def commands(times: int) -> dict[str, dict[str, Any]]:
    """Wall and CPU seconds of `kaoping --version`, of a whole `kaoping grade`, and of Python alone."""
    with tempfile.TemporaryDirectory() as folder:
        lines = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "kaoping --version": [str(KAOPING), "--version"],
            "kaoping grade (the sample company)": [str(KAOPING), "grade", *_grading(Path(folder))],
        }
        return {name: _timed(line, times) for name, line in lines.items()}


def _grading(folder: Path) -> list[str]:
    books = ("--employees", str(FOLDER / "employees.xlsx"), "--records", str(FOLDER / "records.xlsx"))
    return [*books, "--year", "2025", "--out", str(folder / "grades.csv")]


def _timed(command: list[str], times: int) -> dict[str, Any]:
    wall, cpu = [], []
    for _ in range(times):
        with clock() as took:
            before = _children()
            subprocess.run(command, check=True, capture_output=True)
            cpu.append(_children() - before)
        wall.append(took[0])
    return {"wall_s": span(wall), "cpu_s": span(cpu)}


def _children() -> float:
    used = os.times()
    return used.children_user + used.children_system


@contextmanager
def clock() -> Iterator[list[float]]:
    """A list that holds the seconds once the block is over."""
    took: list[float] = []
    begun = time.monotonic()
    yield took
    took.append(time.monotonic() - begun)
