"""The figures as tables for people and as JSON for the next run."""

from __future__ import annotations

import json
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from rich.table import Table

from workflow_app.clock import now

if TYPE_CHECKING:
    from rich.console import Console

FOLDER = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """What the figures depend on, without saying whose machine it is."""
    memory = round(psutil.virtual_memory().total / 1024**3)
    return {
        "measured_at": now().isoformat(timespec="minutes"),
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def save(figures: dict[str, Any], name: str) -> Path:
    """Write them to benchmarks/results, which git leaves alone."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return path


def show(figures: dict[str, Any], console: Console) -> None:
    """All tables."""
    console.print(f"{figures['database']}; {said(figures['machine'])}", highlight=False)
    console.print(said(figures["size"]), highlight=False)
    for table in (_requests(figures), _memory(figures), _starts(figures)):
        console.print(table)


def said(values: dict[str, Any]) -> str:
    """Names and values in one line."""
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())


def _requests(figures: dict[str, Any]) -> Table:
    table = _table("CPU per request, ms (least / middle / most)", "", "bytes", "product", "floor", "ratio")
    for case in figures["requests"]:
        size = f"{case['bytes']:,}" if case["bytes"] else ""
        table.add_row(case["name"], size, *(spread(case[key]) for key in ("product", "floor", "ratio")))
    return table


def _memory(figures: dict[str, Any]) -> Table:
    table = _table("Memory after the requests, MB", "", "processes", "PSS", "RSS")
    for role, used in figures["memory"].items():
        table.add_row(role, str(int(used["processes"])), f"{used['pss_mb']:.1f}", f"{used['rss_mb']:.1f}")
    total = sum(used["pss_mb"] for used in figures["memory"].values())
    table.add_row("together", "", f"{total:.1f}", "")
    return table


def _starts(figures: dict[str, Any]) -> Table:
    table = _table("Starts, s (least / middle / most)", "", "wall", "CPU")
    table.add_row("kaoping serve until ready", spread(figures["cold_start_s"]), "")
    for name, took in figures["commands"].items():
        table.add_row(name, spread(took["wall_s"]), spread(took["cpu_s"]))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def spread(values: dict[str, float]) -> str:
    """The least, the middle and the most."""
    return f"{values['min']:.2f} / {values['median']:.2f} / {values['max']:.2f}"
