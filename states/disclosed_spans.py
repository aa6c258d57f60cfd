"""Whether any sum and difference of published figures is about too few people, worked out exactly.

Every figure is a vector over the cells (answers that stand in the very same figures). What can be worked out from the
figures is their span; the smallest group that it tells of is the lightest vector in it. A set of cells holds a vector
of the span exactly where their columns in a basis of the span's complement depend on each other.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_SETS, MOST_CELLS, MOST_STEPS = 60, 150, 5000
"""Beyond these nothing is worked out, and the answer is the careful one."""
Row = list[Fraction]


def isolates_nobody(family: Sequence[frozenset[int]], least: int) -> bool:
    """Whether nothing that follows from figures about these sets is about 1 to `least` - 1 people.

    False also where there are too many sets to work it out.
    """
    if len(family) > MOST_SETS:
        return False
    sizes: Counter[tuple[bool, ...]] = Counter(tuple(number in one for one in family) for number in frozenset().union(*family))
    cells = sorted(sizes)
    if len(cells) > MOST_CELLS:
        return False
    rows = [[Fraction(int(cell[at])) for cell in cells] for at in range(len(family))]
    columns = _complement(_reduced(rows), len(cells))
    small = [(sizes[cell], columns[at]) for at, cell in enumerate(cells) if sizes[cell] < least]
    return _Search(small, least).finds_nothing()


def _reduced(rows: list[Row]) -> dict[int, Row]:
    """The rows in reduced echelon form, by the column of their pivot."""
    found: dict[int, Row] = {}
    for row in rows:
        left = _without(row, found)
        pivot = next((at for at, value in enumerate(left) if value), None)
        if pivot is None:
            continue
        left = [value / left[pivot] for value in left]
        for at, other in found.items():
            if other[pivot]:
                found[at] = [a - other[pivot] * b for a, b in zip(other, left, strict=True)]
        found[pivot] = left
    return found


def _without(row: Row, found: dict[int, Row]) -> Row:
    for pivot, other in found.items():
        if row[pivot]:
            row = [a - row[pivot] * b for a, b in zip(row, other, strict=True)]
    return row


def _complement(reduced: dict[int, Row], width: int) -> list[Row]:
    """Each cell's column in a basis of what is orthogonal to the span."""
    free = [at for at in range(width) if at not in reduced]
    return [
        [-reduced[at][other] for other in free] if at in reduced else [Fraction(int(at == other)) for other in free]
        for at in range(width)
    ]


class _Search:
    """Looks through every set of small cells that is below the minimum together."""

    def __init__(self, small: list[tuple[int, Row]], least: int) -> None:
        self._small, self._least, self._steps = small, least, 0

    def finds_nothing(self) -> bool:
        return self._independent(0, 0, {})

    def _independent(self, start: int, size: int, chosen: dict[int, Row]) -> bool:
        for at in range(start, len(self._small)):
            number, column = self._small[at]
            if size + number >= self._least:
                continue
            self._steps += 1
            left = _without(column, chosen)
            pivot = next((place for place, value in enumerate(left) if value), None)
            if pivot is None or self._steps > MOST_STEPS:
                return False
            scaled = [value / left[pivot] for value in left]
            if not self._independent(at + 1, size + number, chosen | {pivot: scaled}):
                return False
        return True
