"""Messages on a terminal, in either language, without an application around them."""

from __future__ import annotations

from typing import Any

import click

from states.errors import Message
from workflow_app.i18n import CATALOGUES, DEFAULT_LOCALE, load_catalogue

LANGUAGE = click.option(
    "--language", type=click.Choice(["en", DEFAULT_LOCALE]), default="en", show_default=True, help="The language to answer in."
)


class Teller:
    """Says messages and bilingual texts in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = load_catalogue(CATALOGUES, language)

    def say(self, said: Any) -> str:
        """A message with everything in it, a text, or a plain value."""
        if isinstance(said, Message):
            sentence = self._words.gettext(said.key)
            data = {name: self.say(value) for name, value in said.data.items()}
            return sentence % data if data else sentence.replace("%%", "%")
        return str(said.in_(self.language)) if hasattr(said, "in_") else str(said)
