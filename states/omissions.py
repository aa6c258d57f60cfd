"""Whose silence blocks a cycle: a rater's own omission is no missing part (scheme §4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.scheme.forms import TextForm

if TYPE_CHECKING:
    from states.scheme import Scheme
    from states.scheme.cycles import CycleKind, StageSpec

NOT_ONE_RATER = frozenset({"self", "customers", "departments", "peers", "reports", "hr", "general_manager", "system"})
"""Actors of whom nobody in particular owes a score: the person rated, and groups that are asked."""


def needs_a_record(spec: StageSpec, scheme: Scheme) -> bool:
    """Whether this stage is one rater's scoring: left unfilled, it needs an omission that HR records.

    The scheme's `overdue: omit` or `finish` does not take it silently. A self review, a survey and a
    form of mere text are left out as the scheme says.
    """
    scored = (scheme.forms[use.form] for use in spec.forms if use.form in scheme.forms)
    return spec.actor not in NOT_ONE_RATER and any(not isinstance(form, TextForm) for form in scored)


def scoring_stages(kind: CycleKind, scheme: Scheme) -> tuple[str, ...]:
    """The codes of the stages whose omission blocks the cycle, in the scheme's order."""
    return tuple(spec.code for spec in kind.stages if needs_a_record(spec, scheme))
