"""Run a draft over a year's records, beside another scheme (scheme §4-§6). Pure: nothing is kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from states.explaining.place import places_of
from states.grading import grade
from states.trial.seating import BandCount, Near, Seated, Tie, band_counts, near_cuts, ties_on_cuts
from states.trial.weighing import WeightEffect, weight_effects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from states.grading import Graded, PersonYear
    from states.scheme.model import Scheme

WITHIN = Decimal("0.5")
OUT = ("excluded", "left", "too_new")
"""Flags that keep a person out of the ranking, the first one said."""


@dataclass(frozen=True)
class TrialInput:
    """The people with their records of a year, the draft, and the scheme that it stands beside (None: alone).

    `as_before` are the same people in the same order as the other scheme reads their files, where that differs;
    `merges` says which small population was ranked within which.
    """

    people: Sequence[PersonYear]
    year: int
    draft: Scheme
    against: Scheme | None = None
    within: Decimal = WITHIN
    as_before: Sequence[PersonYear] | None = None
    merges: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One person under both schemes; `before` is None where nothing stands beside the draft."""

    employee_no: str
    population: str
    before: Graded | None
    after: Graded

    @property
    def band_changes(self) -> bool:
        """Whether the band, or having one, is another one."""
        return self.before is not None and self.before.band != self.after.band

    @property
    def difference(self) -> Decimal | None:
        """The total of the draft less the other one, as both are shown; None where one is missing."""
        old = self.before.total_display if self.before else None
        new = self.after.total_display
        return None if old is None or new is None else new - old


@dataclass(frozen=True)
class PopulationTrial:
    """One ranked population under the draft: its size, seats, ties on cuts, who is close to one."""

    code: str
    people: int
    n: int
    bands: tuple[BandCount, ...]
    ties: tuple[Tie, ...]
    near: tuple[Near, ...]
    unranked: Mapping[str, int]
    """Why people are not ranked and how many: a flag (`left`, `too_new`), or `no_total`."""


@dataclass(frozen=True)
class Trial:
    """What the draft does: to everybody, to each population, and by its weights."""

    year: int
    draft: Scheme
    against: Scheme | None
    within: Decimal
    everybody: tuple[Change, ...]
    populations: tuple[PopulationTrial, ...]
    weights: tuple[WeightEffect, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Who changes band."""
        return tuple(one for one in self.everybody if one.band_changes)

    def moves(self) -> Mapping[tuple[str, str], int]:
        """How many go from one band to another, "" being no band; who stays is counted too."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for one in self.everybody:
            if one.before is not None:
                found[one.before.band or "", one.after.band or ""] += 1
        return dict(found)


def try_out(given: TrialInput) -> Trial:
    """Grade everybody by the draft and by the other scheme, and look closely at what the draft does."""
    people = list(given.people)
    after = grade(people, year=given.year, scheme=given.draft, merges=given.merges)
    before: Sequence[Graded | None] = [None] * len(people)
    if given.against is not None:
        before = grade(given.as_before or people, year=given.year, scheme=given.against, merges=given.merges)
    everybody = tuple(
        Change(person.employee_no, person.population, old, new)
        for person, old, new in zip(people, before, after, strict=True)
    )
    return Trial(
        given.year, given.draft, given.against, given.within, everybody,
        _populations(people, after, given), weight_effects(people, after, given.draft),
    )  # fmt: skip


def _populations(people: Sequence[PersonYear], graded: Sequence[Graded], given: TrialInput) -> tuple[PopulationTrial, ...]:
    spec = given.draft.distribution
    seated: dict[str, list[Seated]] = {}
    out: dict[str, Counter[str]] = defaultdict(Counter)
    for one, place in zip(graded, places_of(people, graded, given.merges), strict=True):
        found = seated.setdefault(one.ranked_in, [])
        total = one.total_display
        if place is not None and total is not None:
            found.append(Seated.of(one.employee_no, total, place, spec))
        else:
            out[one.ranked_in][next((flag for flag in OUT if flag in one.flags), "no_total")] += 1
    order = [population.code for population in given.draft.populations]
    codes = sorted(seated, key=lambda code: (order.index(code) if code in order else len(order), code))
    return tuple(
        PopulationTrial(
            code, len(seated[code]) + out[code].total(), len(seated[code]), band_counts(seated[code], spec),
            ties_on_cuts(seated[code]), near_cuts(seated[code], spec, given.within), dict(out[code]),
        )
        for code in codes
    )  # fmt: skip
