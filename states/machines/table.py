"""Transition tables as data: nothing here runs, draws or decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from states.errors import Message


@dataclass(frozen=True)
class Guard:
    """A fact that must hold, and what to tell the person while it does not.

    `fact` names a value of the facts handed to `machine.fire`; with `equals` it must have that
    value, else it must be true.
    """

    fact: str
    unmet: Message
    equals: str | None = None


@dataclass(frozen=True)
class Move:
    """One row of a table: in any of `sources`, `trigger` leads to `dest` while `guard` holds."""

    trigger: str
    sources: tuple[str, ...]
    dest: str
    guard: Guard | None = None


@dataclass(frozen=True)
class Table:
    """A machine: where it starts, where it may end, and every move there is."""

    name: str
    initial: str
    states: tuple[str, ...]
    finals: frozenset[str]
    moves: tuple[Move, ...]

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """The moves that leave a state."""
        return tuple(move for move in self.moves if state in move.sources)
