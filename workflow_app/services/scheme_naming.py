"""What a scheme's text calls itself, as far as it can be read: a draft has a name while it is still faulty."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from states.scheme.reading import Unreadable, read_document

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
TITLE_LENGTH = 200


class Naming(NamedTuple):
    """Code and titles, as the columns of a scheme version keep them."""

    code: str
    title_zh: str
    title_en: str


NOTHING = Naming("unnamed", "未命名方案", "Scheme without a title")


def naming_of(text: str, *, before: Naming | None = None) -> Naming:
    """The code and titles in a text; what cannot be read in it stays as it was `before`."""
    known = before or NOTHING
    try:
        values = read_document(text).values
    except Unreadable:
        return known
    title = values.get("title")
    titles = title if isinstance(title, dict) else {}
    code = values.get("code")
    return Naming(
        code if isinstance(code, str) and CODE.fullmatch(code) else known.code,
        _words(titles.get("zh"), known.title_zh),
        _words(titles.get("en"), known.title_en),
    )


def _words(found: Any, before: str) -> str:
    words = found.strip() if isinstance(found, str) else ""
    return words[:TITLE_LENGTH] if words and "\0" not in words else before
