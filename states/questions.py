"""Which questions of a form apply, given the answers so far: the server's word, whatever a page showed (scheme §2).

A question that hangs on a hidden one is hidden. Conditions look back only (the checks of a scheme see to it), so
one pass in the order of the page settles all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from states.scheme.forms import Form
    from states.scheme.questions import When

Answers = Mapping[str, Any]


def applicable(form: Form, answers: Answers) -> frozenset[str]:
    """The codes of the questions that apply; a table applies where any of its rows does."""
    found: set[str] = set()
    kept: dict[str, Any] = {}
    for one, table in form.fields:
        if not (_holds(one.when, kept) and (table is None or _holds(table.when, kept))):
            continue
        found.add(one.code)
        if table is not None:
            found.add(table.code)
        if one.code in answers:
            kept[one.code] = answers[one.code]
    return frozenset(found)


def without_hidden(form: Form, answers: Answers) -> dict[str, Any]:
    """The answers without those to questions that do not apply; what the form does not ask this way stays."""
    if not form.conditional:
        return dict(answers)
    hidden = {one.code for one, _ in form.fields} - applicable(form, answers)
    return {code: answer for code, answer in answers.items() if code not in hidden}


def unanswered_required(form: Form, answers: Answers) -> tuple[str, ...]:
    """The codes of the questions that apply, have to be answered and are not, in page order."""
    missing = [one.code for one, _ in form.fields if one.required and answers.get(one.code) in (None, "", [])]
    if not missing:
        return ()
    apply = applicable(form, answers)
    return tuple(code for code in missing if code in apply)


def _holds(when: When | None, answers: Answers) -> bool:
    """Whether an earlier answer makes a question apply; a question without an answer makes none."""
    if when is None:
        return True
    answer = answers.get(when.question)
    if when.values:
        return any(one in when.values for one in (answer if isinstance(answer, list) else [answer]))
    figure = _figure(answer)
    if figure is None:
        return False
    return (when.at_least is None or figure >= when.at_least) and (when.at_most is None or figure <= when.at_most)


def _figure(answer: object) -> Decimal | None:
    if not isinstance(answer, str):
        return None
    try:
        figure = Decimal(answer)
    except InvalidOperation:
        return None
    return figure if figure.is_finite() else None
