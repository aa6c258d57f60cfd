"""Answers → scores on 0-100, exact (scheme §2). Missing is None, never 0.

Answers come as JSON: every number a string. Unreadable numbers raise `Refusal`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from states.errors import Message, Refusal
from states.exact import HUNDRED, mean, weighted_mean
from states.scheme.base import Text
from states.scheme.forms import (
    DeductionForm,
    DeductionItem,
    FormSpec,
    KpiForm,
    KpiRow,
    Questionnaire,
    Rated,
    RatingCard,
    ScoredTest,
    Thresholds,
)

Answers = Mapping[str, Any]
NOT_APPLICABLE = "na"
PLAIN_NUMBER = re.compile(r"(?=.{1,30}\Z)[+-]?(\d+\.?\d*|\.\d+)")
CONFIDENCE = 1.959963984540054
"""The 97.5 % quantile of the normal distribution, for 95 % intervals."""


@dataclass(frozen=True)
class EntryLine:
    """One ledger entry behind a line: what it took off, by which clause, when, why, and in which role."""

    id: str
    points: Fraction
    clause: str = ""
    title: Text | None = None
    times: int = 1
    on: str = ""
    note: str = ""
    by: str = ""
    kind: str = "deduction"


@dataclass(frozen=True)
class ScoreRow:
    """One line behind a score: what it could bring, what it brought, and why it lost."""

    code: str
    group: str
    full: Fraction
    value: Fraction | None
    weight: Fraction
    note: str = ""
    clause: str = ""
    actual: Fraction | None = None
    target: Fraction | None = None
    entries: tuple[EntryLine, ...] = ()

    @property
    def lost(self) -> Fraction:
        """Points lost on this line; 0 where it has no value."""
        return Fraction(0) if self.value is None else self.full - self.value


@dataclass(frozen=True)
class FormScore:
    """A form's score on 0-100 (None where nothing of it counts), its lines, and flags."""

    value: Fraction | None
    rows: tuple[ScoreRow, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class QuestionnaireScore:
    """What many answers make: `value` is None below the minimum; `interval` in points of 100."""

    value: Fraction | None
    count: int
    enough: bool
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Contribution:
    """A part of a score: its value, the weight it had (of 1), and the points it brought."""

    code: str
    value: Fraction | None
    weight: Fraction
    points: Fraction | None


@dataclass(frozen=True)
class PartsScore:
    """Parts put together; parts that are missing are renormalised away and flagged."""

    value: Fraction | None
    flags: tuple[str, ...]
    contributions: tuple[Contribution, ...]


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


def score_form(form: FormSpec, answers: Answers, *, context: Mapping[str, Fraction | None] | None = None) -> FormScore:
    """Score one filled form, 0-100 (scheme §2).

    `context` gives a KPI table the actuals that other forms bring, by the row's `source`.
    """
    if isinstance(form, DeductionForm):
        return _deduction(form, answers)
    if isinstance(form, KpiForm):
        return _kpi_table(form, answers, context or {})
    if isinstance(form, RatingCard):
        return _rating_card(form, answers)
    if isinstance(form, Questionnaire):
        return FormScore(questionnaire_score(form, [answers], minimum=1).value)
    if isinstance(form, ScoredTest):
        return _test(form, answers)
    return FormScore(None)


def _deduction(form: DeductionForm, answers: Answers) -> FormScore:
    rows = tuple(
        _deduction_row(area.code, item, answers.get(item.code) or {}) for area in form.areas for item in area.items
    )
    kept = sum((row.value or Fraction(0) for row in rows), Fraction(0))
    full = sum((row.full for row in rows), Fraction(0))
    return FormScore(kept / full * HUNDRED if full else None, rows)


def _deduction_row(area: str, item: DeductionItem, answer: Answers) -> ScoreRow:
    full = Fraction(item.points)
    lost = figure(answer.get("deducted"), item.code) or Fraction(0)
    if lost < 0:
        raise Refusal(Message("Enter the points to deduct, 0 or more.", field=item.code))
    clause, note = str(answer.get("clause") or ""), str(answer.get("note") or "")
    entries = tuple(_entry_line(item, held) for held in answer.get("entries") or ())
    lost += sum((one.points for one in entries), Fraction(0))
    return ScoreRow(item.code, area, full, max(full - lost, Fraction(0)), full, note, clause, entries=entries)


def _entry_line(item: DeductionItem, held: Answers) -> EntryLine:
    """A frozen ledger entry; its points are never negative."""
    points = figure(held.get("points"), item.code) or Fraction(0)
    if points < 0:
        raise Refusal(Message("Enter the points to deduct, 0 or more.", field=item.code))
    clause = item.clause(str(held.get("clause") or ""))
    return EntryLine(
        str(held.get("id") or ""), points, clause.code if clause else "", clause.title if clause else None,
        int(figure(held.get("times"), item.code) or 1), str(held.get("on") or ""), str(held.get("note") or ""),
        str(held.get("by") or ""),
    )  # fmt: skip


def kpi_points(
    actual: Fraction,
    target: Fraction,
    less_is_better: bool,  # noqa: FBT001 - the order of the table's columns
    thresholds: Thresholds,
) -> int | None:
    """Points of a key figure by the ratio of actual to target (scheme §2.2).

    None where more is better and the target is 0 or less: nothing can be measured against it.
    """
    if target <= 0 and not less_is_better:
        return None
    ratio = kpi_ratio(actual, target, less_is_better=less_is_better)
    if ratio is None:
        return thresholds.best
    for line in thresholds.lines:
        if line.at_least is not None and ratio >= Fraction(line.at_least):
            return line.points
        if line.above is not None and ratio > Fraction(line.above):
            return line.points
    return thresholds.otherwise


def kpi_ratio(actual: Fraction, target: Fraction, *, less_is_better: bool) -> Fraction | None:
    """Actual ÷ target, or target ÷ actual where less is better; None where there is nothing to divide by."""
    below, above = (actual, target) if less_is_better else (target, actual)
    return above / below if below > 0 else None


def _kpi_table(form: KpiForm, answers: Answers, context: Mapping[str, Fraction | None]) -> FormScore:
    rows = tuple(
        _kpi_row(form, view.code, row, answers.get(row.code) or {}, context) for view in form.views for row in view.rows
    )
    points = weighted_mean((row.value, row.weight) for row in rows if row.value is not None)
    flags = tuple(f"no_actual:{row.code}" for row in rows if row.value is None)
    return FormScore(None if points is None else points * Fraction(form.points_to_100), rows, flags)


def _kpi_row(
    form: KpiForm, view: str, row: KpiRow, answer: Answers, context: Mapping[str, Fraction | None]
) -> ScoreRow:
    actual = figure(answer.get("actual"), row.code)
    if actual is None and row.source_form is not None:
        actual = context.get(row.source)
    target = figure(answer.get("target"), row.code)
    if target is None and row.target is not None:
        target = Fraction(row.target)
    points = None
    if actual is not None and target is not None:
        points = kpi_points(actual, target, row.less_is_better, form.thresholds)
    best, weight = Fraction(form.thresholds.best), Fraction(row.weight)
    value = None if points is None else Fraction(points)
    note = str(answer.get("note") or "")
    return ScoreRow(row.code, view, best, value, weight, note, actual=actual, target=target)


def rating(form: Rated, answers: Answers, code: str) -> Fraction | None:
    """The rating given to an item; None where it was skipped or is not applicable."""
    given = answers.get(code)
    if given in {None, "", NOT_APPLICABLE}:
        return None
    value = figure(given, code)
    if value is None or value not in {level.value for level in form.levels}:
        raise Refusal(Message("Choose one of the answers offered.", field=code))
    return value


def _rating_card(form: RatingCard, answers: Answers) -> FormScore:
    top = Fraction(form.top)
    rows = tuple(ScoreRow(item.code, "", top, rating(form, answers, item.code), Fraction(1)) for item in form.items)
    found = [row.value for row in rows if row.value is not None]
    return FormScore(_by_method(form, found), rows)


def _test(form: ScoredTest, answers: Answers) -> FormScore:
    rows = []
    for section in form.sections:
        full = Fraction(section.points)
        value = figure(answers.get(section.code), section.code)
        if value is not None and not 0 <= value <= full:
            raise Refusal(Message("Enter points from 0 to %(most)s.", most=str(section.points), field=section.code))
        rows.append(ScoreRow(section.code, "", full, value, full))
    if any(row.value is None for row in rows):
        return FormScore(None, tuple(rows), ("incomplete",))
    got = sum((row.value or Fraction(0) for row in rows), Fraction(0))
    value = got / sum((row.full for row in rows), Fraction(0)) * HUNDRED
    return FormScore(value, tuple(rows), () if value >= Fraction(form.pass_mark) else ("failed",))


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
    value = _by_method(form, means) if enough else None
    interval = wilson(_content(form, means), len(means)) if enough and means else None
    return QuestionnaireScore(value, len(means), enough, interval)


def _by_method(form: Rated, found: Sequence[Fraction]) -> Fraction | None:
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


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share, in points of 100; (0, 100) without answers."""
    if not count:
        return (0.0, 100.0)
    share, square = hits / count, CONFIDENCE**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    half = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    half *= CONFIDENCE / (1 + square / count)
    return (max(0.0, middle - half) * 100, min(1.0, middle + half) * 100)


def year_end(parts: Iterable[tuple[str, Fraction | None, Fraction | int]]) -> PartsScore:
    """Put (code, score, weight) parts together; the missing are renormalised away (scheme §3)."""
    listed = [(code, value, Fraction(weight)) for code, value, weight in parts]
    present = sum((w for _, value, w in listed if value is not None), Fraction(0))
    flags = tuple(f"missing:{code}" for code, value, _ in listed if value is None)
    made = tuple(_contribution(code, value, weight, present) for code, value, weight in listed)
    points = [one.points for one in made if one.points is not None]
    return PartsScore(sum(points, Fraction(0)) if points else None, flags, made)


def _contribution(code: str, value: Fraction | None, weight: Fraction, present: Fraction) -> Contribution:
    if value is None or not present:
        return Contribution(code, value, Fraction(0), None)
    share = weight / present
    return Contribution(code, value, share, value * share)
