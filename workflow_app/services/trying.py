"""Getting a year ready to try a scheme on. Nothing here writes anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from states.errors import Message, Refusal
from states.scheme import Scheme
from states.trial import TrialInput
from workflow_app.access import require
from workflow_app.imports.company import Upload, read_for_both
from workflow_app.queries.past_year import past_year, years_with_records
from workflow_app.services.importing.sources import in_place

if TYPE_CHECKING:
    from states.permissions import Actor

MOST_PEOPLE = 3000
"""What a page can wait for; more are tried on the command line."""
MOST_FAULTS = 50


@dataclass(frozen=True)
class Wish:
    """What to try: the draft, what stands beside it, the year, the points that are close to a cut."""

    draft: Scheme
    against: Scheme | None
    year: int
    within: Decimal


@dataclass(frozen=True)
class Ready:
    """The year as the rules want it, what people are called, and how many records of other years were left out."""

    given: TrialInput
    names: Mapping[str, str]
    others: int = 0


def from_database(wish: Wish, *, actor: Actor) -> Ready:
    """The people and records of a year; refuses (invalid) a year without any."""
    require(actor, "try_scheme")
    if wish.year not in years_with_records():
        raise Refusal(
            Message("There are no records of %(year)s. Choose another year, or upload two workbooks.", year=wish.year)
        )
    found = past_year(wish.year)
    _guard_size(len(found.employees))
    before = found.people(wish.against) if wish.against else None
    given = TrialInput(found.people(wish.draft), wish.year, wish.draft, wish.against, wish.within, before, found.merges)
    return Ready(given, found.names)


def from_files(wish: Wish, employees: Upload, records: Upload, *, actor: Actor) -> Ready:
    """The people and records of two workbooks; refuses (invalid) with the faults of both."""
    require(actor, "try_scheme")
    found, before, faults = read_for_both(employees, records, wish.year, wish.draft, wish.against or wish.draft)
    if faults:
        raise Refusal([in_place(fault) for fault in faults[:MOST_FAULTS]] + _more(len(faults) - MOST_FAULTS))
    _guard_size(len(found.people))
    given = TrialInput(found.people, wish.year, wish.draft, wish.against, wish.within, before.people)
    return Ready(given, found.names, found.others)


def _more(count: int) -> list[Message]:
    return [Message("There are %(count)s more faults.", count=count)] if count > 0 else []


def _guard_size(people: int) -> None:
    if people > MOST_PEOPLE:
        raise Refusal(
            Message(
                "These are %(people)s people; the page takes %(most)s. Use “kaoping scheme try” on the server for more.",
                people=people, most=MOST_PEOPLE,
            )
        )  # fmt: skip
