"""Bands and ranks → what is proposed to follow from a grade (scheme §6)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from states.adjustments import outstanding
from states.distribution import is_among_last, top_places
from states.exact import rounded

if TYPE_CHECKING:
    from collections.abc import Collection

    from states.scheme.model import Scheme
    from states.scheme.results import ActionSpec

HOLDING = frozenset({"excluded"})
"""Flags that keep every proposal back."""


def proposals(
    band: str | None,
    rank: int | None,
    n: int,
    total: Fraction | Decimal | None,
    flags: Collection[str],
    scheme: Scheme,
) -> list[str]:
    """The kinds of action proposed, in the scheme's order; none for a person without a rank.

    `n` is the size of the ranked population; the total counts as the scheme rounds it.
    """
    if rank is None or total is None or HOLDING & set(flags):
        return []
    shown = Fraction(rounded(Fraction(total), scheme.composition.rounding))
    return [spec.kind for spec in scheme.actions if _follows(spec, band, rank, n, shown, scheme)]


def _follows(
    spec: ActionSpec, band: str | None, rank: int, n: int, total: Fraction, scheme: Scheme
) -> bool:
    when = spec.when
    if when.over_total and outstanding(total, Fraction(scheme.composition.outstanding_over)):
        return True
    if when.top_percent is not None and rank <= top_places(n, when.top_percent):
        return True
    if when.last_percent is not None and is_among_last(rank, n, when.last_percent):
        return True
    return band in when.bands


@dataclass(frozen=True)
class Papers:
    """What is there for a decision: the reason, what proves it, the plan, the person's consent in writing."""

    reason: bool = False
    evidence: bool = False
    improvement_plan: bool = False
    consent: bool = False


def lacking(needs: Collection[str], decision: str, papers: Papers) -> tuple[str, ...]:
    """What a decision still needs, in the scheme's words (§6).

    A proposal is approved on its reason, evidence and plan; it takes effect (`start`) with the consent too.
    A reason alone is asked for where it is not the only need: an award needs no essay.
    """
    if decision == "decline":
        asked: tuple[str, ...] = ("reason",)
    elif decision == "approve" and len(needs) > 1:
        asked = ("reason", "evidence", "improvement_plan")
    else:
        asked = ("consent",) if decision == "start" else ()
    given = {need for need in ("reason", "evidence", "improvement_plan", "consent") if getattr(papers, need)}
    return tuple(need for need in asked if (need in needs or decision == "decline") and need not in given)


def coefficient(band: str | None, scheme: Scheme) -> Decimal:
    """The performance-pay coefficient of a band; 1 for a person without one."""
    found = scheme.distribution.band(band) if band else None
    return found.coefficient if found else Decimal(1)
