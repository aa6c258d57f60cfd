"""Many answers → one score on 0-100, exact, by the method that the scheme declares (scheme §2.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from states.answers import Answers, rating
from states.exact import HUNDRED, mean
from states.intervals import wilson
from states.scheme.forms import Questionnaire, Rated


@dataclass(frozen=True)
class QuestionnaireScore:
    """What many answers make: `value` is None below the minimum; `interval` in points of 100."""

    value: Fraction | None
    count: int
    enough: bool
    interval: tuple[float, float] | None = None


def questionnaire_score(
    form: Rated,
    answers: Iterable[Answers],
    *,
    item: str | None = None,
    minimum: int | None = None,
) -> QuestionnaireScore:
    """What a questionnaire's answers make, 0-100 (scheme §2.5).

    Each answer counts as the mean of its applicable items, so every customer weighs the same.
    `item` scores that single item; `minimum` is the number of answers needed to count (without it
    the form's own; without either, one is enough).
    """
    own = form.minimum_answers if isinstance(form, Questionnaire) else None
    least = minimum or own or 1
    codes = [item] if item else [each.code for each in form.items]
    means = [
        value
        for answer in answers
        if (value := mean(r for c in codes if (r := rating(form, answer, c)) is not None)) is not None
    ]
    enough = len(means) >= least
    value = by_method(form, means) if enough else None
    interval = wilson(_content(form, means), len(means)) if enough and means else None
    return QuestionnaireScore(value, len(means), enough, interval)


def by_method(form: Rated, found: Sequence[Fraction]) -> Fraction | None:
    return METHODS[form.method.name](form, found) if found else None


def _mean_of_top(form: Rated, found: Sequence[Fraction]) -> Fraction:
    return sum(found, Fraction(0)) / len(found) / form.top * HUNDRED


def _mean_over_range(form: Rated, found: Sequence[Fraction]) -> Fraction:
    low = min(level.value for level in form.levels)
    return (sum(found, Fraction(0)) / len(found) - low) / (form.top - low) * HUNDRED


def _content(form: Rated, found: Sequence[Fraction]) -> int:
    """How many are in the two best levels (an answer by its mean)."""
    line = sorted((level.value for level in form.levels), reverse=True)[1]
    return sum(value >= line for value in found)


def _top_two(form: Rated, found: Sequence[Fraction]) -> Fraction:
    return Fraction(_content(form, found), len(found)) * HUNDRED


def _shrunk(form: Rated, found: Sequence[Fraction]) -> Fraction:
    prior, weight = Fraction(form.method.prior or 0), Fraction(form.method.weight or 0)
    return (sum(found, Fraction(0)) + prior * weight) / (len(found) + weight) / form.top * HUNDRED


METHODS: dict[str, Callable[[Rated, Sequence[Fraction]], Fraction]] = {
    "mean_x20": _mean_of_top,
    "mean_minus_1_over_4": _mean_over_range,
    "top_two_box": _top_two,
    "shrunk": _shrunk,
}
