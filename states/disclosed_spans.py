"""Whether any sum and difference of published figures is about too few people, worked out exactly.

Every figure is a vector over the cells (answers that stand in the very same figures). What can be worked out from the
figures is their span; the smallest group that it tells of is the lightest vector in it. A set of cells holds a vector
of the span exactly where their columns in a basis of the span's complement depend on each other.

It is worked out modulo a prime that is larger than any minor of a matrix of so many rows of 0 and 1 can be (Hadamard's
bound), so that nothing depends on another here that would not depend over the fractions, nor the other way round.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PRIME = 2**127 - 1
MOST_SETS, MOST_CELLS, MOST_GROUPS = 40, 80, 1000
"""Beyond these nothing is worked out, and the answer is the careful one."""
Row = list[int]


def isolates_nobody(family: Sequence[frozenset[int]], least: int) -> bool:
    """Whether nothing that follows from figures about these sets is about 1 to `least` - 1 people.

    False also where there are too many sets to work it out.
    """
    if len(family) > MOST_SETS:
        return False
    sizes = Counter(tuple(number in one for one in family) for number in frozenset().union(*family))
    cells = sorted(sizes)
    if len(cells) > MOST_CELLS or _groups(sizes.values(), least) > MOST_GROUPS:
        return False
    rows = [[int(cell[at]) for cell in cells] for at in range(len(family))]
    columns = _complement(_reduced(rows), len(cells))
    small = [(sizes[cell], columns[at]) for at, cell in enumerate(cells) if sizes[cell] < least]
    return _all_independent(small, least, 0, 0, {})


def _groups(sizes: Iterable[int], least: int) -> int:
    """How many sets of cells are below the minimum together."""
    counts = [1] + [0] * (least - 1)
    for size in sizes:
        for total in range(least - 1, size - 1, -1):
            counts[total] += counts[total - size]
    return sum(counts)


def _reduced(rows: list[Row]) -> dict[int, Row]:
    """The rows in reduced echelon form, by the column of their pivot."""
    found: dict[int, Row] = {}
    for row in rows:
        left, pivot = _scaled(_without(row, found))
        if pivot is None:
            continue
        for at, other in found.items():
            if factor := other[pivot]:
                found[at] = [(a - factor * b) % PRIME for a, b in zip(other, left, strict=True)]
        found[pivot] = left
    return found


def _without(row: Row, found: dict[int, Row]) -> Row:
    for pivot, other in found.items():
        if factor := row[pivot]:
            row = [(a - factor * b) % PRIME for a, b in zip(row, other, strict=True)]
    return row


def _scaled(row: Row) -> tuple[Row, int | None]:
    """The row with a first entry of 1, and where that is; None where the row is nought."""
    pivot = next((at for at, value in enumerate(row) if value), None)
    if pivot is None:
        return row, None
    inverse = pow(row[pivot], -1, PRIME)
    return [value * inverse % PRIME for value in row], pivot


def _complement(reduced: dict[int, Row], width: int) -> list[Row]:
    """Each cell's column in a basis of what is orthogonal to the span."""
    free = [at for at in range(width) if at not in reduced]
    return [
        [-reduced[at][other] % PRIME for other in free] if at in reduced else [int(at == other) for other in free]
        for at in range(width)
    ]


def _all_independent(small: Sequence[tuple[int, Row]], least: int, start: int, size: int, chosen: dict[int, Row]) -> bool:
    """Whether the columns of no set of small cells that is below the minimum together depend on each other."""
    for at in range(start, len(small)):
        number, column = small[at]
        if size + number >= least:
            continue
        left, pivot = _scaled(_without(column, chosen))
        if pivot is None or not _all_independent(small, least, at + 1, size + number, chosen | {pivot: left}):
            return False
    return True
