"""The registry: which questions the forms of a scheme are made of, one file a question kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forms.kinds.deduction import DeductionQuestion
from forms.kinds.kpi_table import KpiQuestion
from forms.kinds.points import PointsQuestion
from forms.kinds.rating import RatingQuestion
from forms.kinds.recommend import RecommendQuestion
from forms.kinds.text import TextQuestion

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from forms.kinds.base import Question
    from states.scheme.forms import (
        DeductionForm,
        FormSpec,
        KpiForm,
        Questionnaire,
        Rated,
        RatingCard,
        ScoredTest,
        TextForm,
    )

COMMENT = "comment"


def _deduction(spec: DeductionForm) -> Iterable[Question]:
    return (DeductionQuestion(item) for item in spec.items)


def _kpi_table(spec: KpiForm) -> Iterable[Question]:
    return (KpiQuestion(row) for row in spec.rows)


def _rating_card(spec: RatingCard) -> Iterable[Question]:
    yield from (RatingQuestion(item, spec.levels, required=True) for item in spec.items)
    yield from _comment(spec)


def _questionnaire(spec: Questionnaire) -> Iterable[Question]:
    yield from (RatingQuestion(item, spec.levels, not_applicable=spec.not_applicable) for item in spec.items)
    if spec.recommendation:
        yield RecommendQuestion(spec.recommendation)
    yield from _comment(spec)


def _comment(spec: Rated) -> Iterable[Question]:
    if spec.comment:
        yield TextQuestion(COMMENT, spec.comment)


def _test(spec: ScoredTest) -> Iterable[Question]:
    return (PointsQuestion(section) for section in spec.sections)


def _text(_spec: TextForm) -> Iterable[Question]:
    return ()


KINDS: dict[str, Callable[[Any], Iterable[Question]]] = {
    "deduction": _deduction,
    "kpi_table": _kpi_table,
    "rating_card": _rating_card,
    "questionnaire": _questionnaire,
    "test": _test,
    "text": _text,
}


def questions_of(spec: FormSpec) -> tuple[Question, ...]:
    """Every question of a form in the order of the page, its free texts last.

    A kind that has no page yet is a fault of the program: KeyError.
    """
    texts = (TextQuestion(text.code, text.title, text.required) for text in spec.texts)
    return (*KINDS[spec.kind](spec), *texts)
