"""What WTForms says by itself, in words that the catalogues know."""

from __future__ import annotations

from typing import Any

from wtforms.validators import Length, StopValidation

from forms.validators import unsafe
from states.errors import N_

WORDS = (N_("Not a valid date value."), N_("Not a valid choice."), N_("Not a valid integer value."))
"""WTForms says these in its fields; marked here, they are translated like every other sentence."""


class AtMost(Length):
    """A text of at most so many characters, none of which would be unreadable once stored."""

    def __init__(self, limit: int) -> None:
        super().__init__(max=limit)

    def __call__(self, _form: Any, field: Any) -> None:
        fault = unsafe(field.data or "", longest=self.max)
        if fault is not None:
            raise StopValidation(fault)  # type: ignore[arg-type]  # messages are translated at the edge
