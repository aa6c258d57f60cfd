"""What totals and bands a cycle would have by another version of its scheme, on the data that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from states.grading import Graded, PersonYear, grade
from states.permissions import Actor
from states.scheme import Scheme
from workflow_app.access import require
from workflow_app.models import Cycle, Review, SchemeVersion
from workflow_app.queries.merges import merges_of
from workflow_app.queries.rulebook import barred
from workflow_app.schemes import read_scheme, scheme_of
from workflow_app.services.composing import people_of, reviews_of

MOST_PEOPLE = 3000
"""So many are graded twice while the reader waits; of more, the move is confirmed without the comparison."""


@dataclass(frozen=True)
class Foreseen:
    """One person's total and band by both versions; None where there is none yet."""

    review: Review
    before: Graded
    after: Graded

    @property
    def total_changes(self) -> bool:
        """Whether the total as it is shown differs."""
        return self.before.total_display != self.after.total_display

    @property
    def band_changes(self) -> bool:
        """Whether the computed band differs."""
        return self.before.band != self.after.band


def foresee(cycle: Cycle, version: SchemeVersion, *, actor: Actor) -> list[Foreseen]:
    """Every review by both versions, those first whose band changes; nothing is saved.

    The figures are provisional, so the actor's own review is left out: nobody sees theirs before the release.
    """
    require(actor, "manage_cycles")
    reviews = reviews_of(cycle)
    if not reviews:
        return []
    held = frozenset(barred(cycle, [review.employee_id for review in reviews]))
    before, after = (_graded(cycle, reviews, scheme, held) for scheme in (scheme_of(cycle), read_scheme(version)))
    found = [Foreseen(*one) for one in zip(reviews, before, after, strict=True)]
    shown = [one for one in found if actor.employee_id is None or one.review.employee_id != actor.employee_id]
    return sorted(shown, key=lambda one: (not one.band_changes, not one.total_changes, one.review.id))


def _graded(cycle: Cycle, reviews: Sequence[Review], scheme: Scheme, held: frozenset[int]) -> list[Graded]:
    _scores, people = people_of(cycle, reviews, scheme)
    ranked: list[PersonYear] = [
        replace(person, barred=review.employee_id in held) for person, review in zip(people, reviews, strict=True)
    ]
    return grade(ranked, year=int(cycle.period[:4]), scheme=scheme, merges=merges_of(cycle))
