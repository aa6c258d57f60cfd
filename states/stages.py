"""The stages of one review: which one it stands at, and which may open (architecture: the machines).

Each stage is waiting, open, done or omitted. The review's state is its first unfinished stage; a stage
that runs alongside is open from the launch and is passed if it is already finished. What follows the
release (interview, signature) opens with it, so that nobody's signature waits for somebody else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WAITING, OPEN, DONE, OMITTED = "waiting", "open", "done", "omitted"
FINISHED = frozenset({DONE, OMITTED})
CLOSED = "closed"
EXCLUDED = "excluded"
CALIBRATION = "calibration"
RELEASE = "release"
# These move for the whole cycle at once, by those who calibrate, approve and release.
CYCLE_STAGES = (CALIBRATION, "approval", RELEASE)


@dataclass(frozen=True)
class Step:
    """One stage of a review, as the rules see it."""

    code: str
    state: str
    alongside: bool = False


def first_unfinished(steps: Iterable[Step]) -> Step | None:
    """The stage that a review stands at, or None when all are finished."""
    return next((step for step in steps if step.state not in FINISHED), None)


def state_of(steps: Iterable[Step]) -> str:
    """The review's state: the code of its first unfinished stage, or `closed`."""
    step = first_unfinished(steps)
    return step.code if step else CLOSED


def opening(steps: Sequence[Step]) -> tuple[str, ...]:
    """The codes of the waiting stages that may open now, in order."""
    here = first_unfinished(steps)
    if here is None:
        return ()
    codes = [step.code for step in steps]
    after_release = RELEASE in codes and codes.index(here.code) > codes.index(RELEASE)
    return tuple(
        step.code
        for step in steps
        if step.state == WAITING and (step.alongside or step is here or after_release)
    )


def is_fed_back(steps: Sequence[Step], signature: str | None) -> bool:
    """Whether the result stands, scored and confirmed: all before the release or the `signature` stage is finished."""
    codes = [step.code for step in steps]
    end = codes.index(signature) if signature in codes else len(codes)
    end = codes.index(RELEASE) + 1 if RELEASE in codes else end
    return all(step.state in FINISHED for step in steps[:end])


def following(steps: Sequence[Step], code: str) -> tuple[str, ...]:
    """The codes of the stages after `code` that a return puts back to waiting."""
    codes = [step.code for step in steps]
    later = steps[codes.index(code) + 1 :]
    return tuple(step.code for step in later if not step.alongside and step.state in (OPEN, DONE))
