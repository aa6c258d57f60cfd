"""An answer in the words of its question."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from workflow_app import formats
from workflow_app.i18n import locale_code, t

if TYPE_CHECKING:
    from forms.builder import SchemeForm
    from workflow_app.survey_pages.blocks import Block


@dataclass(frozen=True)
class Said:
    """One question of the review page; `lines` are its parts (the rows of a matrix) with their answers in words."""

    block: Block
    title: str
    lines: list[tuple[str, str]]


def said_in(form: SchemeForm, block: Block) -> Said:
    """What was answered to a question; blank where it was skipped."""
    lines = [(t(form[name].label.text), words_of(form[name], block.kind)) for name in block.names]
    return Said(block, t(block.asked.title), lines)


def words_of(field: Any, kind: str) -> str:
    """The answer in a field as the page said it; what no browser would send stays as it is."""
    if hasattr(field, "iter_choices"):
        between = "、" if locale_code() == "zh" else ", "
        return between.join(t(choice[1]) for choice in field.iter_choices() if choice[2])
    text = str(field.data or "")
    if kind != "date" or not text:
        return text
    try:
        return formats.day(date.fromisoformat(text))
    except ValueError:
        return text
