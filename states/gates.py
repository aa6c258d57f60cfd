"""The two gates of training: what must be passed before an appointment, and before duty (scheme §1, row 7).

A gate asks only of those who came (or were transferred) since the scheme has it: a rule has no
force over what was before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from states.errors import Message

if TYPE_CHECKING:
    from states.scheme import Scheme
    from states.scheme.forms import Gate

APPOINTMENT, DUTY = "appointment", "duty"


@dataclass(frozen=True)
class Taken:
    """The newest result of one test: when, and whether it was passed."""

    form: str
    on: date
    passed: bool


@dataclass(frozen=True)
class Cleared:
    """A clearance that was recorded: for which gate and post, from which day."""

    gate: str
    post: str
    on: date


@dataclass(frozen=True)
class GateFacts:
    """What a gate judges: when the person joined, the last transfer, tests and clearances, since when there are gates."""

    joined: date
    post: str
    transferred: date | None = None
    tests: tuple[Taken, ...] = ()
    clearances: tuple[Cleared, ...] = ()
    in_force_since: date = date.min


@dataclass(frozen=True)
class Standing:
    """Where a person stands before a gate.

    `since`: the day the gate began to ask (joining, or the transfer). `lacking`: what is still to be
    passed. `cleared`: the day from which the clearance holds. `lapsed`: the transfer that ended an
    earlier one. `asked`: False for those who were here before the gate.
    """

    gate: str
    before: str
    since: date
    asked: bool
    lacking: tuple[Message, ...] = ()
    cleared: date | None = None
    lapsed: date | None = None

    @property
    def passed(self) -> bool:
        """Everything that the gate asks is passed, so the clearance may be recorded."""
        return self.asked and not self.lacking

    @property
    def waits(self) -> bool:
        """The person stands before the gate."""
        return self.asked and self.cleared is None


def stand_before(gate: Gate, facts: GateFacts, scheme: Scheme) -> Standing:
    """Judge one gate for one person (scheme §1, row 7)."""
    again = gate.again_after_transfer and facts.transferred is not None
    since = facts.transferred if again and facts.transferred else facts.joined
    asked = since >= facts.in_force_since
    given = [one for one in facts.clearances if one.gate == gate.code]
    held = [one.on for one in given if not again or (one.on >= since and one.post == facts.post)]
    newest = {one.form: one for one in sorted(facts.tests, key=lambda one: one.on)}
    lacking = _lacking(gate, newest, since if again else None, scheme) if asked else ()
    lapsed = since if again and given and not held else None
    return Standing(gate.code, gate.before, since, asked, lacking, max(held, default=None), lapsed)


def stand_before_all(gates: Sequence[Gate], facts: GateFacts, scheme: Scheme) -> list[Standing]:
    """Every gate of the scheme in its order."""
    return [stand_before(gate, facts, scheme) for gate in gates]


def _lacking(gate: Gate, newest: Mapping[str, Taken], since: date | None, scheme: Scheme) -> tuple[Message, ...]:
    found = (_lacks(scheme.forms[form].title, newest.get(form), since) for form in gate.forms)
    return tuple(message for message in found if message is not None)


def _lacks(title: object, taken: Taken | None, since: date | None) -> Message | None:
    if taken is None:
        return Message("%(test)s: not taken yet", test=title)
    if since is not None and taken.on < since:
        return Message("%(test)s: to be taken again after the transfer on %(day)s", test=title, day=since)
    return None if taken.passed else Message("%(test)s: not passed on %(day)s", test=title, day=taken.on)
