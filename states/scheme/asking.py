"""Faults of the questions of forms: conditions that can never hold, bounds that cross, files asked of customers.

The checks read plain values; a question is known by its place in the form, and asked in the order of the page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from states.errors import Message
from states.scheme.questions import NOT_APPLICABLE, RECOMMEND
from states.scheme.reading import Path
from states.scheme.values import at, codes_of, entries, known, names_of, number, plain, word

Found = Iterator[tuple[Path, Message]]
RATED = frozenset({"rating_card", "questionnaire"})
CHOSEN = frozenset({"rating", "recommendation", "single_choice", "multiple_choice", "yes_no"})
COUNTED = frozenset({"rating", "recommendation", "number"})
MOST = 200
"""Questions and rows of one form: more is no page that anybody fills in."""
SCALE_MISSING = Message("This form has no scale of its own; write “scale” here.")


@dataclass(frozen=True)
class Place:
    """A question within its form: where it stands, what it is, and the table that it is a row of."""

    path: Path
    kind: str | None
    entry: Any
    table: Any = None

    @property
    def code(self) -> str:
        return RECOMMEND if self.path == ("recommendation",) else str(at(self.entry, "code"))

    def said(self, key: str) -> Any:
        """What the question says, or else its table."""
        own = at(self.entry, key)
        return at(self.table, key) if own is None else own


def places(form: Any) -> Iterator[Place]:
    """Everything that is answered under a code of its own, in page order, apart from texts that nothing hangs on."""
    for nth, item in entries(form, "items") if word(at(form, "kind")) in RATED else ():
        yield Place(("items", nth), "rating", item)
    if isinstance(at(form, "recommendation"), dict):
        yield Place(("recommendation",), "recommendation", at(form, "recommendation"))
    for nth, one in entries(form, "questions"):
        if at(one, "kind") == "matrix":
            for row, entry in entries(one, "rows"):
                yield Place(("questions", nth, "rows", row), "rating", entry, one)
        else:
            yield Place(("questions", nth), word(at(one, "kind")), one)


def scored_places(form: Any) -> Iterator[Place]:
    """The ratings that make the score of a form: those on its own scale that do not stand aside."""
    for place in places(form):
        scale = place.said("scale")
        if place.kind == "rating" and place.said("scored") is not False and (scale is None or scale == at(form, "scale")):
            yield place


def questions_before(form: Any, path: Path) -> list[Place]:
    """What a condition at `path` of the form may refer to: questions asked before, with answers that can be compared."""
    found = []
    for place in places(form):
        if place.path[: len(path)] == path:
            break
        if place.kind in CHOSEN | COUNTED:
            found.append(place)
    return found


def conditions(values: dict[str, Any]) -> Found:
    """A condition names an earlier question of its form, and an answer that it can have."""
    for code, form in entries(values, "forms"):
        for path, when in _conditions(form):
            here = ("forms", code, *path, "when")
            yield from _shape(here, when)
            before = {place.code: place for place in questions_before(form, path)}
            asked = at(when, "question")
            if not isinstance(asked, str):
                continue
            if asked not in before:
                yield (*here, "question"), Message(
                    "A condition looks back; “%(found)s” is no question before this one whose answer can be compared. "
                    "Allowed: %(allowed)s.", found=asked, allowed=", ".join(before) or "none",
                )  # fmt: skip
            else:
                yield from _answers(here, when, before[asked], form, values)


def _conditions(form: Any) -> Iterator[tuple[Path, Any]]:
    for section in ("items", "questions"):
        for nth, one in entries(form, section):
            rows = [(("rows", row), entry) for row, entry in entries(one, "rows")]
            for inner, entry in [((), one), *rows]:
                if isinstance(at(entry, "when"), dict):
                    yield (section, nth, *inner), at(entry, "when")


def _shape(here: Path, when: Any) -> Found:
    listed, limits = at(when, "is") is not None, at(when, "at_least") is not None or at(when, "at_most") is not None
    if listed == limits:
        yield here, Message("A condition needs “is”, or else “at_least” or “at_most”, or both of these.")


def _answers(here: Path, when: Any, asked: Place, form: Any, values: dict[str, Any]) -> Found:
    offered = offered_by(asked, form, values)
    if at(when, "is") is not None and asked.kind == "number":
        yield (*here, "is"), Message("“%(found)s” asks for a figure; allowed: “at_least” and “at_most”.", found=asked.code)
    for nth, one in entries(when, "is") if offered is not None else ():
        said = str(one) if isinstance(one, int) and not isinstance(one, bool) else one
        yield from _one_of((*here, "is", nth), said, offered or [])
    low, high = number(at(when, "at_least")), number(at(when, "at_most"))
    if low is None and high is None:
        return
    if asked.kind not in COUNTED:
        yield here, Message("“%(found)s” is answered by a choice; allowed: “is”.", found=asked.code)
    elif not _reachable(low, high, asked, offered):
        yield here, Message("No answer to “%(found)s” lies within these limits.", found=asked.code)


def _one_of(path: Path, found: Any, allowed: list[str]) -> Found:
    if isinstance(found, str) and found not in allowed:
        yield path, Message(
            "“%(found)s” is no answer that the question offers; allowed: %(allowed)s.",
            found=found, allowed=", ".join(allowed) or "none",
        )  # fmt: skip


def _reachable(low: Decimal | None, high: Decimal | None, asked: Place, offered: list[str] | None) -> bool:
    if offered is None:
        ends = [(number(at(asked.entry, "lowest")), high), (low, number(at(asked.entry, "highest"))), (low, high)]
        return all(one is None or other is None or one <= other for one, other in ends)
    figures = [Decimal(one) for one in offered if one.isdecimal()]
    return not figures or any((low is None or one >= low) and (high is None or one <= high) for one in figures)


def offered_by(asked: Place, form: Any, values: dict[str, Any]) -> list[str] | None:
    """The answers that a question offers, as they are stored; None where it is typed."""
    if asked.kind == "rating":
        scale = word(asked.said("scale")) or word(at(form, "scale"))
        found = codes_of(values, "scales", scale or "", "levels", key="value")
        said = asked.said("not_applicable")
        usual = at(form, "kind") == "questionnaire" and at(form, "not_applicable") is not False
        return [*found, *([NOT_APPLICABLE] if (usual if said is None else said) is True else [])]
    if asked.kind == "recommendation":
        low, high = number(at(asked.entry, "lowest")), number(at(asked.entry, "highest"))
        return [str(one) for one in range(int(low or 0), min(int(10 if high is None else high), 10) + 1)]
    if asked.kind in CHOSEN:
        found = ["yes", "no"] if asked.kind == "yes_no" else codes_of(asked.entry, "options")
        return [*found, *([NOT_APPLICABLE] if at(asked.entry, "not_applicable") is True else [])]
    return None


def bounds(values: dict[str, Any]) -> Found:
    """What is lowest or earliest does not pass what is highest or latest."""
    for code, form in entries(values, "forms"):
        for nth, one in entries(form, "questions"):
            low, high = number(at(one, "lowest")), number(at(one, "highest"))
            limit = at(one, "kind") == "recommendation"
            low, high = (low or Decimal(0), Decimal(10) if high is None else high) if limit else (low, high)
            if low is not None and high is not None and (low > high or (limit and low == high)):
                yield ("forms", code, "questions", nth), Message(
                    "“lowest” is %(low)s and “highest” %(high)s; no answer lies between.", low=plain(low), high=plain(high)
                )
            first, last = word(at(one, "earliest")), word(at(one, "latest"))
            if first and last and first > last:
                yield ("forms", code, "questions", nth), Message(
                    "“earliest” is %(first)s and “latest” %(last)s; no day lies between.", first=first, last=last
                )


def scales(values: dict[str, Any]) -> Found:
    """Ratings have a scale, their own or the form's; a form that makes a score by ratings has one that is scored."""
    for code, form in entries(values, "forms"):
        rated = word(at(form, "kind")) in RATED
        scored = len(entries(form, "items"))
        for nth, one in entries(form, "questions"):
            if word(at(one, "kind")) not in {"rating", "matrix"}:
                continue
            here: Path = ("forms", code, "questions", nth)
            scale = at(one, "scale")
            yield from known((*here, "scale"), scale, names_of(values, "scales"))
            if not rated and scale is None:
                yield here, SCALE_MISSING
            scored += at(one, "scored") is not False and (scale is None or scale == at(form, "scale"))
        if rated and not scored:
            yield ("forms", code), Message("Nothing in this form is scored; it needs “items”, or questions on its scale.")


