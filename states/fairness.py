"""Differences between groups: counts and an exact test, shown for judgement, correcting nothing (scheme §8)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import comb
from typing import Generic, TypeVar

Group = TypeVar("Group", bound=Hashable)
FEWEST = 5
"""Below so many people in the group or outside of it nothing is said: a name would stand behind the figure."""


@dataclass(frozen=True)
class GroupDifference(Generic[Group]):
    """A group beside everybody else: `hits` of `people`, and how likely so uneven a split is by chance.

    `chance` is None where the group or the rest is too small to say.
    """

    group: Group
    people: int
    hits: int
    rest: int
    rest_hits: int
    chance: Fraction | None


def fisher(hits: int, people: int, rest_hits: int, rest: int) -> Fraction:
    """Fisher's exact test, both sides: the probability of a split at least as unlikely as this one.

    Exact: `hits` of `people` against `rest_hits` of `rest`, with the sums given.
    """
    total, marked = people + rest, hits + rest_hits
    ways = {
        inside: comb(people, inside) * comb(rest, marked - inside)
        for inside in range(max(0, marked - rest), min(people, marked) + 1)
    }
    seen = ways[hits]
    return Fraction(sum(count for count in ways.values() if count <= seen), comb(total, marked))


def differences(
    members: Iterable[tuple[Group, bool]], *, fewest: int = FEWEST
) -> tuple[GroupDifference[Group], ...]:
    """Every group beside all the others, the least likely split first; (group, whether hit) for each person."""
    listed = list(members)
    total, marked = len(listed), sum(hit for _, hit in listed)
    found = []
    for group in dict.fromkeys(group for group, _ in listed):
        people = sum(one == group for one, _ in listed)
        hits = sum(hit for one, hit in listed if one == group)
        rest, rest_hits = total - people, marked - hits
        enough = min(people, rest) >= fewest
        chance = fisher(hits, people, rest_hits, rest) if enough else None
        found.append(GroupDifference(group, people, hits, rest, rest_hits, chance))
    return tuple(sorted(found, key=lambda one: (one.chance is None, one.chance or Fraction(0))))
