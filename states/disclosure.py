"""Which figures of a survey may be shown, so that none of them, nor any difference between them, is about too few people.

A figure tells something about everybody in its set. Who holds all published figures can add and subtract them: what
comes out must never be about 1 to `least` - 1 people. That holds over filters, and over time against what was
published before (scheme §2.5: the minimum to show). Every set is one of answers, not of people: who answers anew is
somebody else here, so that a changed answer cannot be read from the difference.

Answers to different questions cannot be subtracted from each other. So all figures about one question, of every
publication, are looked at together, and with them the scores of the same publication, which every question is part of;
of sets about different questions every two are compared, since already their sizes tell who did not answer.

The order in which figures are tried is fixed: whole answers before single questions, larger sets before smaller,
then the order given. A figure that would betray a small group together with those before it stays hidden.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from states.disclosed_spans import isolates_nobody

NOBODY = "nobody"
TOO_FEW = "too_few"
DIFFERENCE = "difference"
WHOLE = ""
"""The measure of a figure about whole answers (the score): every question is part of it."""


@dataclass(frozen=True)
class Figure:
    """One figure that might be shown: whose answers are in it, about which question, behind which filter value.

    `least` is a smaller minimum of its own (the score counts from fewer answers on than its split by question is
    shown from). `linked` says that a question is part of the score, so that it could be worked out from the others.
    """

    key: str
    of: frozenset[int]
    measure: str = WHOLE
    group: str = ""
    least: int | None = None
    linked: bool = True


@dataclass(frozen=True)
class Disclosure:
    """What may be shown, and of the rest why not: `nobody`, `too_few`, `difference`."""

    shown: frozenset[str]
    hidden: Mapping[str, str] = field(default_factory=dict)

    def why_not(self, key: str) -> str:
        """The reason for which a figure stays hidden; empty where it is shown."""
        return self.hidden.get(key, "")


def decide(figures: Sequence[Figure], *, least: int, before: Iterable[Figure] = ()) -> Disclosure:
    """Which of these figures may be shown beside those published before; `least` is the smallest group.

    What was published before of the very same answers is shown again: it tells nothing new.
    """
    book = _Book(least)
    for one in before:
        book.publish(one)
    shown: dict[str, Figure] = {}
    hidden: dict[str, str] = {}
    asked = {one.group: len(one.of) for one in figures if one.measure == WHOLE}
    for one in sorted(figures, key=lambda each: (each.measure != WHOLE, -len(each.of))):
        why = book.refuses(one)
        if why == NOBODY and asked.get(one.group, 0) < least:
            why = TOO_FEW  # That nobody answered is told of many, too.
        if why:
            hidden[one.key] = why
        else:
            book.publish(one)
            shown[one.key] = one
    for key in _linked(figures, shown, book):
        hidden[key] = DIFFERENCE
    return Disclosure(frozenset(shown.keys() - hidden.keys()), hidden)


def may_follow(after: Iterable[frozenset[int]], before: Iterable[frozenset[int]], *, least: int) -> bool:
    """Whether a later publication of free texts reveals nobody: what is new in it and what is gone is nobody or enough."""
    new, old = frozenset().union(*after), frozenset().union(*before)
    return all(not change or len(change) >= least for change in (new - old, old - new))


def _linked(figures: Sequence[Figure], shown: Mapping[str, Figure], book: _Book) -> list[str]:
    """Questions to hide so that the hidden ones of a score that is shown are not those of a few people.

    Score less all the other questions is what the hidden ones brought: one that three people answered would be
    known although it is hidden. So a further one is hidden, the last first, until enough people are behind them.
    """
    more: list[str] = []
    for group in dict.fromkeys(one.group for one in figures if one.measure == WHOLE and one.key in shown):
        of_group = [one for one in figures if one.group == group and one.measure != WHOLE and one.linked]
        open_ones = [one for one in of_group if one.key in shown and not book.known_before(one)]
        behind = frozenset().union(*(one.of for one in of_group if one.key not in shown))
        while open_ones and 0 < len(behind) < book.least:
            last = open_ones.pop()
            behind |= last.of
            more.append(last.key)
    return more


class _Book:
    """What is published so far, and into which parts it divides the answers, by measure."""

    def __init__(self, least: int) -> None:
        self.least = least
        self._sets: dict[str, dict[frozenset[int], None]] = defaultdict(dict)
        self._within: dict[int, list[frozenset[int]]] = defaultdict(list)
        self._parts: dict[str, Parts] = {WHOLE: Parts()}
        self._wholes: list[frozenset[int]] = []
        self._before: set[tuple[str, frozenset[int]]] = set()
        self._asked = False

    def publish(self, one: Figure) -> None:
        """Keep a figure as published; before anything was asked, as one of an earlier publication."""
        if not self._asked:
            self._before.add((one.measure, one.of))
        if one.of and one.of not in self._sets[one.measure]:
            self._sets[one.measure][one.of] = None
            for number in one.of:
                self._within[number].append(one.of)
            self._parts_of(one.measure).divide(one.of)
        if one.measure == WHOLE and self._asked and one.of not in self._wholes and not self._small(one.of):
            self._wholes.append(one.of)
            for measure, parts in self._parts.items():
                if measure != WHOLE:
                    parts.divide(one.of)

    def known_before(self, one: Figure) -> bool:
        """Whether an earlier publication told this very figure."""
        return (one.measure, one.of) in self._before

    def refuses(self, one: Figure) -> str:
        """Why a figure cannot stand beside the published ones; empty where it can."""
        self._asked = True
        if not one.of:
            return NOBODY
        if len(one.of) < (one.least or self.least):
            return TOO_FEW
        if one.of in self._sets[one.measure]:
            return ""
        return DIFFERENCE if self._nested_too_close(one.of) or not self._stands_beside(one) else ""

    def _small(self, of: frozenset[int]) -> bool:
        return len(of) < self.least

    def _parts_of(self, measure: str) -> Parts:
        """The parts made by one question's sets, and by this publication's scores as far as a question's set may be as small."""
        if measure not in self._parts:
            made = self._parts[measure] = Parts()
            for whole in self._wholes:
                made.divide(whole)
        return self._parts[measure]

    def _nested_too_close(self, of: frozenset[int]) -> bool:
        """Whether a published set, whatever it is about, lies within this one or around it but for too few."""
        shared = Counter(other for number in of for other in self._within[number])
        return any(
            common in (len(other), len(of)) and 0 < abs(len(other) - len(of)) < self.least
            for other, common in _once(shared, self._sets).items()
        )

    def _stands_beside(self, one: Figure) -> bool:
        if one.measure != WHOLE:
            return self._sound(one.measure, one.of)
        if not self._sound(WHOLE, one.of):
            return False
        return self._small(one.of) or all(self._sound(each, one.of) for each in self._parts if each != WHOLE)

    def _sound(self, measure: str, of: frozenset[int]) -> bool:
        """Whether the parts that this set would make are large, or nothing small can be worked out from them."""
        allowed = {each for each in [*self._sets[WHOLE], of] if self._small(each)} if measure == WHOLE else set()
        small = [part for part in self._parts_of(measure).with_one_more(of) if self._small(part) and part not in allowed]
        if not small:
            return True
        wholes = [] if measure == WHOLE else self._wholes
        return not allowed and isolates_nobody([*wholes, *self._sets[measure], of], self.least)


