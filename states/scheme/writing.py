"""Plain values → the YAML that a person would write: short things on one line, long ones one line each."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

from states.scheme.reading import NOTHING, NUMBER, TRUTHS

LONGEST = 110
STEP = 2
PLAIN = re.compile(r"[^\W\d_][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff:#,\[\]{}\"'`%@&*!|>?\\]*")
"""Words that need no quotes anywhere, in brackets or out of them."""
ODD = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def scalar(value: Any) -> str:
    """One plain value: words in quotes only where they would be read as something else."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return _words(str(value))


def _words(text: str) -> str:
    safe = PLAIN.fullmatch(text) and text == text.strip() and "  " not in text
    if safe and text not in TRUTHS and text not in NOTHING and not NUMBER.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return ODD.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def inline(value: Any) -> str:
    """A value on one line, collections in brackets."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(str(key))}: {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(inline(one) for one in value) + "]"
    return scalar(value)


def fits(value: Any) -> bool:
    """Whether a value reads well on one line."""
    if not isinstance(value, (dict, list, tuple)):
        return True
    if not value:
        return True
    parts = value.values() if isinstance(value, dict) else value
    if any(_holds_groups(one) for one in parts) or (not isinstance(value, dict) and _holds_groups(value)):
        return False
    return len(inline(value)) <= LONGEST


def _holds_groups(value: Any) -> bool:
    """A list of groups deserves lines of its own."""
    return isinstance(value, (list, tuple)) and any(isinstance(one, (dict, list, tuple)) for one in value)


def pair(key: str, value: Any, column: int) -> str:
    """`key: value` for a block mapping whose keys stand in this column; no newline at the end."""
    return f"{scalar(key)}:{after_key(value, column)}"


def after_key(value: Any, column: int) -> str:
    """What follows the colon of a key in this column, the leading blank or line break included."""
    if fits(value):
        return f" {inline(value)}"
    inner = column + STEP
    if isinstance(value, dict):
        return "".join(f"\n{' ' * inner}{pair(str(key), one, inner)}" for key, one in value.items())
    return "".join(f"\n{' ' * inner}{entry(one, inner)}" for one in value)


def entry(value: Any, column: int) -> str:
    """`- value` for a block list whose dashes stand in this column."""
    if fits(value) or not isinstance(value, dict):
        return f"- {inline(value)}"
    inner = column + STEP
    lines = [pair(str(key), one, inner) for key, one in value.items()]
    return "- " + f"\n{' ' * inner}".join(lines)
