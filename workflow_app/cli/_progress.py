"""Bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Bars:
    """One bar for each piece of work, one after another."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        self._bars = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), disable=not self._terminal)
        self._begun = time.monotonic()
        self._task = self._bars.add_task("", visible=False)

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(self, *_fault: object) -> None:
        self._end()
        self._bars.stop()
        if self._terminal:
            return
        click.echo(f"  done in {time.monotonic() - self._begun:.0f} s", err=True)

    def begin(self, title: str, total: int) -> None:
        """The next piece of work; 0 steps: it has no parts to count."""
        self._end()
        if not self._terminal:
            click.echo(f"  {title}", err=True)
        self._task = self._bars.add_task(title, total=total or None)

    def advance(self, steps: int) -> None:
        """So many steps more."""
        self._bars.advance(self._task, steps)

    def _end(self) -> None:
        task = self._bars.tasks[-1]
        if task.total is None:
            self._bars.update(self._task, total=1)
        self._bars.update(self._task, completed=self._bars.tasks[-1].total)
