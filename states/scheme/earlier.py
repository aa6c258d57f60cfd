"""Scheme texts of earlier versions: the keys they were written with, put into today's shape.

A published text is never changed, so the loader goes on reading what version 0.1.0 wrote.
"""

from __future__ import annotations

from typing import Any

LISTS = ("training", "talent_pool")
WISHES = "training_wishes"
"""What these actions and this text were called was what put them on a list."""
OLD_PARTS = ("inspections", "monthly", "year_end")


def in_todays_shape(values: dict[str, Any]) -> dict[str, Any]:
    """The same values with the composition of 0.1.0 as a list of parts, and its lists marked; others untouched."""
    old = values.get("composition")
    if not isinstance(old, dict) or "parts" in old or not all(isinstance(old.get(key), dict) for key in OLD_PARTS):
        return values
    kept = {key: value for key, value in old.items() if key not in (*OLD_PARTS, "least_months")}
    parts = [_inspections(old["inspections"]), _monthly(old["monthly"]), _year_end(old["year_end"])]
    coverage = {"kinds": old["monthly"].get("kinds", []), "least": old.get("least_months", 6)}
    return _on_lists({**values, "composition": {**kept, "parts": parts, "coverage": coverage}})


def _on_lists(values: dict[str, Any]) -> dict[str, Any]:
    actions, forms = values.get("actions"), values.get("forms")
    found = dict(values)
    if isinstance(actions, list):
        found["actions"] = [_marked(one, "kind", LISTS, "on_list") for one in actions]
    if isinstance(forms, dict):
        found["forms"] = {code: _with_wishes(form) for code, form in forms.items()}
    return found


def _with_wishes(form: Any) -> Any:
    if not isinstance(form, dict) or not isinstance(form.get("texts"), list):
        return form
    return {**form, "texts": [_marked(one, "code", (WISHES,), WISHES) for one in form["texts"]]}


def _marked(entry: Any, key: str, names: tuple[str, ...], mark: str) -> Any:
    if not isinstance(entry, dict) or entry.get(key) not in names:
        return entry
    return {mark: True if mark == WISHES else entry[key], **entry}


def _inspections(old: dict[str, Any]) -> dict[str, Any]:
    return {"code": "inspections", **old}


def _monthly(old: dict[str, Any]) -> dict[str, Any]:
    weigh = "by_whole_months" if old.get("part_months") == "whole" else "by_days"
    return {**_of_one_pool("monthly", old), "flagged": False} | {"pools": [_pool("months", old, weigh)]}


def _year_end(old: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, **_of_one_pool("year_end", old)} | {"pools": [_pool("year", old, "equally")]}


def _of_one_pool(code: str, old: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, **{key: value for key, value in old.items() if key not in {"kinds", "part_months"}}}


def _pool(code: str, old: dict[str, Any], weigh: str) -> dict[str, Any]:
    return {"code": code, "title": old.get("title"), "kinds": old.get("kinds"), "weigh": weigh}
