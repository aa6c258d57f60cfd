"""A form of plain questions, read from what was sent without making a form: the same answers, or none at all.

Plain is a form whose every question is a text or one choice of several, and whose questions always apply. What such a
form takes depends on each field alone: a table of what is offered, and the longest text.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from forms.builder import Same, build_form
from forms.fields import GradeField, WordsField
from forms.kinds.base import name_of
from forms.kinds.matrix import MatrixQuestion
from forms.kinds.rating import RatingQuestion
from forms.kinds.recommend import RecommendQuestion
from forms.kinds.single_choice import SingleChoiceQuestion
from forms.kinds.text import TextQuestion
from forms.kinds.yes_no import YesNoQuestion
from forms.validators import tidy_lines, unsafe

if TYPE_CHECKING:
    from states.scheme.forms import FormSpec

PLAIN = (MatrixQuestion, RatingQuestion, RecommendQuestion, SingleChoiceQuestion, TextQuestion, YesNoQuestion)

Table = dict[str, frozenset[str] | int]
"""By the code of a question: what is offered, or how long a text may be."""


def plain_answers(spec: FormSpec, sent: Any, *, others: int) -> dict[str, str] | None:
    """What was answered, where the form takes it as a submission; None where it does not, or is no plain form.

    `sent` is a multi-dict. None too where a parameter comes twice, or more than `others` come that the form does not
    have: nothing is said of what is wrong, the form itself does that.
    """
    table = _table(Same(spec))
    lists = dict(sent.lists())
    if table is None or len(lists) > len(table) + others or any(len(values) > 1 for values in lists.values()):
        return None
    answers: dict[str, str] = {}
    for code, takes in table.items():
        values = lists.get(name_of(code))
        if not values:
            continue
        value = tidy_lines(values[0]) if isinstance(takes, int) else values[0]
        if not _fits(value, takes):
            return None
        if value:
            answers[code] = value
    return None if any(one.required and one.code not in answers for one, _ in spec.fields) else answers


def _fits(value: str, takes: frozenset[str] | int) -> bool:
    if isinstance(takes, int):
        return unsafe(value, longest=takes) is None
    return not value or value in takes


@lru_cache(maxsize=256)
def _table(same: Same) -> Table | None:
    form = build_form(same.spec, "en")()
    if not all(type(one) in PLAIN for one in form.questions):
        return None
    if any(one.when or (table and table.when) for one, table in same.spec.fields):
        return None
    found: Table = {}
    for one, _ in same.spec.fields:
        field: Any = form[name_of(one.code)]
        found[one.code] = field.longest if type(field) is WordsField else _offered(field)
    return found


def _offered(field: GradeField) -> frozenset[str]:
    return frozenset(str(value) for value, *_ in field.choices)
