"""Records → the parts of the total and the total, in hundredths, for everybody (scheme §4)."""

from __future__ import annotations

from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from states.bulk.means import PLACES, Mean, RecordMean, WeightedMean, hundredths, whole_numbers
from states.bulk.records import MISSING
from states.bulk.tallies import Run, Tally, scaled, together
from states.composition import compose
from states.exact import rounded

if TYPE_CHECKING:
    from fractions import Fraction

    from states.bulk.records import Cohort, Ints
    from states.scheme.composition import Composition, CompositionPart, Weigh

PEOPLE_AT_A_TIME = 16_384
"""Some megabytes of records: they stay in a processor's cache while they are looked at."""


@dataclass(frozen=True)
class Figures:
    """Part code → everybody's score, the totals, and the records counted for coverage."""

    parts: dict[str, Ints]
    total: Ints
    months: Ints


def compose_everybody(cohort: Cohort, rule: Composition, *, at_a_time: int = PEOPLE_AT_A_TIME) -> Figures:
    """What `compose` makes of everybody, rounded, in hundredths of a point; MISSING where there is none.

    Raises ValueError for a score that is no whole number from 0 up.
    """
    size = len(cohort)
    found = Figures(
        {part.code: np.empty(size, np.int64) for part in rule.parts}, np.empty(size, np.int64), np.empty(size, np.int64)
    )
    scale = lcm(1, *(one.scale for one in cohort.records))
    for first in range(0, size, at_a_time):
        run = Run(cohort, first, min(first + at_a_time, size))
        _Composer(run, rule, scale).fill(found)
    for place in cohort.exact:
        _one_by_one(cohort, place, rule, found)
    return found


class _Composer:
    """The figures of one run of people."""

    def __init__(self, run: Run, rule: Composition, scale: int) -> None:
        self.run, self.rule, self.scale = run, rule, scale
        self._tallies: dict[tuple[str, Weigh], list[Tally]] = {}

    def fill(self, found: Figures) -> None:
        here = np.s_[self.run.first : self.run.after]
        rule, means = self.rule, [self._part(part) for part in self.rule.parts]
        for part, mean in zip(rule.parts, means, strict=True):
            found.parts[part.code][here] = hundredths(mean, self.scale, rule.rounding)
        total = hundredths(WeightedMean(means, whole_numbers([p.weight for p in rule.parts])), self.scale, rule.rounding)
        for part, mean in zip(rule.parts, means, strict=True):
            if part.required or rule.missing == "no_total":
                total = np.where(mean.there, total, MISSING)
        found.total[here] = total
        found.months[here] = self._counted()

    def _part(self, part: CompositionPart) -> Mean:
        pools = [[one for kind in dict.fromkeys(p.kinds) for one in self._of(kind, p.weigh)] for p in part.pools]
        unit = lcm(1, *(one.unit for pool in pools for one in pool))
        if part.combine == "by_count":
            return RecordMean(together([one for pool in pools for one in pool], unit))
        means = [RecordMean(together(pool, lcm(1, *(one.unit for one in pool)))) for pool in pools]
        return means[0] if len(means) == 1 else WeightedMean(means, [1] * len(means))

    def _of(self, kind: str, weigh: Weigh) -> list[Tally]:
        """The tallies of a kind; every source is read once for each way to weigh it."""
        if (kind, weigh) not in self._tallies:
            sources = [one for one in self.run.cohort.records if one.kind == kind]
            found = [scaled(self.run.tally(one, weigh), self.scale // one.scale) for one in sources]
            self._tallies[kind, weigh] = found
        return self._tallies[kind, weigh]

    def _counted(self) -> Ints:
        """How many records the scheme's coverage counts."""
        tallies = [one for kind in dict.fromkeys(self.rule.coverage.kinds) for one in self._any(kind)]
        return np.asarray(sum((one.count for one in tallies), np.zeros(1, np.int64)))

    def _any(self, kind: str) -> list[Tally]:
        known = [weigh for read, weigh in self._tallies if read == kind]
        return self._of(kind, known[0] if known else "equally")


def _one_by_one(cohort: Cohort, place: int, rule: Composition, found: Figures) -> None:
    person = cohort.exact[place]
    composed = compose(person.records, joined=person.joined, left=person.left, rule=rule)
    for code, figure in composed.parts.items():
        found.parts[code][place] = _in_hundredths(figure, rule)
    found.total[place] = _in_hundredths(composed.total, rule)
    found.months[place] = composed.months_counted


def _in_hundredths(figure: Fraction | None, rule: Composition) -> int:
    found = MISSING if figure is None else int(rounded(figure, rule.rounding).scaleb(PLACES))
    if figure is not None and found == MISSING:
        raise ValueError("a figure that cannot be told from a missing one")
    return found