def _once(shared: Counter[frozenset[int]], sets: Mapping[str, Mapping[frozenset[int], None]]) -> dict[frozenset[int], int]:
    """The overlaps without counting a set twice that several measures published."""
    return {of: number // sum(of in held for held in sets.values()) for of, number in shared.items()}


class Parts:
    """The parts into which sets divide the answers: those in the very same of the sets stand together.

    What one can work out from figures is always about whole parts: where all parts are large, it tells of nobody.
    """

    def __init__(self) -> None:
        self._part: dict[int, int] = {}
        self._members: dict[int, frozenset[int]] = {}
        self._next = 0

    def with_one_more(self, of: frozenset[int]) -> list[frozenset[int]]:
        """All the parts there would be with this set: a small one that it does not touch may be what it tells of."""
        cut = self._cut(of)
        made = [part for inside, outside in cut.values() for part in (inside, outside) if part]
        return made + [held for at, held in self._members.items() if at not in cut]

    def divide(self, of: frozenset[int]) -> None:
        """Count one more set."""
        for old, (inside, outside) in self._cut(of).items():
            if outside:
                self._members[old] = outside
            else:
                self._members.pop(old, None)
            self._members[self._next] = inside
            self._part.update(dict.fromkeys(inside, self._next))
            self._next += 1

    def _cut(self, of: frozenset[int]) -> dict[int, tuple[frozenset[int], frozenset[int]]]:
        inside: dict[int, set[int]] = defaultdict(set)
        for number in of:
            inside[self._part.get(number, -1)].add(number)
        return {old: (frozenset(held), self._members.get(old, frozenset()) - held) for old, held in inside.items()}
