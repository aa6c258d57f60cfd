"""How the year's total is put together from scored records (scheme §4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from states.scheme.base import Amount, Code, Figure, Part, Percent, Text, by_code

Weigh = Literal["equally", "by_days", "by_whole_months"]


class Pool(Part):
    """Kinds of records whose scores are averaged together.

    `weigh`: every record alike; by the days of its period that the person was employed; or by the
    months of it, any begun month being a whole one.
    """

    code: Code
    title: Text
    kinds: Annotated[tuple[Code, ...], Field(min_length=1)]
    weigh: Weigh = "equally"


class CompositionPart(Part):
    """A part of the total: its weight in per cent, its pools of records, and how they meet.

    `required`: without it there is no total. `flagged`: a person without it gets the flag `no_<code>`.
    """

    code: Code
    title: Text
    weight: Percent
    pools: Annotated[tuple[Pool, ...], Field(min_length=1)]
    combine: Literal["mean_of_means", "by_count"] = "mean_of_means"
    required: bool = False
    flagged: bool = True

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of record that counts in this part."""
        return tuple(dict.fromkeys(kind for pool in self.pools for kind in pool.kinds))


class Coverage(Part):
    """How many records of these kinds a person needs for a band; with fewer he or she is too new."""

    kinds: tuple[Code, ...] = ()
    least: Annotated[int, Figure, Field(ge=0, le=366)] = 0


class Rounding(Part):
    """How a figure is rounded, once, at the end; ranks and cuts compare the rounded total."""

    places: Annotated[int, Figure, Field(ge=0, le=2)] = 2
    mode: Literal["half_up", "half_even", "down"] = "half_up"


class BonusRule(Part):
    """What a commendation may add to a record, in points."""

    least: Annotated[int, Figure, Field(ge=1, le=100)] = 1
    most: Annotated[int, Figure, Field(ge=1, le=100)] = 10
    most_a_period: Annotated[int, Figure, Field(ge=1, le=100)] = 10


class Composition(Part):
    """The parts of the year's total and what happens where one is missing (scheme §4)."""

    title: Text
    parts: Annotated[tuple[CompositionPart, ...], Field(min_length=1, max_length=20)]
    missing: Literal["renormalise", "no_total"] = "renormalise"
    coverage: Coverage = Coverage()
    rounding: Rounding = Rounding()
    bonus: BonusRule = BonusRule()
    outstanding_over: Amount = Decimal(100)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the parts, in the file's order."""
        return tuple(part.code for part in self.parts)

    def part(self, code: str) -> CompositionPart | None:
        """The part with this code, or None."""
        return by_code(self.parts, code)

    def part_of(self, kind: str) -> CompositionPart | None:
        """The first part that counts records of this kind, or None."""
        return next((part for part in self.parts if kind in part.kinds), None)
