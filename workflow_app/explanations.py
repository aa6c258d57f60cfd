"""The tree behind a figure as it is kept with the review: exact fractions as text, titles in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from states.explain import Node
from states.grading import PersonYear, RecordValue
from states.scheme import Text

SHALLOW = 2
"""Parts and pools stand on paper whatever they hold."""


def stored_tree(node: Node) -> dict[str, Any]:
    """A node and what is below it, as JSON; figures stay exact (`169/2`), blanks are left out."""
    held: dict[str, Any] = {
        "code": node.code,
        "title": _words(node.title),
        "value": _figure(node.value),
        "weight": _figure(node.weight),
        "contribution": _figure(node.contribution),
        "full": _figure(node.full),
        "note": node.note,
        "clause": _words(node.clause) if node.clause else None,
        "children": [stored_tree(child) for child in node.children],
    }
    return {key: value for key, value in held.items() if value not in (None, "", [])}


def read_tree(held: dict[str, Any]) -> Node | None:
    """The tree of a stored explanation, or None where nothing was worked out."""
    if "title" not in held:
        return None
    return Node(
        title=Text(**held["title"]),
        value=_exact(held.get("value")),
        weight=_exact(held.get("weight")),
        contribution=_exact(held.get("contribution")),
        full=_exact(held.get("full")),
        note=held.get("note", ""),
        clause=Text(**held["clause"]) if held.get("clause") else None,
        code=held.get("code", ""),
        children=tuple(child for each in held.get("children", []) if (child := read_tree(each))),
    )


def stored_inputs(person: PersonYear) -> dict[str, Any]:
    """What a total was put together from, kept beside its tree: the records as they counted on that day."""
    return {
        "employee_no": person.employee_no,
        "population": person.population,
        "joined": person.joined.isoformat() if person.joined else None,
        "left": person.left.isoformat() if person.left else None,
        "excluded": person.excluded,
        "records": [[one.kind, one.period, str(one.score), str(one.bonus)] for one in person.records],
    }


def read_inputs(held: dict[str, Any], *, barred: bool = False) -> PersonYear | None:
    """The person's year as it was kept, or None where nothing (or an older shape) was. `barred` is as the ledger has it."""
    kept = held.get("inputs")
    if not kept:
        return None
    return PersonYear(
        kept["employee_no"], kept["population"], _day(kept["joined"]), _day(kept["left"]),
        tuple(RecordValue(kind, period, Fraction(score), Fraction(bonus)) for kind, period, score, bonus in kept["records"]),
        kept["excluded"], barred,
    )  # fmt: skip


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def for_page(node: Node | None) -> Node | None:
    """The tree as a page shows it: only what counts towards the total itself says how much it brings."""
    if node is None:
        return None
    return replace(node, children=tuple(replace(child, children=_without_points(child)) for child in node.children))


def lines_of(node: Node, depth: int = 0) -> Iterator[tuple[int, Node]]:
    """The tree from top to bottom with the depth of each node, for paper: lines that lost nothing are left out."""
    for child in node.children:
        lost = child.full is None or child.value is None or child.value != child.full
        if child.children or lost or depth < SHALLOW:
            yield depth, child
            yield from lines_of(child, depth + 1)


def _without_points(node: Node) -> tuple[Node, ...]:
    return tuple(replace(child, contribution=None, children=_without_points(child)) for child in node.children)


def _words(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _figure(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
