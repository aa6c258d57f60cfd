"""The one runner of every machine, and the only user of `transitions`.

One plain machine per table, shared by all threads: no model, no queue, no automatic moves. A table
is compiled once and fired on a slip of paper that holds a state, so nothing is registered and no
row is ever touched from in here.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from transitions import EventData, Machine, MachineError
from transitions.extensions import GraphMachine

from states.errors import Message, Refusal
from states.machines.action import ACTION
from states.machines.appeal import APPEAL
from states.machines.cycle import CYCLE
from states.machines.invitation import INVITATION
from states.machines.review import STANDARD, review_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from states.machines.table import Guard, Move, Table

TABLES: dict[str, Table] = {table.name: table for table in (CYCLE, ACTION, INVITATION, APPEAL)}


class _Slip:
    """What a machine moves: a state and nothing else."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def table_of(name: str, stages: tuple[str, ...] = STANDARD) -> Table:
    """The table of a machine by name; a review's depends on its stages."""
    return review_table(stages) if name == "review" else TABLES[name]


def fire(name: str, trigger: str, state: str, facts: Any = None, *, stages: tuple[str, ...] = STANDARD) -> str:
    """The state that `trigger` leads to; `Refusal` (conflict) where it leads nowhere.

    `facts` is a mapping or an object that the guards are asked of. None says that the caller has
    asked the guards' SQL face in the same transaction. `stages` are a review's, in order.
    """
    moved = _led_to(name, trigger, state, stages) if facts is None else _led(name, trigger, state, stages, facts)
    if moved is None:
        raise Refusal(
            Message(
                "This is not possible any more: it is “%(state)s” now. Reload the page to see where things stand.",
                state=state,
                trigger=trigger,
            ),
            kind="conflict",
        )
    if not moved:
        raise Refusal(_unmet(table_of(name, stages), trigger, state, facts), kind="conflict")
    return moved


def _led(name: str, trigger: str, state: str, stages: tuple[str, ...], facts: Any) -> str | None:
    """Where a trigger leads; None where the state does not know it, empty where a guard holds it back."""
    event = _compiled(table_of(name, stages)).events.get(trigger)
    slip = _Slip(state)
    try:
        return (slip.state if event.trigger(slip, facts=facts) else "") if event else None
    except MachineError:
        return None


@lru_cache(maxsize=1024)
def _led_to(name: str, trigger: str, state: str, stages: tuple[str, ...]) -> str | None:
    return _led(name, trigger, state, stages, None)


def triggers_from(name: str, state: str, *, stages: tuple[str, ...] = STANDARD) -> tuple[str, ...]:
    """The triggers that a state knows, guards not asked, in the table's order."""
    return tuple(dict.fromkeys(move.trigger for move in table_of(name, stages).moves_from(state)))


def sources_of(name: str, trigger: str, *, stages: tuple[str, ...] = STANDARD) -> dict[str, str]:
    """Every source of a trigger and where it leads, for bulk moves written as SQL."""
    moves = table_of(name, stages).moves
    return {source: move.dest for move in moves if move.trigger == trigger for source in move.sources}


def mermaid(name: str, *, stages: tuple[str, ...] = STANDARD) -> str:
    """A Mermaid drawing of a machine, generated from its table."""
    table = table_of(name, stages)
    drawn = GraphMachine(
        model=_Drawing(),
        states=list(table.states),
        initial=table.initial,
        transitions=[_row(move) | {"conditions": []} for move in table.moves],
        auto_transitions=False,
        graph_engine="mermaid",
        show_conditions=False,
    )
    graph: Any = drawn.models[0].get_graph()
    return str(graph.source)


class _Drawing:
    """A model for `transitions` to hang its drawing on."""


@lru_cache(maxsize=64)
def _compiled(table: Table) -> Machine:
    return Machine(
        model=None,
        states=list(table.states),
        initial=table.initial,
        transitions=[_row(move) for move in table.moves],
        auto_transitions=False,
        send_event=True,
    )


def _row(move: Move) -> dict[str, Any]:
    return {
        "trigger": move.trigger,
        "source": list(move.sources),
        "dest": move.dest,
        "conditions": [_condition(move.guard)] if move.guard else [],
    }


def _condition(guard: Guard) -> Callable[[EventData], bool]:
    return lambda event: holds(guard, event.kwargs.get("facts"))


def holds(guard: Guard, facts: Any) -> bool:
    """Whether a guard's fact is given; without any facts only choices between ways fail."""
    if facts is None:
        return guard.equals is None
    value = _fact(facts, guard.fact)
    return value == guard.equals if guard.equals is not None else bool(value)


def _fact(facts: Mapping[str, Any] | object, name: str) -> Any:
    found = operator.methodcaller("get", name) if hasattr(facts, "get") else operator.attrgetter(name)
    try:
        return found(facts)
    except AttributeError:
        return None


def _unmet(table: Table, trigger: str, state: str, facts: Any) -> list[Message]:
    messages = [
        move.guard.unmet
        for move in table.moves_from(state)
        if move.trigger == trigger and move.guard and not holds(move.guard, facts)
    ]
    return list(dict.fromkeys(messages))
