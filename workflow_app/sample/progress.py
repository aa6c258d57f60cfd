"""Telling how far the making of a sample is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """A bar, or nothing."""

    def begin(self, title: str, total: int) -> None:
        """The next piece of work: what it is and how many steps it has."""

    def advance(self, steps: int) -> None:
        """So many steps of it are done."""


class Silent:
    """Tells nobody."""

    def begin(self, title: str, total: int) -> None:
        """Nothing."""

    def advance(self, steps: int) -> None:
        """Nothing."""
