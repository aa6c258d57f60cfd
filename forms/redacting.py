"""Hiding words of a customer's free answer."""

from typing import Any

from wtforms import BooleanField, Form, StringField, TextAreaField
from wtforms.validators import InputRequired

from forms.limits import AtMost
from states.errors import N_, Message, Refusal


class RedactionForm(Form):
    """Which words, or all of them, and why."""

    words = TextAreaField(
        N_("Words to hide"), [AtMost(2000)], description=N_("One to a line, as they stand in the answer: a name, a number, a day.")
    )
    whole = BooleanField(N_("Hide the whole answer"))
    reason = StringField(N_("Why it is hidden"), [InputRequired(N_("Say why these words are hidden.")), AtMost(500)])

    @property
    def lines(self) -> list[str]:
        """The words, one entry a line."""
        return [line for line in (self.words.data or "").splitlines() if line.strip()]

    def check(self) -> None:
        """Refuse (invalid) what the fields do not allow."""
        if not self.validate():
            faults: list[Any] = [message for found in self.errors.values() for message in found]
            raise Refusal([one if isinstance(one, Message) else Message(one) for one in faults])
