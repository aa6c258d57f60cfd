"""Everybody's year, graded: arrays out, and the exact grade and tree of anybody on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from states.bulk.composing import Figures, compose_everybody
from states.bulk.ranking import group, hundredths_over, outcome
from states.bulk.records import MISSING, Cohort
from states.composition import compose
from states.explain import Node, explain_total
from states.grading import NO_MERGES, Graded, merged_into

if TYPE_CHECKING:
    from states.bulk.records import Bools, Ints
    from states.scheme.model import Scheme

MOST_ACTIONS = 64
OF_PLACE = ("above_line", "barred", "below_line", "excluded", "left", "over_100", "small_population", "tied_on_cut", "too_new")


@dataclass(frozen=True)
class BulkGrades:
    """One entry a person, in the cohort's order.

    `parts` and `total` are hundredths of a point, rounded as the scheme says, MISSING where there
    is none. `rank` and `ranked_of` are 0 and `band` is -1 for people not ranked; `band` is a
    place in the scheme's bands. `flags` and `actions` are bits by the places in `flag_names` and
    of the scheme's actions. `ranked_in` are places in `ranked_populations`.
    """

    cohort: Cohort
    scheme: Scheme
    parts: Mapping[str, Ints]
    total: Ints
    months_counted: Ints
    rank: NDArray[np.int32]
    band: NDArray[np.int8]
    ranked_of: NDArray[np.int32]
    ranked_in: NDArray[np.int32]
    flags: NDArray[np.uint32]
    actions: NDArray[np.uint64]
    flag_names: tuple[str, ...]
    ranked_populations: tuple[str, ...]

    def flags_of(self, person: int) -> tuple[str, ...]:
        """One person's flags, in alphabetical order."""
        bits = int(self.flags[person])
        return tuple(name for place, name in enumerate(self.flag_names) if bits >> place & 1)

    def actions_of(self, person: int) -> tuple[str, ...]:
        """What is proposed for one person, in the scheme's order."""
        bits = int(self.actions[person])
        return tuple(spec.kind for place, spec in enumerate(self.scheme.actions) if bits >> place & 1)

    def band_of(self, person: int) -> str | None:
        """One person's band, None without one."""
        place = int(self.band[person])
        return None if place < 0 else self.scheme.distribution.bands[place].code

    def graded(self, person: int) -> Graded:
        """One person's grade with its exact figures, as `grade` gives it."""
        year, rule = self.cohort.person(person), self.scheme.composition
        composed = compose(year.records, joined=year.joined, left=year.left, rule=rule)
        return Graded(
            year.employee_no, year.population, composed.parts, composed.total,
            int(self.rank[person]) or None, self.band_of(person), composed.months_counted,
            self.flags_of(person), self.actions_of(person), int(self.ranked_of[person]),
            composed.contributions, self.ranked_populations[int(self.ranked_in[person])], rule.rounding,
        )  # fmt: skip

    def explain(self, person: int) -> Node:
        """The tree behind one person's total, exact."""
        return explain_total(self.graded(person), self.cohort.person(person), self.scheme)


def bulk_grade(
    cohort: Cohort, *, year: int, scheme: Scheme, merges: Mapping[str, str] = NO_MERGES
) -> BulkGrades:
    """Grade everybody by the rules of `states.grading.grade`: the same figures, in time and memory
    that grow with the number of people.

    Raises ValueError for arrays that are not what `Cohort` says, and for a scheme with more than
    64 kinds of action; `Refusal` where merges run in a circle.
    """
    if len(scheme.actions) > MOST_ACTIONS:
        raise ValueError(f"{len(scheme.actions)} kinds of action; at most {MOST_ACTIONS} fit into an entry")
    figures = compose_everybody(cohort, scheme.composition)
    names = _flag_names(scheme)
    flags, ranked = _standing(cohort, figures, year, scheme, names)
    populations, ranked_in = _ranked_in(cohort, merges)
    placed = _place(cohort, figures.total, ranked, ranked_in, populations, scheme, names)
    return BulkGrades(
        cohort, scheme, figures.parts, figures.total, figures.months,
        placed.rank, placed.band, placed.size, ranked_in, flags | placed.flags, placed.actions,
        names, populations,
    )  # fmt: skip


def _flag_names(scheme: Scheme) -> tuple[str, ...]:
    lacking = (f"no_{part.code}" for part in scheme.composition.parts if part.flagged)
    return tuple(sorted({*OF_PLACE, *lacking}))


def _standing(
    cohort: Cohort, figures: Figures, year: int, scheme: Scheme, names: tuple[str, ...]
) -> tuple[NDArray[np.uint32], Bools]:
    """The flags that everybody has before being ranked, and who is ranked."""
    rule, total = scheme.composition, figures.total
    there, left, excluded = total != MISSING, _left(cohort, year), _some(cohort.excluded, len(cohort))
    new = ~left & (figures.months < rule.coverage.least)
    found = {f"no_{p.code}": figures.parts[p.code] == MISSING for p in rule.parts if p.flagged}
    # MISSING is below every line.
    found |= {"left": left, "too_new": new, "excluded": excluded}
    found |= {"over_100": total > hundredths_over(rule.outstanding_over)}
    flags = np.zeros(len(cohort), dtype=np.uint32)
    for name, who in found.items():
        flags |= who.astype(np.uint32) << np.uint32(names.index(name))
    return flags, there & ~left & ~new & ~excluded


def _left(cohort: Cohort, year: int) -> Bools:
    if cohort.left is None:
        return np.zeros(len(cohort), dtype=bool)
    return np.asarray(cohort.left <= np.datetime64(date(year, 12, 31)))  # False for NaT


def _some(given: Bools | None, size: int) -> Bools:
    return np.zeros(size, dtype=bool) if given is None else given


def _ranked_in(cohort: Cohort, merges: Mapping[str, str]) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The populations after merging, and everybody's place among them."""
    into = [merged_into(code, merges) for code in cohort.populations]
    names = tuple(dict.fromkeys(into))
    return names, np.array([names.index(one) for one in into], dtype=np.int32)[cohort.population]


@dataclass(frozen=True)
class _Placed:
    rank: NDArray[np.int32]
    size: NDArray[np.int32]
    band: NDArray[np.int8]
    flags: NDArray[np.uint32]
    actions: NDArray[np.uint64]


def _place(
    cohort: Cohort, total: Ints, ranked: Bools, ranked_in: NDArray[np.int32], populations: tuple[str, ...],
    scheme: Scheme, names: tuple[str, ...],
) -> _Placed:  # fmt: skip
    who = np.flatnonzero(ranked)
    groups, of_person = group(total[who], ranked_in[who], len(populations))
    # Two rows for each group: those who are not barred, then those who are.
    row = of_person + len(groups.total) * _some(cohort.barred, len(cohort))[who]
    free, barred = (outcome(groups, scheme, names, barred=held) for held in (False, True))

    def spread(table: NDArray[Any], at: Ints, kind: Any, otherwise: int = 0) -> NDArray[Any]:
        found = np.full(len(cohort), otherwise, dtype=kind)
        found[who] = table.astype(kind)[at]
        return found

    return _Placed(
        spread(groups.place, of_person, np.int32),
        spread(groups.size, of_person, np.int32),
        spread(np.concatenate([free.band, barred.band]), row, np.int8, -1),
        spread(np.concatenate([free.flags, barred.flags]), row, np.uint32),
        spread(np.concatenate([free.actions, barred.actions]), row, np.uint64),
    )