def choices(values: dict[str, Any]) -> Found:
    """No answer is called as “not applicable” is, and a form does not ask without end."""
    for code, form in entries(values, "forms"):
        here: Path = ("forms", code, "questions")
        for nth, one in entries(form, "questions"):
            for place, option in entries(one, "options"):
                if at(option, "code") == NOT_APPLICABLE:
                    yield (*here, nth, "options", place), Message(
                        "“%(found)s” stands for “not applicable”; choose another code.", found=NOT_APPLICABLE
                    )
        asked = sum(max(len(entries(one, "rows")), 1) for _, one in entries(form, "questions"))
        if asked > MOST:
            yield here, Message("%(found)s questions stand here; allowed: %(allowed)s.", found=asked, allowed=MOST)


def files(values: dict[str, Any]) -> Found:
    """Customers have no account that could answer for a file: their questionnaires ask for none."""
    told: set[Any] = set()
    for _, kind in entries(values, "cycle_kinds"):
        for _, stage in entries(kind, "stages"):
            for _, use in entries(stage, "forms") if at(stage, "actor") == "customers" else ():
                form = word(at(use, "form"))
                for nth, one in entries(values, "forms", form or "", "questions"):
                    if at(one, "kind") == "file" and (form, nth) not in told:
                        told.add((form, nth))
                        yield ("forms", str(form), "questions", nth), Message(
                            "Customers answer “%(form)s”, and they hand in no files; ask for a text instead.", form=form
                        )


CHECKS: tuple[Callable[[dict[str, Any]], Found], ...] = (conditions, bounds, scales, choices, files)
