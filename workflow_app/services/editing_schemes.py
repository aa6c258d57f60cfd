"""What HR changed in the editor of a draft: fields, one button, or the text itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from states.scheme import SchemeErrors, load_scheme
from states.scheme.inputs import apply_changes
from states.scheme.steps import Step, take
from workflow_app.access import require
from workflow_app.services.publishing import save_draft

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from states.permissions import Actor
    from states.scheme.reading import Fault, Path
    from workflow_app.models import SchemeVersion


@dataclass(frozen=True)
class Edit:
    """One sending of the editor's page.

    `text`: the text as it stands in its box; `seen`: the text that the fields showed; `typed`: the words
    in the fields by name; `step`: the button that was pressed, if it changes anything.
    """

    text: str
    seen: str
    typed: Mapping[str, list[str]] = field(default_factory=dict)
    step: Step | None = None


def edited(edit: Edit) -> tuple[str, Path]:
    """The text with the fields and the step brought into it, and the place to look at next.

    Refuses (invalid) where the text has mistakes of form and something other than the text was changed.
    """
    text = apply_changes(edit.text, edit.seen, edit.typed) if edit.typed else edit.text
    return take(text, edit.step) if edit.step else (text, ())


def save_edit(draft: SchemeVersion, edit: Edit, *, revision: int, actor: Actor, now: datetime) -> Path:
    """Keep an edit in the draft, faulty or not. Refuses as `edited` and `save_draft` do."""
    require(actor, "manage_schemes")
    text, place = edited(edit)
    save_draft(draft, text, revision=revision, actor=actor, now=now)
    return place


def faults_in(text: str) -> list[Fault]:
    """Every fault of a text as (line, path, message), in the order of its lines."""
    try:
        load_scheme(text)
    except SchemeErrors as errors:
        return errors.faults
    return []
