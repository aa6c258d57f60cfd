"""The sections of the scheme editor: which places of the file each shows, and what a reader sees beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from states.distribution import seats, shares
from states.scheme.checks import at, entries
from states.scheme.model import Scheme
from states.scheme.outline import fields_of
from states.scheme.results import Band

if TYPE_CHECKING:
    from collections.abc import Iterable

    from states.scheme.reading import Fault, Path

PLACES: dict[str, tuple[str, ...]] = {
    "basics": ("title", "code", "purpose", "principles"),
    "scales": ("scales",),
    "populations": ("populations", "roles"),
    "forms": ("forms",),
    "kinds": ("cycle_kinds",),
    "total": ("composition",),
    "bands": ("distribution",),
    "actions": ("actions",),
    "rules": ("minimum_answers", "calendar", "gates", "retention"),
    "rulebook": ("rulebook",),
    "posts": ("job_descriptions",),
}
BY_ENTRY = {"forms": "forms", "kinds": "cycle_kinds", "posts": "job_descriptions"}
"""Sections whose entries have a page of their own, and where these stand in the file."""
TEXT = "text"
EXAMPLES = (7, 20, 40)
MOST_PEOPLE = 1_000_000
BANDS: TypeAdapter[tuple[Band, ...]] = TypeAdapter(tuple[Band, ...])


def places_of(section: str) -> tuple[str, ...]:
    """The top keys of a section; what no section names is `other`, so that nothing of the model is left out."""
    if section != "other":
        return PLACES.get(section, ())
    named = {name for names in PLACES.values() for name in names}
    return tuple(field.name for field in fields_of(Scheme) if field.name not in named)


def sections() -> tuple[str, ...]:
    """The sections in the order of the page."""
    return (*PLACES, *(("other",) if places_of("other") else ()))


def section_of(path: Path) -> tuple[str, str]:
    """The section, and the entry of it, whose page shows a path."""
    top = str(path[0]) if path else "title"
    section = next((name for name, places in PLACES.items() if top in places), "other")
    keyed = section in BY_ENTRY and len(path) > 1
    return section, str(path[1]) if keyed else ""


def counts_by_section(faults: Iterable[Fault]) -> dict[str, int]:
    """How many faults stand in each section."""
    found: dict[str, int] = {}
    for _line, path, _message in faults:
        name = section_of(path)[0]
        found[name] = found.get(name, 0) + 1
    return found


@dataclass(frozen=True)
class Seats:
    """Seats by band for one size of a population."""

    people: int
    counts: dict[str, int]


def seats_for(values: Any, own: int | None) -> list[Seats]:
    """Seats for the usual examples and a number of one's own; nothing while the bands have faults."""
    try:
        bands = BANDS.validate_python(at(values, "distribution", "bands"))
    except ValidationError:
        return []
    if not bands or min(shares(bands)) < 0 or sum(shares(bands)) != 1 or all(band.round_down for band in bands):
        return []
    sizes = [*EXAMPLES, *([min(own, MOST_PEOPLE)] if own and own not in EXAMPLES and own > 0 else [])]
    return [Seats(size, seats(size, bands)) for size in sizes]


@dataclass(frozen=True)
class Span:
    """A stage on the line of working days, from its first to its last."""

    stage: Any
    first: int
    last: int
    alongside: bool
    length: int = 0

    @property
    def days(self) -> int:
        return self.last - self.first + 1


def timeline(values: Any, kind: str) -> list[Span]:
    """When each stage of a kind is open if everybody takes all the days; those alongside open with the launch."""
    spans: list[Span] = []
    reached = 0
    for _, stage in entries(values, "cycle_kinds", kind, "stages"):
        days = at(stage, "days")
        length = days if isinstance(days, int) and not isinstance(days, bool) and 0 <= days <= 366 else 0
        beside = at(stage, "alongside") is True
        first = 1 if beside else reached + 1
        last = first + length - 1
        spans.append(Span(stage, first, last, beside))
        reached = max(reached, last)
    return [Span(one.stage, one.first, one.last, one.alongside, max(reached, 1)) for one in spans]
