"""Faults in what makes figures comparable: scales, thresholds, populations, bands, actions, coverage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any

from states.errors import Message
from states.scheme.reading import Path
from states.scheme.values import at, codes_of, entries, known, number, word

Found = Iterator[tuple[Path, Message]]


def scales(values: dict[str, Any]) -> Found:
    """No two levels of a scale have one value; a recommendation has a range."""
    for code, scale in entries(values, "scales"):
        seen: set[Any] = set()
        for nth, level in entries(scale, "levels"):
            value = number(at(level, "value"))
            if value is not None and value in seen:
                yield ("scales", code, "levels", nth), Message("The value %(found)s stands twice in this scale.", found=value)
            seen.add(value)
    for code, form in entries(values, "forms"):
        low, high = (number(at(form, "recommendation", key)) for key in ("lowest", "highest"))
        if at(form, "recommendation") is not None and (low or 0) >= (10 if high is None else high):
            yield ("forms", code, "recommendation"), Message("“lowest” must be below “highest”.")


def thresholds(values: dict[str, Any]) -> Found:
    """Each line asks less than the one before it; else it is never reached."""
    for code, form in entries(values, "forms"):
        before: Decimal | None = None
        for nth, line in entries(form, "thresholds", "lines"):
            limit = number(at(line, "at_least"))
            limit = number(at(line, "above")) if limit is None else limit
            if limit is not None and before is not None and limit > before:
                yield ("forms", code, "thresholds", "lines", nth), Message(
                    "This line asks %(found)s after one that asks %(before)s; write the highest first.", found=limit, before=before
                )
            before = limit if limit is not None else before


def upwards(values: dict[str, Any]) -> Found:
    """Merging upwards never runs in a circle."""
    groups = entries(values, "populations")
    steps = {word(at(group, "code")): word(at(group, "upwards")) for _, group in groups}
    for place, group in groups:
        start = word(at(group, "code"))
        here, passed = steps.get(start) if start else None, 0
        while here is not None and here != start and passed <= len(steps):
            here, passed = steps.get(here), passed + 1
        if here is not None and here == start:
            yield ("populations", place, "upwards"), Message("Merging “%(found)s” upwards runs in a circle.", found=start)


def lines(values: dict[str, Any]) -> Found:
    """Score lines fall from the best band to the worst; the best has no ceiling, the worst no floor."""
    here: Path = ("distribution", "bands")
    bands = entries(values, *here)
    for key, wrong in (("below", 0), ("at_least", len(bands) - 1)):
        before: Decimal | None = None
        for nth, (place, band) in enumerate(bands):
            line = number(at(band, key))
            if line is None:
                continue
            path = (*here, place, key)
            if nth == wrong:
                yield path, Message("“%(key)s” cannot stand here: there is no band to move to.", key=key)
            if before is not None and line > before:
                yield path, Message("“%(key)s” is %(found)s; a better band has %(before)s.", key=key, found=line, before=before)
            before = line
    for place, band in bands:
        low, high = number(at(band, "at_least")), number(at(band, "below"))
        if low is not None and high is not None and low >= high:
            yield (*here, place), Message("A band of at least %(low)s and below %(high)s is empty.", low=low, high=high)


def next_to_each_other(values: dict[str, Any]) -> Found:
    """What moves people up out of a band does not bar them from the next, by its line or by a sanction."""
    here: Path = ("distribution", "bands")
    for (_, better), (place, band) in pairwise(entries(values, *here)):
        low, high = number(at(better, "at_least")), number(at(band, "below"))
        if low is not None and high is not None and high < low:
            yield (*here, place, "below"), Message(
                "“below” is %(high)s, but the next better band asks at least %(low)s: totals between them fit neither.",
                high=high, low=low,
            )
        if at(band, "barred_by_sanction") is True and at(better, "barred_by_sanction") is not True:
            yield (*here, place, "barred_by_sanction"), Message("A sanction that bars this band must bar the better one too.")


def actions(values: dict[str, Any]) -> Found:
    """Every action says when it is proposed."""
    for place, action in entries(values, "actions"):
        when = at(action, "when")
        if isinstance(when, dict) and not any(when.get(key) not in (None, [], False) for key in when):
            yield ("actions", place, "when"), Message(
                "This action is never proposed; allowed: bands, top_percent, last_percent, over_total."
            )


def coverage(values: dict[str, Any]) -> Found:
    """A number of records goes with the kinds that are counted; a bonus' limits fit together."""
    here: Path = ("composition", "coverage")
    if number(at(values, *here, "least")) and not entries(values, *here, "kinds"):
        yield here, Message("“least” needs “kinds”: which records are counted?")
    bonus = {key: number(at(values, "composition", "bonus", key)) for key in ("least", "most")}
    if bonus["least"] is not None and bonus["least"] > (10 if bonus["most"] is None else bonus["most"]):
        yield ("composition", "bonus"), Message("The least bonus is greater than the most.")


def presets(values: dict[str, Any]) -> Found:
    """Other titles are for bands that there are."""
    codes = codes_of(values, "distribution", "bands")
    for name, preset in entries(values, "distribution", "title_presets"):
        for band, _ in entries(preset):
            yield from known(("distribution", "title_presets", name, band), band, codes)


CHECKS: tuple[Callable[[dict[str, Any]], Found], ...] = (
    scales, thresholds, upwards, lines, next_to_each_other, actions, coverage, presets,
)  # fmt: skip
