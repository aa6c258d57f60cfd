"""What processes have used: CPU time to the nanosecond where Linux tells it, and memory."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

MEGABYTE = 1024 * 1024
ROLES = {
    "web": "gunicorn",
    "worker": "worker.app worker",
    "scheduler": "worker.app beat",
    "queue": "valkey",
    "supervisor": "kaoping serve",
}


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """User and system time of these processes so far."""
    return sum(_cpu(process) for process in processes)


def _cpu(process: psutil.Process) -> float:
    # Ticks of 10 ms are too coarse for a floor of half a millisecond; the scheduler counts nanoseconds.
    tasks = Path(f"/proc/{process.pid}/task")
    with suppress(OSError, ValueError, IndexError):
        return sum(int(task.read_text().split()[0]) for task in tasks.glob("*/schedstat")) / 1e9
    times = process.cpu_times()
    return float(times.user + times.system)


def memory(processes: Iterable[psutil.Process]) -> dict[str, dict[str, float]]:
    """By role: how many processes, their proportional (PSS) and their resident (RSS) memory in MB."""
    found: dict[str, dict[str, float]] = {}
    for process in processes:
        used = process.memory_full_info()
        row = found.setdefault(role_of(process), {"processes": 0, "pss_mb": 0.0, "rss_mb": 0.0})
        row["processes"] += 1
        row["pss_mb"] = round(row["pss_mb"] + getattr(used, "pss", used.uss) / MEGABYTE, 1)
        row["rss_mb"] = round(row["rss_mb"] + used.rss / MEGABYTE, 1)
    return found


def role_of(process: psutil.Process) -> str:
    """What a process of the system is there for."""
    line = " ".join(process.cmdline())
    return next((role for role, words in ROLES.items() if words in line), process.name())
