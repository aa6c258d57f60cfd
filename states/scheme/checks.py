"""What pydantic cannot see: sums, and references from one section of the file to another.

The checks read the plain values, so they report beside the faults of shape, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from states.errors import Message
from states.scheme import asking, crossing, ranking
from states.scheme.reading import Path
from states.scheme.values import at, codes_of, entries, known, names_of, number, plain

__all__ = ["at", "check", "entries"]

Found = Iterator[tuple[Path, Message]]
FULL = 100
RESERVED = {"recommend", "comment"}


def check(values: dict[str, Any]) -> list[tuple[Path, Message]]:
    """Every fault between the sections, as (path, message)."""
    return [fault for one in (*CHECKS, *asking.CHECKS, *crossing.CHECKS, *ranking.CHECKS) for fault in one(values)]


def bands(values: dict[str, Any]) -> Found:
    """Shares make 100, or one band takes the rest; some band takes the odd seat."""
    path: Path = ("distribution", "bands")
    listed = [entry for _, entry in entries(values, *path)]
    shares = [at(entry, "share") for entry in listed]
    total = sum((number(share) or Decimal(0) for share in shares), Decimal(0))
    rests = shares.count("rest")
    if rests > 1:
        yield path, Message("“share: rest” stands %(found)s times; allowed: once.", found=rests)
    elif rests and total > FULL:
        yield path, Message("The shares make %(found)s before the rest; allowed: at most 100.", found=plain(total))
    elif listed and not rests and total != FULL:
        yield (
            path,
            Message(
                "The shares of the bands must make 100; this makes %(found)s. "
                "Change a share or write “share: rest” for one band.",
                found=plain(total),
            ),
        )
    if listed and all(at(entry, "round_down") is True for entry in listed):
        yield path, Message("At least one band must be without “round_down: true”.")


def weights(values: dict[str, Any]) -> Found:
    """The parts of the year make 100."""
    yield from _parts(("composition", "parts"), at(values, "composition", "parts"), "composition")
    for kind, entry in entries(values, "cycle_kinds"):
        yield from _parts(("cycle_kinds", kind, "parts"), at(entry, "parts"))
        for form, parts_of in entries(entry, "parts_by_form"):
            yield from _parts(("cycle_kinds", kind, "parts_by_form", form), parts_of)


def _parts(path: Path, parts: Any, what: str = "") -> Found:
    found = [number(at(part, "weight")) for _, part in entries(parts)]
    if found and None not in found:
        yield from _hundred(path, [w for w in found if w is not None], what or str(path[-1]))


def composition(values: dict[str, Any]) -> Found:
    """The year is put together from records that some kind of cycle makes, each in one pool."""
    made = [str(at(kind, "record_kind")) for _, kind in entries(values, "cycle_kinds")]
    here: Path = ("composition",)
    used: set[str] = set()
    for place, part in entries(values, *here, "parts"):
        for nth, pool in entries(part, "pools"):
            for at_kind, kind in entries(pool, "kinds"):
                path = (*here, "parts", place, "pools", nth, "kinds", at_kind)
                yield from known(path, kind, made)
                if isinstance(kind, str) and kind in used:
                    yield path, Message("“%(found)s” counts twice in the total; name it in one pool.", found=kind)
                used.add(str(kind))
    for nth, kind in entries(values, *here, "coverage", "kinds"):
        yield from known((*here, "coverage", "kinds", nth), kind, made)


def _hundred(path: Path, found: list[Decimal], what: str) -> Found:
    total = sum(found, Decimal(0))
    if total != FULL:
        yield path, Message(
            "The weights of “%(what)s” must make 100; this makes %(found)s.",
            what=what, found=plain(total),
        )  # fmt: skip


def stages(values: dict[str, Any]) -> Found:
    """Stages use forms, posts and parts that the scheme has."""
    forms, people = names_of(values, "forms"), codes_of(values, "populations")
    for kind, entry in entries(values, "cycle_kinds"):
        here: Path = ("cycle_kinds", kind)
        codes = codes_of(entry, "stages")
        for place, stage in entries(entry, "stages"):
            for use, item in entries(stage, "forms"):
                path = (*here, "stages", place, "forms", use)
                yield from known((*path, "form"), at(item, "form"), forms)
                for nth, one in entries(item, "populations"):
                    yield from known((*path, "populations", nth), one, people)
        for place, part in entries(entry, "parts"):
            yield from known((*here, "parts", place, "stage"), at(part, "stage"), codes)
        for form, parts in entries(entry, "parts_by_form"):
            path = (*here, "parts_by_form", form)
            yield from known(path, form, forms)
            for nth, part in entries(parts):
                yield from known((*path, nth, "stage"), at(part, "stage"), codes)
        for nth, test in entries(entry, "tests"):
            yield from known((*here, "tests", nth), test, forms)


def form_references(values: dict[str, Any]) -> Found:
    """Scales, borrowed items and sources of key figures exist."""
    forms, scales = names_of(values, "forms"), names_of(values, "scales")
    for code, form in entries(values, "forms"):
        here: Path = ("forms", code)
        yield from known((*here, "scale"), at(form, "scale"), scales)
        yield from _borrowed(here, form, values)
        for view, view_entry in entries(form, "views"):
            for row, row_entry in entries(view_entry, "rows"):
                source = at(row_entry, "source")
                path = (*here, "views", view, "rows", row, "source")
                yield from _source(path, source, values, forms)


def _borrowed(here: Path, form: Any, values: dict[str, Any]) -> Found:
    sheets = [
        name for name, other in entries(values, "forms")
        if at(other, "kind") == "deduction" and at(other, "areas")
    ]  # fmt: skip
    if at(form, "kind") != "deduction":
        return
    if at(form, "items_of") is None and not at(form, "areas"):
        yield here, Message("A deduction form needs “areas” or “items_of”; it has neither.")
    yield from known((*here, "items_of"), at(form, "items_of"), [str(s) for s in sheets])


def _source(path: Path, source: Any, values: dict[str, Any], forms: list[str]) -> Found:
    if not isinstance(source, str) or source in {"entered", "records"}:
        return
    form, _, item = source.partition(":")
    yield from known(path, form, ["entered", "records", *forms])
    if item and form in forms:
        rated = [one.code for one in asking.scored_places(at(values, "forms", form))]
        yield from known(path, item, rated or codes_of(values, "forms", form, "items"))


def results(values: dict[str, Any]) -> Found:
    """Actions, presets, gates and merges name bands, forms and populations that exist."""
    codes, people = codes_of(values, "distribution", "bands"), codes_of(values, "populations")
    for place, action in entries(values, "actions"):
        for nth, band in entries(action, "when", "bands"):
            yield from known(("actions", place, "when", "bands", nth), band, codes)
    presets = [str(key) for key, _ in entries(values, "distribution", "title_presets")]
    titles = at(values, "distribution", "titles")
    yield from known(("distribution", "titles"), titles, presets)
    for place, group in entries(values, "populations"):
        yield from known(("populations", place, "upwards"), at(group, "upwards"), people)
    for place, gate in entries(values, "gates"):
        for nth, form in entries(gate, "forms"):
            yield from known(("gates", place, "forms", nth), form, names_of(values, "forms"))


def repeated(values: dict[str, Any]) -> Found:
    """No two entries of a list share a code."""
    yield from _walk(values, ())


def _walk(value: Any, path: Path) -> Found:
    seen: set[str] = set()
    for key, entry in entries(value):
        code = at(entry, "code") if isinstance(value, list) else None
        if isinstance(code, str) and code in seen:
            yield (*path, key), Message("The code “%(found)s” is used twice here.", found=code)
        if isinstance(code, str):
            seen.add(code)
        if isinstance(entry, (dict, list)):
            yield from _walk(entry, (*path, key))


def answer_keys(values: dict[str, Any]) -> Found:
    """Within one form every item, row and text has a code of its own: answers go by it."""
    for code, form in entries(values, "forms"):
        here: Path = ("forms", code)
        seen: set[str] = set()
        for path, key in _answer_keys(here, form):
            if key in RESERVED or key in seen:
                yield path, Message("The code “%(found)s” is taken in this form.", found=key)
            seen.add(key)


def _answer_keys(here: Path, form: Any) -> Iterator[tuple[Path, str]]:
    sections = ("items", "texts", "sections", "questions")
    lists: list[tuple[Path, Any]] = [((*here, name), at(form, name)) for name in sections]
    for outer, inner in (("areas", "items"), ("views", "rows"), ("questions", "rows")):
        for place, group in entries(form, outer):
            lists.append(((*here, outer, place, inner), at(group, inner)))
    for path, listed in lists:
        for place, entry in entries(listed):
            if isinstance(at(entry, "code"), str):
                yield (*path, place), at(entry, "code")


def methods(values: dict[str, Any]) -> Found:
    """A shrunk mean needs its prior and weight; a threshold exactly one limit."""
    for code, form in entries(values, "forms"):
        here: Path = ("forms", code)
        method = at(form, "method")
        needs = [key for key in ("prior", "weight") if at(method, key) is None]
        if at(method, "name") == "shrunk" and needs:
            yield (*here, "method"), Message("The method “shrunk” also needs: %(missing)s.", missing=", ".join(needs))
        for place, line in entries(form, "thresholds", "lines"):
            if (at(line, "at_least") is None) == (at(line, "above") is None):
                path = (*here, "thresholds", "lines", place)
                yield path, Message("A threshold needs one of “at_least” and “above”.")


CHECKS: tuple[Callable[[dict[str, Any]], Found], ...] = (
    bands, weights, composition, stages, form_references, results, repeated, answer_keys,
    methods,
)  # fmt: skip
