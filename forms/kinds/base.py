"""What every question of a form offers, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from forms.fields import About
from states.errors import N_, Message
from states.scheme.questions import NOT_APPLICABLE

if TYPE_CHECKING:
    from wtforms import Form

    from states.scheme.base import Text
    from states.scheme.questions import Asked, Option, QuestionSpec, When

Answers = dict[str, Any]
NOT_APPLICABLE_TITLE = N_("Not applicable")
UNCHOSEN = Message("Choose one of the answers.")


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


def list_of(answers: Answers, code: str) -> list[str]:
    """The answer under a code where it is a list of texts, each once; nothing otherwise."""
    answer = answers.get(code)
    texts = [one for one in answer if isinstance(one, str)] if isinstance(answer, list) else []
    return list(dict.fromkeys(texts))


def refuse(field: Any, fault: Message) -> None:
    """Put a message beside a field; it is translated at the edge."""
    field.errors = [*field.errors, fault]


def require(form: Form, spec: Asked, fault: Message) -> None:
    """Refuse a required question that was left alone; what is wrong with it already says enough."""
    field: Any = form[name_of(spec.code)]
    if spec.required and not field.data and not field.errors:
        refuse(field, fault)


def about(spec: QuestionSpec, locale: str, **more: str) -> About:
    """What the field of a question tells the page about it."""
    return About(spec.kind, spec.help.in_(locale) if spec.help else "", spec.required, spec.when, **more)


def offered(options: tuple[Option, ...], locale: str, *, not_applicable: bool) -> list[tuple[str, Any]]:
    """The choices of a question, “not applicable” the last."""
    choices: list[tuple[str, Any]] = [(one.code, one.title.in_(locale)) for one in options]
    return [*choices, (NOT_APPLICABLE, NOT_APPLICABLE_TITLE)] if not_applicable else choices


def when_data(when: When | None) -> dict[str, str]:
    """The condition as data of an element, for a script that reveals what the server would ask."""
    if when is None:
        return {}
    said = {
        "data-when": name_of(when.question), "data-is": " ".join(when.values),
        "data-at-least": "" if when.at_least is None else format(when.at_least, "f"),
        "data-at-most": "" if when.at_most is None else format(when.at_most, "f"),
    }  # fmt: skip
    return {key: value for key, value in said.items() if value}
