"""Which function handles which job. Filled by the modules in worker/tasks/ when they are imported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from workflow_app.jobs import Job, Tick

Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True)
class Handler:
    """A job's function. One that acts `outside` the database runs without a transaction and may return
    what is to be done in the transaction that acknowledges the message.
    """

    function: Callable[..., Callable[[], object] | None]
    outside: bool = False


HANDLERS: dict[str, Handler] = {}
_TICKS: dict[Tick, Callable[[], object]] = {}


def handles(job: Job, *, outside: bool = False) -> Callable[[Function], Function]:
    """Mark the one function that handles a job. It is called with the ids that were enqueued."""

    def mark(function: Function) -> Function:
        if job.value in HANDLERS:
            raise ValueError(f"{job.value} has a handler already")
        HANDLERS[job.value] = Handler(function, outside)  # type: ignore[arg-type]  # only `outside` ones return something
        return function

    return mark


def on_tick(tick: Tick) -> Callable[[Function], Function]:
    """Mark the one function that a tick calls."""

    def mark(function: Function) -> Function:
        if tick in _TICKS:
            raise ValueError(f"{tick.value} has a function already")
        _TICKS[tick] = function
        return function

    return mark


def ticks() -> dict[Tick, Callable[[], object]]:
    """What each tick calls."""
    return dict(_TICKS)
