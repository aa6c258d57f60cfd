"""What an import would do, as values: a preview shows it, applying carries it out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from workflow_app.imports.reading import Fault


@dataclass(frozen=True)
class FieldChange:
    """One column of one row: what is stored and what the file says, as text."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """One thing that is added or changed: `line` of the file, the parsed `row`, what is `stored`."""

    key: str
    title: str
    fields: tuple[FieldChange, ...]
    line: int = 0
    row: Any = None
    stored: Any = None


def added_and_changed(pairs: Iterable[tuple[Change, object | None]]) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """What is new, and what differs from the stored thing it stands beside; what is the same is neither."""
    added, changed = [], []
    for change, stored in pairs:
        if stored is None:
            added.append(change)
        elif change.fields:
            changed.append(change)
    return tuple(added), tuple(changed)


@dataclass(frozen=True)
class Plan:
    """The whole import: `absent` counts what is stored but not in the file (it stays as it is)."""

    kind: str
    added: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    absent: int = 0
    faults: tuple[Fault, ...] = ()
    year: int | None = None
    """The year that the rows belong to, where they do not name it themselves."""
    links: int = 0
    """How many invitations of customers were mailed to an address that changes, and lose their links with it."""

    @property
    def nothing_to_do(self) -> bool:
        """The file says what is stored already."""
        return not (self.added or self.changed or self.faults)

    @property
    def summary(self) -> dict[str, int]:
        """The counts of a preview."""
        year = {} if self.year is None else {"year": self.year}
        links = {"links": self.links} if self.links else {}
        return year | links | {
            "added": len(self.added), "changed": len(self.changed), "unchanged": self.unchanged,
            "refused": len({fault.row for fault in self.faults}), "absent": self.absent,
        }

    @property
    def digest(self) -> str:
        """Two plans that would do the same have the same digest, so what was seen is what is applied."""
        work = [[(one.key, [(f.field, f.before, f.after) for f in one.fields]) for one in part]
                for part in (self.added, self.changed)]
        faults = [(fault.row, fault.column, str(fault.message)) for fault in self.faults]
        text = json.dumps([self.kind, work, faults], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def in_words(value: object) -> str:
    """A stored or parsed value as exact text, the same for both: no trailing zeros, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    return value.isoformat() if isinstance(value, date) else str(value)


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[FieldChange, ...]:
    """The fields whose text differs, in the order of `after`."""
    pairs = ((name, in_words(before.get(name)), in_words(value)) for name, value in after.items())
    return tuple(FieldChange(name, old, new) for name, old, new in pairs if old != new)


def chunks(rows: list[Any], size: int = 1000) -> Iterable[list[Any]]:
    """The rows in portions, so that neither a statement nor a transaction log grows without bounds."""
    return (rows[start : start + size] for start in range(0, len(rows), size))
