"""Reading the plain values of a scheme file, whatever shape they have: what the checks are made of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from states.errors import Message
from states.scheme.reading import Path


def at(values: Any, *path: str | int) -> Any:
    """The value at a path, or None where the file has none or something else."""
    for step in path:
        if isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and isinstance(step, int) and step < len(values):
            values = values[step]
        else:
            return None
    return values


def entries(values: Any, *path: str | int) -> list[tuple[str | int, Any]]:
    """The (key or place, value) pairs of the mapping or list at a path."""
    found = at(values, *path)
    if isinstance(found, dict):
        return list(found.items())
    return list(enumerate(found)) if isinstance(found, list) else []


def number(value: Any) -> Decimal | None:
    """A finite number as read from the file, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    found = Decimal(value)
    return found if found.is_finite() else None


def plain(value: Decimal) -> str:
    """A sum as a person writes it: 80, not 8E+1 or 80.00."""
    return f"{value.normalize():f}"


def names_of(values: Any, section: str) -> list[str]:
    """The keys of a section."""
    return [str(key) for key, _ in entries(values, section)]


def codes_of(values: Any, *path: str | int, key: str = "code") -> list[str]:
    """The codes of the entries at a path."""
    return [str(at(entry, key)) for _, entry in entries(values, *path)]


def known(path: Path, found: Any, allowed: list[str]) -> Iterator[tuple[Path, Message]]:
    """A fault where `found` is given and is not among the names allowed."""
    if isinstance(found, str) and found not in allowed:
        yield path, Message(
            "“%(found)s” is not known to this scheme; allowed: %(allowed)s.",
            found=found, allowed=", ".join(allowed) or "none",
        )  # fmt: skip


def word(value: Any) -> str | None:
    """The value where it is text, else None: whatever else stands there is a fault of shape."""
    return value if isinstance(value, str) else None
