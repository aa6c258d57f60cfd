"""The registry: which questions the forms of a scheme are made of, one file a question kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forms.kinds.attached import FileQuestion
from forms.kinds.day import DayQuestion
from forms.kinds.deduction import DeductionQuestion
from forms.kinds.kpi_table import KpiQuestion
from forms.kinds.matrix import MatrixQuestion
from forms.kinds.multiple_choice import MultipleChoiceQuestion
from forms.kinds.number import NumberQuestion
from forms.kinds.points import PointsQuestion
from forms.kinds.rating import RatingQuestion
from forms.kinds.recommend import RecommendQuestion
from forms.kinds.single_choice import SingleChoiceQuestion
from forms.kinds.text import TextQuestion
from forms.kinds.yes_no import YesNoQuestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from forms.kinds.base import Question
    from states.scheme.forms import DeductionForm, FormSpec, KpiForm, ScoredTest


def _deduction(spec: DeductionForm) -> Iterable[Question]:
    return (DeductionQuestion(item) for item in spec.items)


def _kpi_table(spec: KpiForm) -> Iterable[Question]:
    return (KpiQuestion(row) for row in spec.rows)


def _test(spec: ScoredTest) -> Iterable[Question]:
    return (PointsQuestion(section) for section in spec.sections)


def _asked_only(_spec: FormSpec) -> Iterable[Question]:
    return ()


KINDS: dict[str, Callable[[Any], Iterable[Question]]] = {
    "deduction": _deduction,
    "kpi_table": _kpi_table,
    "rating_card": _asked_only,
    "questionnaire": _asked_only,
    "test": _test,
    "text": _asked_only,
}
"""What each kind of form has before the questions that any form may ask."""

QUESTIONS: dict[str, Callable[[Any], Question]] = {
    "rating": RatingQuestion,
    "matrix": MatrixQuestion,
    "recommendation": RecommendQuestion,
    "single_choice": SingleChoiceQuestion,
    "multiple_choice": MultipleChoiceQuestion,
    "yes_no": YesNoQuestion,
    "number": NumberQuestion,
    "date": DayQuestion,
    "short_text": TextQuestion,
    "long_text": TextQuestion,
    "file": FileQuestion,
}


def questions_of(spec: FormSpec) -> tuple[Question, ...]:
    """Every question of a form in the order of the page, its free texts last.

    A kind that has no page yet is a fault of the program: KeyError.
    """
    return (*KINDS[spec.kind](spec), *(QUESTIONS[one.kind](one) for one in spec.asked))
