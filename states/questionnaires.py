"""Many answers → one score on 0-100, exact, by the method that the scheme declares (scheme §2.5).

An answer counts by the weighted mean of its ratings, so that every customer weighs the same however many questions
applied. What is not applicable, skipped or hidden by a condition drops out; it is never 0. A rating of 0 is a rating.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from states.answers import Answers, rating
from states.exact import HUNDRED
from states.intervals import of_mean, wilson
from states.questions import applicable, without_hidden
from states.scheme.forms import Questionnaire, Rated
from states.scheme.questions import NOT_APPLICABLE, RatedItem

Weighed = Sequence[tuple[Fraction, Fraction]]
"""Ratings with their weights."""

ONE = Fraction(1)
NOTHING_APPLIED = "not_applicable"
NOTHING_ANSWERED = "skipped"
TOO_LITTLE = "too_little"


@dataclass(frozen=True)
class Counted:
    """One answer as it counts: its ratings (reversed items turned round) and their mean, on the form's scale.

    `value` is None where the answer does not count, and `why_not` says why: nothing applied to this customer, no
    rating was given, or fewer of the applicable items were answered than `method.least_answered` asks for.
    """

    value: Fraction | None
    ratings: Mapping[str, Fraction]
    why_not: str = ""


@dataclass(frozen=True)
class ItemScore:
    """What the counted answers make of one item, 0-100, and which of them (by position) rated it."""

    code: str
    value: Fraction
    of: frozenset[int]


@dataclass(frozen=True)
class QuestionnaireScore:
    """What many answers make: `value` is None below the minimum; `interval` in points of 100, for display.

    `count` answers count out of `answered`; `left_out` says of the others why not. `counted` are the positions of
    those that count; `items` is the split by item, which is shown from more answers on than the score itself.
    """

    value: Fraction | None
    count: int
    enough: bool
    interval: tuple[float, float] | None = None
    answered: int = 0
    least: int = 1
    left_out: Mapping[str, int] = field(default_factory=dict)
    counted: frozenset[int] = frozenset()
    items: tuple[ItemScore, ...] = ()


def questionnaire_score(
    form: Rated,
    answers: Iterable[Answers],
    *,
    item: str | None = None,
    minimum: int | None = None,
) -> QuestionnaireScore:
    """What a questionnaire's answers make, 0-100 (scheme §2.5).

    `item` scores that single item, of the answers that count; `minimum` is the number of answers needed to count
    (without it the form's own; without either, one is enough).
    """
    own = form.minimum_answers if isinstance(form, Questionnaire) else None
    least = minimum or own or 1
    scored = form.scored
    conditional = form.conditional
    read = [_counted(form, scored, answer, conditional=conditional) for answer in answers]
    values = {place: value for place, one in enumerate(read) if (value := _value_of(one, item)) is not None}
    found = list(values.values())
    enough = len(found) >= least
    left_out = Counter(one.why_not or NOTHING_ANSWERED for place, one in enumerate(read) if place not in values)
    return QuestionnaireScore(
        by_method(form, _equally(found)) if enough else None, len(found), enough,
        _interval(form, found) if enough else None, len(read), least, dict(sorted(left_out.items())),
        frozenset(values), () if item else tuple(_items(form, scored, read)),
    )  # fmt: skip


def answer_score(form: Rated, answers: Answers) -> Fraction | None:
    """What one answer makes by itself, 0-100: `questionnaire_score` of it alone, without the split by item."""
    counted = count_answer(form, answers)
    return None if counted.value is None else by_method(form, _equally([counted.value]))


def count_answer(form: Rated, answers: Answers) -> Counted:
    """One answer as it counts. Answers to questions that do not apply are dropped first, whoever sent them."""
    return _counted(form, form.scored, answers, conditional=form.conditional)


def _counted(form: Rated, scored: Sequence[RatedItem], answers: Answers, *, conditional: bool) -> Counted:
    put, given = put_to(form, scored, answers) if conditional else (scored, answers)
    asked = [one for one in put if given.get(one.code) != NOT_APPLICABLE]
    rated = [(one, value) for one in asked if (value := counted_rating(form, one, given)) is not None]
    ratings = {one.code: value for one, value in rated}
    if not asked:
        return Counted(None, ratings, NOTHING_APPLIED)
    if not rated:
        return Counted(None, ratings, NOTHING_ANSWERED)
    if Fraction(len(rated), len(asked)) * HUNDRED < Fraction(form.method.least_answered):
        return Counted(None, ratings, TOO_LITTLE)
    total, weight = _sum([(value, one.weighs) for one, value in rated])
    return Counted(total / weight, ratings)


def put_to(form: Rated, scored: Sequence[RatedItem], answers: Answers) -> tuple[Sequence[RatedItem], Answers]:
    """The scored questions that were put to this person, and the answers without those to hidden ones."""
    if not form.conditional:
        return scored, answers
    shown = applicable(form, answers)
    return [one for one in scored if one.code in shown], without_hidden(form, answers)


def counted_rating(form: Rated, item: RatedItem, answers: Answers) -> Fraction | None:
    """The rating as it counts: that of a reversed item is lowest + highest − what was given. None as in `rating`."""
    given = rating(form, answers, item.code)
    if given is None or not item.reversed:
        return given
    return form.top + _lowest(form) - given


def _value_of(one: Counted, item: str | None) -> Fraction | None:
    if item is None or one.value is None:
        return one.value
    return one.ratings.get(item)


def _items(form: Rated, scored: Sequence[RatedItem], read: Sequence[Counted]) -> Iterable[ItemScore]:
    for item in scored:
        found = {place: value for place, one in enumerate(read) if (value := _value_of(one, item.code)) is not None}
        value = by_method(form, _equally(found.values()))
        if value is not None:
            yield ItemScore(item.code, value, frozenset(found))


def _equally(values: Iterable[Fraction]) -> Weighed:
    """Every customer weighs the same."""
    return [(value, ONE) for value in values]


def by_method(form: Rated, found: Weighed) -> Fraction | None:
    """Ratings with their weights as points of 100 by the form's method; None of nothing."""
    return METHODS[form.method.name](form, found) if found else None


def _lowest(form: Rated) -> int:
    return min(level.value for level in form.levels)


def _sum(found: Weighed) -> tuple[Fraction, Fraction]:
    """Σ value × weight, and Σ weight; whole numbers, the usual case, are added as such."""
    if all(weight == 1 and value.denominator == 1 for value, weight in found):
        return Fraction(sum(value.numerator for value, _ in found)), Fraction(len(found))
    return sum((value * weight for value, weight in found), Fraction(0)), sum((w for _, w in found), Fraction(0))


def _mean_of_top(form: Rated, found: Weighed) -> Fraction:
    total, weight = _sum(found)
    return total / weight / form.top * HUNDRED


def _mean_over_range(form: Rated, found: Weighed) -> Fraction:
    total, weight = _sum(found)
    low = _lowest(form)
    return (total / weight - low) / (form.top - low) * HUNDRED


def _top_two(form: Rated, found: Weighed) -> Fraction:
    line = _second_best(form)
    return sum((weight for value, weight in found if value >= line), Fraction(0)) / _sum(found)[1] * HUNDRED


def _second_best(form: Rated) -> int:
    return sorted((level.value for level in form.levels), reverse=True)[1]


def _shrunk(form: Rated, found: Weighed) -> Fraction:
    total, weight = _sum(found)
    prior, of_prior = Fraction(form.method.prior or 0), Fraction(form.method.weight or 0)
    return (total + prior * of_prior) / (weight + of_prior) / form.top * HUNDRED


METHODS: dict[str, Callable[[Rated, Weighed], Fraction]] = {
    "mean_x20": _mean_of_top,
    "mean_minus_1_over_4": _mean_over_range,
    "top_two_box": _top_two,
    "shrunk": _shrunk,
}


def _interval(form: Rated, found: Sequence[Fraction]) -> tuple[float, float] | None:
    """95 %, in points of 100: Wilson's of the share of contented answers, else Student's of the mean answer.

    Of a shrunk mean it is that of the customers' part: the prior is taken as certain. None where nothing can be said.
    """
    if form.method.name == "top_two_box":
        line = _second_best(form)
        return wilson(sum(value >= line for value in found), len(found)) if found else None
    around = of_mean(found)
    if around is None:
        return None
    low, high = (_as_points(form, end, len(found)) for end in around)
    return max(0.0, low), min(100.0, high)


def _as_points(form: Rated, middle: float, count: int) -> float:
    exact = by_method(form, [(Fraction(middle), Fraction(count))])
    assert exact is not None
    return float(exact)
