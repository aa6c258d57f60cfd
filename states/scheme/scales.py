"""Rating scales, and the steps of which they are made."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from states.scheme.base import Part, Text


class Level(Part):
    """One step of a rating scale."""

    value: Annotated[int, Field(ge=0, le=100)]
    title: Text


class Scale(Part):
    """A rating scale, best level first or last: the order is the order on the page."""

    title: Text
    levels: Annotated[tuple[Level, ...], Field(min_length=2, max_length=20)]

    @property
    def values(self) -> tuple[int, ...]:
        """The values in the order of the page."""
        return tuple(level.value for level in self.levels)

    @property
    def top(self) -> int:
        """The best value."""
        return max(self.values)
