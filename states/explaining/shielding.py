"""What a review's figures came from, without what would tell of too few people (docs/explanation.md, `made_of`).

A group's number is not told below the least that counts, nor its interval below the least to show; what a single
question of a questionnaire brought to a key figure is told only where that question may be shown by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def shielded(made_of: Mapping[str, Any], *, shown: Collection[str], least: int, published: str = "") -> dict[str, Any]:
    """The same tree; `shown` are the questions (`form:item`) that may be told, `least` how many answers it takes to show.

    `published` is the questionnaire of which it was decided what may be told: of that one, nothing else is.
    """
    return dict(made_of) | {"stages": [_stage(one, shown, least, published) for one in made_of.get("stages", ())]}


def _stage(stage: Mapping[str, Any], shown: Collection[str], least: int, published: str) -> dict[str, Any]:
    held = dict(stage)
    if "group" in held:
        held["group"] = _group(held["group"], least)
        form = str((held.get("form") or {}).get("code") or "")
        if form and form == published and "items" in held["group"]:
            told = [one for one in held["group"]["items"] if f"{form}:{one['code']}" in shown]
            held["group"] = {key: value for key, value in held["group"].items() if key != "items"} | ({"items": told} if told else {})
    if "filled" in held:
        held["filled"] = [dict(one) | {"rows": [_row(row, shown) for row in one["rows"]]} for one in held["filled"]]
    return held


def _group(group: Mapping[str, Any], least: int) -> dict[str, Any]:
    held = dict(group)
    number = held.get("count") or 0
    if 0 < number < held["least"]:
        held["count"] = None
        held |= {key: None for key in ("answered", "left_out") if key in held}
    if number < least and "interval" in held:
        held["interval"] = None
    return held


def _row(row: Mapping[str, Any], shown: Collection[str]) -> dict[str, Any]:
    source = str(row.get("source") or "")
    if ":" not in source or source in shown or "actual" not in row:
        return dict(row)
    return {key: value for key, value in row.items() if key != "actual"} | {"withheld": True}
