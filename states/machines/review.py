"""A review: its stages come from the scheme, so its table is made from their codes, in order.

The state is the first unfinished blocking stage (`states.stages.state_of`); the fact `next` says
which that is after a step. Stages are finished or put back in `states.stages`, the table says which
moves of the state can follow.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from states.errors import Message
from states.machines.table import Guard, Move, Table
from states.stages import CLOSED, CYCLE_STAGES, EXCLUDED, RELEASE

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD = (
    "self_review", "manager_scoring", "vp_feedback", "customer_survey", "calibration", "approval",
    "release", "feedback_interview", "acknowledgement",
)  # fmt: skip
APPEALED = "appealed"
HAS_REASON = Guard("reason", Message("Give a reason: it is shown to the person."))
IN_WINDOW = Guard("in_window", Message("The appeal window is over."))
NOT_NEXT = Message("The steps before this one are not finished.")


@lru_cache(maxsize=64)
def review_table(stages: tuple[str, ...] = STANDARD) -> Table:
    """The table of a review with these stages, in order."""
    return Table(
        name="review",
        initial=stages[0],
        states=(*stages, APPEALED, CLOSED, EXCLUDED),
        finals=frozenset({CLOSED, EXCLUDED}),
        moves=tuple(_moves(stages)),
    )


def _moves(stages: tuple[str, ...]) -> Iterator[Move]:
    open_to_appeal = after_release(stages)
    for place, stage in enumerate((*stages, CLOSED)):
        if place:
            yield Move("advance", stages[:place], stage, Guard("next", NOT_NEXT, equals=stage))
    for place, stage in enumerate(stages[:-1]):
        if stage not in CYCLE_STAGES:
            # Without a release nobody has signed the grade: a sheet goes back until the person has signed for it.
            later = tuple(s for s in stages[place + 1 :] if s not in open_to_appeal or RELEASE not in stages)
            if later:
                yield Move("return", later, stage, Guard("next", NOT_NEXT, equals=stage))
    if "calibration" in stages and "approval" in stages:
        signed = tuple(stage for stage in ("approval", RELEASE) if stage in stages)
        yield Move("return_to_calibration", signed, "calibration")
    yield Move("exclude", tuple(s for s in stages if s not in open_to_appeal), EXCLUDED, HAS_REASON)
    if open_to_appeal:
        yield Move("appeal", (*open_to_appeal, CLOSED), APPEALED, IN_WINDOW)
        for stage in (*open_to_appeal, CLOSED):
            yield Move("answer_appeal", (APPEALED,), stage, Guard("next", NOT_NEXT, equals=stage))


def after_release(stages: tuple[str, ...]) -> tuple[str, ...]:
    """The stages in which the person knows the result: what follows the release, else the last."""
    if RELEASE in stages:
        return stages[stages.index(RELEASE) + 1 :]
    return stages[-1:] if len(stages) > 1 else ()
