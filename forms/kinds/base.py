"""What every question of a form offers, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from states.errors import Message

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.base import Text

Answers = dict[str, Any]


def name_of(code: str) -> str:
    """The field of a question. The prefix keeps codes such as `data` or `validate` harmless."""
    return f"q_{code}"


def labelled(sentence: str, item: Text) -> Any:
    """A label that is a message: WTForms keeps it as it is, the edge translates it."""
    return Message(sentence, item=item)


class Question(Protocol):
    """One question: its fields, and the way from fields to answers and back."""

    def fields(self, locale: str) -> dict[str, Any]:
        """The fields by name, in the order of the page, labelled in this language."""
        ...

    def read(self, form: Form) -> Answers:
        """Its part of the answers; what was skipped is absent."""
        ...

    def show(self, answers: Answers) -> dict[str, Any]:
        """The data of its fields that say these answers."""
        ...

    def check(self, form: Form) -> None:
        """Put what a submission lacks into the errors of the fields (a draft may lack it)."""
        ...

    def sound(self, answers: Answers) -> Answers:
        """Its part of the answers as far as it can be scored: a draft may hold anything."""
        ...


def part_of(answers: Answers, code: str) -> dict[str, Any]:
    """The answer under a code where it has parts; nothing where it is missing or of another shape."""
    answer = answers.get(code)
    return answer if isinstance(answer, dict) else {}


def word_of(answers: Answers, code: str) -> str:
    """The answer under a code where it is a text; nothing otherwise."""
    answer = answers.get(code)
    return answer if isinstance(answer, str) else ""


def refuse(field: Any, fault: Message) -> None:
    """Put a message beside a field; it is translated at the edge."""
    field.errors = [*field.errors, fault]
