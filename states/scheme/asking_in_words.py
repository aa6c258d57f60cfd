"""When a question is asked, and what else it is, in words: for pages that show a form instead of filling it in."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from typing import TYPE_CHECKING

from states.errors import Message
from states.scheme.base import Text
from states.scheme.questions import (
    NOT_APPLICABLE,
    Asked,
    MultipleChoiceSpec,
    RatedItem,
    RatingSpec,
    SingleChoiceSpec,
    YesNoSpec,
)
from states.scheme.values import plain

if TYPE_CHECKING:
    from states.scheme.forms import Form
    from states.scheme.questions import When

Words = Text | Message | str
YES, NO, NEITHER = Message("Yes"), Message("No"), Message("Not applicable")


def notes_on(form: Form, asked: Asked) -> list[Words]:
    """What a reader of the form should know of a question besides its title: when, how it counts, what it offers."""
    found: list[Words] = [asked.help] if asked.help else []
    if asked.when:
        found.append(condition(form, asked.when))
    if isinstance(asked, RatedItem):
        found += [Message("counted the other way round")] if asked.reversed else []
        found += [Message("weight %(weight)s", weight=plain(asked.weight))] if asked.weight != Decimal(1) else []
        found += [Message("not scored")] if _is_aside(form, asked) else []
        own = asked.levels if isinstance(asked, RatingSpec) and asked.levels != getattr(form, "levels", ()) else ()
        found += [_listed([level.title for level in own])] if own else []
    if isinstance(asked, SingleChoiceSpec | MultipleChoiceSpec):
        found.append(_listed([option.title for option in asked.options]))
    return found


def _is_aside(form: Form, asked: RatedItem) -> bool:
    """Whether a rating that stands among scored ones does not count."""
    scored = getattr(form, "scored", ())
    return bool(scored) and asked.code not in {one.code for one in scored}


def condition(form: Form, when: When) -> Message:
    """Which answer to which earlier question makes the form ask."""
    earlier = next((one for one, _ in form.fields if one.code == when.question), None)
    title = earlier.title if earlier else when.question
    if when.values:
        said = _listed([_answer(earlier, value) for value in when.values])
        return Message("asked if “%(question)s” is answered: %(answers)s", question=title, answers=said)
    low, high = (None if one is None else plain(one) for one in (when.at_least, when.at_most))
    if low is not None and high is not None:
        return Message("asked if “%(question)s” is from %(low)s to %(high)s", question=title, low=low, high=high)
    if low is not None:
        return Message("asked if “%(question)s” is at least %(low)s", question=title, low=low)
    return Message("asked if “%(question)s” is at most %(high)s", question=title, high=high)


def _answer(earlier: Asked | None, value: str) -> Words:
    if value == NOT_APPLICABLE:
        return NEITHER
    if isinstance(earlier, YesNoSpec):
        return YES if value == "yes" else NO
    if isinstance(earlier, RatingSpec):
        return next((level.title for level in earlier.levels if str(level.value) == value), value)
    if isinstance(earlier, SingleChoiceSpec | MultipleChoiceSpec):
        return next((option.title for option in earlier.options if option.code == value), value)
    return value


def _listed(words: list[Words]) -> Words:
    return reduce(lambda some, more: Message("%(some)s, %(more)s", some=some, more=more), words)
