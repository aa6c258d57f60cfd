"""Reading what was answered: a number, a rating. Answers come as JSON: every number a string."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from states.errors import Message, Refusal
from states.scheme.forms import Rated
from states.scheme.questions import NOT_APPLICABLE

Answers = Mapping[str, Any]
PLAIN_NUMBER = re.compile(r"(?=.{1,30}\Z)[+-]?(\d+\.?\d*|\.\d+)")


def figure(value: object, code: str) -> Fraction | None:
    """A number of an answer, or None where it is blank; `Refusal` where it is no number."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    if not PLAIN_NUMBER.fullmatch(text):
        raise Refusal(
            Message("“%(found)s” is not a number. Enter digits, such as 88 or 79.5.",
                    found=text[:40], field=code)
        )  # fmt: skip
    return Fraction(text)


def rating(form: Rated, answers: Answers, code: str) -> Fraction | None:
    """The rating given to an item; None where it was skipped or is not applicable."""
    given = answers.get(code)
    if given in {None, "", NOT_APPLICABLE}:
        return None
    known = form.ratings.get(given) if isinstance(given, str) else None
    if known is not None:
        return known
    value = figure(given, code)
    if value is None or value not in form.ratings.values():
        raise Refusal(Message("Choose one of the answers offered.", field=code))
    return value
