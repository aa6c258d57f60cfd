"""Schemes with something wrong in them: values and texts changed at a random place."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from states.scheme import builtin_scheme_codes, builtin_scheme_text
from states.scheme.reading import read_document

if TYPE_CHECKING:
    from random import Random

DOCUMENTS = {code: read_document(builtin_scheme_text(code)) for code in builtin_scheme_codes()}
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 7, 100, 101, 10**17, Decimal("0.000001"), Decimal("-0.5"), Decimal("99.999999"), Decimal("1E+20"), "", " ",
    "x", "rest", "A", "year_end", "role:hr", "peers", "2026-02-30", "9" * 400, "名", "\u202e\x00", "a: b", [], {}, [None], [[]], [{}],
    {"zh": "甲", "en": "A"}, {"code": "x"}, {"kind": "text"}, [1, "two", {"three": 3}], {"a": {"b": {"c": []}}},
)  # fmt: skip
SMALL = """code: small
version: 1
title: {zh: 小方案, en: Small}
scales:
  three: {title: {zh: 三级, en: Three}, levels: [{value: 3, title: {zh: 好, en: Good}}, {value: 1, title: {zh: 差, en: Poor}}]}
populations:
  - {code: office, title: {zh: 职员, en: Office}}
forms:
  card: {kind: rating_card, title: {zh: 卡, en: Card}, scale: three, items: [{code: all, title: {zh: 总评, en: Overall}}]}
cycle_kinds:
  monthly:
    title: {zh: 月评, en: Monthly}
    period: month
    record_kind: monthly
    stages:
      - {code: scoring, title: {zh: 评分, en: Scoring}, actor: manager, forms: [{form: card}], days: 3, overdue: wait}
    parts: [{stage: scoring, weight: 100}]
composition:
  title: {zh: 总分, en: Total}
  parts:
    - code: monthly
      title: {zh: 月评, en: Monthly}
      weight: 100
      pools: [{code: months, title: {zh: 各月, en: Months}, kinds: [monthly], weigh: by_days}]
distribution:
  mode: guided
  bands:
    - {code: A, title: {zh: 优, en: Top}, share: 12.5}
    - {code: B, title: {zh: 良, en: Rest}, share: rest}
"""


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a tree of values."""
    found = [path] if path else []
    held = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in held:
        found += paths_of(below, (*path, key))
    return found


PATHS = {code: paths_of(document.values) for code, document in DOCUMENTS.items()}


def mutated_values(rng: Random) -> tuple[str, dict[str, Any]]:
    """The values of a shipped scheme with one to three changes."""
    code = rng.choice(sorted(DOCUMENTS))
    values = copy.deepcopy(DOCUMENTS[code].values)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        _change(values, rng.choice(PATHS[code]), code, rng)
    return code, values


def _change(values: dict[str, Any], path: tuple[Any, ...], code: str, rng: Random) -> None:
    *above, last = path
    holder: Any = values
    for step in above:
        if not _has(holder, step):
            return
        holder = holder[step]
    if _has(holder, last):
        _act(holder, last, code, rng)


def _has(holder: Any, step: Any) -> bool:
    """Whether the place is still there: an earlier change may have taken it away."""
    if isinstance(holder, dict):
        return step in holder
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _act(holder: Any, last: Any, code: str, rng: Random) -> None:
    what = rng.random()
    if what < 0.25:
        holder[last] = _likely(holder[last], rng)
    elif what < 0.4:
        del holder[last]
    elif what < 0.65:
        holder[last] = copy.deepcopy(rng.choice(ODD))
    elif what < 0.8:
        holder[last] = copy.deepcopy(_elsewhere(DOCUMENTS[code].values, rng.choice(PATHS[code])))
    elif isinstance(holder, list):
        holder.insert(rng.randint(0, len(holder)), copy.deepcopy(holder[last]))
    else:
        holder[rng.choice(("code", "odd", "kind", "title", "weight", "parts", "1", "ja"))] = copy.deepcopy(holder[last])


def _likely(value: Any, rng: Random) -> Any:
    """Another value of the same kind, as a person would write one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, Decimal)):
        return value + rng.choice((-1, 0, 1, 5))
    if isinstance(value, list):
        return rng.sample(value, len(value))
    return rng.choice(("另一名称", f"{value}", f"{value}2")) if isinstance(value, str) else value


def _elsewhere(values: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        values = values[step]
    return values


MARKS = ("\n", " ", "  ", ":", "-", "[", "]", "{", "}", ",", '"', "'", "#", "&a ", "*a", "!x ", "|", ">", "\t", "?", "%", "@", "0", "-1",
         "1e9", "true", "~", ".inf", "---\n", "...\n", "\x00", "\ufeff", "\u2028", "<<: ", "中")  # fmt: skip


def mutated_text(rng: Random) -> bytes:
    """A small sound scheme with one to four changes of its text; now and then of its bytes."""
    text = SMALL
    for _ in range(rng.choice((1, 1, 2, 3))):
        at, length = rng.randrange(len(text) or 1), rng.choice((0, 0, 1, 1, 2, 5, 30))
        lines = text.splitlines(keepends=True)
        if rng.random() < 0.3 and lines:
            rng.shuffle(lines) if rng.random() < 0.1 else lines.insert(rng.randrange(len(lines)), rng.choice(lines))
            text = "".join(lines)
        else:
            text = text[:at] + rng.choice(("", *MARKS)) + text[at + length :]
    data = bytearray(text.encode())
    if rng.random() < 0.25 and data:
        for _ in range(rng.randint(1, 3)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)
