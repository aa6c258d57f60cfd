"""The reference of the scheme file, made from the model: every section with an example, every key with its meaning."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

from states.scheme.schema import json_schema
from states.scheme.wording import meaning_of_key, title_of_choice, title_of_key

HEAD = """# The scheme file · 方案文件

*This page is made from the code (`kaoping docs scheme`) and checked against it.*
*本页由程序生成（`kaoping docs scheme`），并与程序保持一致。*

A scheme file says everything about an appraisal: forms, stages, weights, bands, and what follows. It is
plain text (YAML, UTF-8): a key, a colon, a value; what belongs below stands two spaces further right; a
dash begins an entry of a list. Titles stand in both languages: `{zh: 优秀, en: Excellent}`. The program
goes by codes alone, so a title can change at any time. There are no formulas and no programs in it.

方案文件写明考核的全部内容：表单、环节、权重、等级及结果应用。它是纯文本（YAML，UTF-8）：键、冒号、值；
下一层向右缩进两格；列表每项以短横开头。名称用中英文书写。程序只认代码，名称可随时更改。文件中没有公式，也没有程序。

```sh
kaoping scheme show annual_review > mine.yaml   # start from one of the schemes that Kaoping ships
kaoping scheme check mine.yaml                  # every fault with its line, what was found, what is allowed
kaoping scheme diff annual_review mine.yaml     # what differs, in words
kaoping scheme schema > scheme.json             # for editors that complete and check while you type
```

The examples below, put together, are one sound scheme. 以下各例合起来是一份完整可用的方案。
"""
REF = "#/$defs/"


def reference_page() -> str:
    """The whole page as Markdown."""
    return _Page().text()


def example_text() -> str:
    """The scheme that the examples of the page make together."""
    return (resources.files("states.scheme") / "reference.yaml").read_text("utf-8")


class _Page:
    """One pass over the sections; a kind of entry is explained where it first occurs."""

    def __init__(self) -> None:
        self.schema = json_schema()
        self.told: set[str] = set()
        self.examples = _by_section(example_text())

    def text(self) -> str:
        sections = [self._section(key, place) for key, place in self.schema["properties"].items()]
        return HEAD + "".join(sections)

    def _section(self, key: str, place: dict[str, Any]) -> str:
        title = title_of_key("Scheme", key)
        lines = [f"\n## `{key}` · {title.en} · {title.zh}\n", *_meaning("Scheme", key)]
        lines.append(f"\nValue · 值: {self._value(key, place)}{self._optional(place, key, self.schema)}\n")
        if key in self.examples:
            lines.append(f"\n```yaml\n{self.examples[key]}```\n")
        for owner in _classes(place):
            lines += self._class(owner)
        return "".join(lines)

    def _class(self, owner: str) -> list[str]:
        """The keys of one kind of entry, and of what stands inside it."""
        if owner in self.told or owner == "Text":
            return []
        self.told.add(owner)
        entry = self.schema["$defs"][owner]
        lines = [f"\n### {_spaced(owner)}\n\n| key · 键 | | value · 值 | meaning · 含义 |\n|---|---|---|---|\n"]
        for key, place in entry["properties"].items():
            title = title_of_key(owner, key)
            value = self._value(key, place) + self._optional(place, key, entry)
            meaning = meaning_of_key(owner, key)
            words = f"{meaning.en} {meaning.zh}" if meaning else ""
            lines.append(f"| `{key}` | {title.en} · {title.zh} | {value} | {words} |\n")
        for place in entry["properties"].values():
            for inner in _classes(place):
                lines += self._class(inner)
        return lines

    def _value(self, key: str, place: dict[str, Any]) -> str:
        """What may stand there, in words."""
        if "$ref" in place:
            return _link(place["$ref"])
        if "const" in place or "enum" in place:
            return ", ".join(_choice(key, one) for one in place.get("enum", [place.get("const")]))
        inner = place.get("oneOf") or [one for one in place.get("anyOf", []) if one.get("type") != "null"]
        if inner:
            return " / ".join(self._value(key, one) for one in inner)
        if place.get("type") == "array":
            return f"list of · 列表: {self._value(key, place['items'])}"
        if place.get("type") == "object":
            below = place.get("additionalProperties") or next(iter(place["patternProperties"].values()))
            return f"by code · 按代码: {self._value(key, below)}"
        return _plain(place)

    @staticmethod
    def _optional(place: dict[str, Any], key: str, entry: dict[str, Any]) -> str:
        if key in entry.get("required", []):
            return " — required · 必填"
        default = place.get("default")
        if default in (None, [], {}, "") or isinstance(default, dict):
            return ""
        return f" — else · 默认 `{str(default).lower() if isinstance(default, bool) else default}`"


def _meaning(owner: str, key: str) -> list[str]:
    found = meaning_of_key(owner, key)
    return [f"\n{found.en}\n{found.zh}\n"] if found else []


def _classes(place: Any) -> list[str]:
    """The kinds of entries that a place refers to, each once, in order."""
    found: list[str] = []
    if isinstance(place, dict):
        if str(place.get("$ref", "")).startswith(REF):
            found.append(place["$ref"].removeprefix(REF))
        for key, one in place.items():
            if key != "discriminator":
                found += _classes(one)
    elif isinstance(place, list):
        for one in place:
            found += _classes(one)
    return list(dict.fromkeys(found))


def _choice(key: str, value: object) -> str:
    words = title_of_choice(key, str(value))
    return f"`{value}` {words.en} {words.zh}" if words else f"`{value}`"


def _plain(place: dict[str, Any]) -> str:
    kind = place.get("type")
    if kind in {"integer", "number"}:
        low = place.get("minimum", place.get("exclusiveMinimum"))
        high = place.get("maximum", place.get("exclusiveMaximum"))
        limits = f" {low:g}–{high:g}" if low is not None and high is not None else ""
        return ("whole number · 整数" if kind == "integer" else "number · 数字") + limits
    if kind == "boolean":
        return "`true` / `false`"
    pattern = str(place.get("pattern", ""))
    if pattern.startswith("^role:"):
        return "`role:` and a role's code · `role:` 加角色代码"
    if place.get("format") == "date":
        return "a day such as `2026-05-01` · 日期"
    return "code · 代码" if pattern.startswith("^[a-z]") and ":" not in pattern else "text · 文字"


def _link(reference: str) -> str:
    owner = reference.removeprefix(REF)
    if owner == "Text":
        return "title in both languages · 中英文名称"
    words = _spaced(owner)
    return f"[{words}](#{words.lower().replace(' ', '-')})"


def _spaced(owner: str) -> str:
    """A class's name as words: Composition part."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", owner.removesuffix("Spec"))
    return words.capitalize().replace("Kpi", "KPI")


def _by_section(text: str) -> dict[str, str]:
    """The example cut at its top-level keys."""
    pieces = re.split(r"(?m)^(?=[a-z_]+:)", text)
    return {piece.partition(":")[0]: piece for piece in pieces if piece}
