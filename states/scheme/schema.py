"""The JSON Schema of scheme files: what an editor needs to complete and check one while it is typed."""

from __future__ import annotations

from typing import Any

from states.scheme.base import Text
from states.scheme.model import Scheme
from states.scheme.wording import meaning_of_key, title_of_choice, title_of_key

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIMITS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""Limits that stand behind a check of their own come out under pydantic's names."""
KEYED = frozenset({"CycleKind", "DeductionForm", "KpiForm", "RatingCard", "Questionnaire", "ScoredTest", "TextForm"})
"""What the file lists under a key of its own, which is then its code."""
FILLED_IN = frozenset({(owner, "levels") for owner in ("RatingCard", "Questionnaire", "RatingSpec", "MatrixSpec")})
"""What the loader adds, and nobody writes."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of scheme files, with titles and meanings in both languages."""
    schema = Scheme.model_json_schema()
    for owner, entry in (("Scheme", schema), *schema["$defs"].items()):
        _describe(owner, entry)
    _name_limits(schema)
    return {"$schema": DIALECT, **schema, "title": "Kaoping scheme / 考评方案"}


def _describe(owner: str, entry: dict[str, Any]) -> None:
    properties = entry.get("properties", {})
    for key in [key for key in properties if (owner, key) in FILLED_IN or (owner in KEYED and key == "code")]:
        del properties[key]
    if "required" in entry:
        entry["required"] = [key for key in entry["required"] if key in properties]
    for key, place in properties.items():
        place["title"] = _both(title_of_key(owner, key))
        meaning = meaning_of_key(owner, key)
        if meaning:
            place["description"] = f"{meaning.en}\n{meaning.zh}"
        _describe_choices(key, place)


def _describe_choices(key: str, place: dict[str, Any]) -> None:
    """What each fixed choice means, beside the list of them."""
    if isinstance(place.get("enum"), list):
        words = [title_of_choice(key, str(choice)) for choice in place["enum"]]
        place["enumDescriptions"] = [_both(one) if one else "" for one in words]
    for inner in (place.get("items"), *place.get("anyOf", [])):
        if isinstance(inner, dict):
            _describe_choices(key, inner)


def _name_limits(value: Any) -> None:
    if isinstance(value, list):
        for one in value:
            _name_limits(one)
    elif isinstance(value, dict):
        for ours, theirs in LIMITS.items():
            if isinstance(value.get(ours), (int, float)):
                value[theirs] = value.pop(ours)
        if value.pop("max_digits", None) is not None:
            # A decimal: pydantic would take its digits as text too, but a file has figures.
            value.pop("decimal_places", None)
            value.pop("anyOf", None)
            value["type"] = "number"
        for one in value.values():
            _name_limits(one)


def _both(words: Text) -> str:
    return f"{words.en} / {words.zh}"
