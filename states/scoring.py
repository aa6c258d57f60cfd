"""Answers → scores on 0-100, exact (scheme §2). Missing is None, never 0.

Answers come as JSON: every number a string. Unreadable numbers raise `Refusal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from states.answers import Answers, figure, rating
from states.errors import Message, Refusal
from states.exact import HUNDRED, weighted_mean
from states.questionnaires import answer_score, by_method, counted_rating, put_to
from states.scheme.base import Text
from states.scheme.forms import (
    DeductionForm,
    DeductionItem,
    FormSpec,
    KpiForm,
    KpiRow,
    Questionnaire,
    RatingCard,
    ScoredTest,
    Thresholds,
)


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
    given: Fraction | None = None
    """The rating that was given, where the item is reversed and another one counts."""
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
        return FormScore(answer_score(form, answers))
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


def _rating_card(form: RatingCard, answers: Answers) -> FormScore:
    """Every item that applied, reversed ones turned round; a hidden one is no line, whatever was sent for it."""
    put, given = put_to(form, form.scored, answers)
    top = Fraction(form.top)
    rows = tuple(
        ScoreRow(
            item.code, "", top, counted_rating(form, item, given), Fraction(item.weight),
            given=rating(form, given, item.code) if item.reversed else None,
        )
        for item in put
    )  # fmt: skip
    return FormScore(by_method(form, [(row.value, row.weight) for row in rows if row.value is not None]), rows)


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
