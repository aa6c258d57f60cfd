"""The year-end score of one review from what its raters and customers submitted (scheme §2, §3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from states.adjustments import Adjusted, Bonus, bonus_points, struck
from states.exact import mean
from states.questionnaires import QuestionnaireScore, questionnaire_score
from states.scheme import Scheme
from states.scheme.cycles import CycleKind, ScorePart, StageSpec
from states.scheme.forms import DeductionForm, FormSpec, KpiForm, Questionnaire, Rated
from states.scoring import FormScore, PartsScore, score_form, year_end

Answers = Mapping[str, Any]
UNCHANGED = Adjusted()
NO_TESTS: Mapping[str, Fraction] = MappingProxyType({})
NOBODY_ASKED: Mapping[str, int] = MappingProxyType({})
UNUSED_BONUS = "unused_bonus"
"""The flag of a commendation in a period that has no score: it does not count."""


@dataclass(frozen=True)
class StageScore:
    """The score of one stage: the form it came from, the trace of each filled form, the count.

    Of a questionnaire there is `survey` instead of forms: what its answers make together; `asked` people were asked.
    """

    stage: str
    form: str
    value: Fraction | None
    count: int
    forms: tuple[FormScore, ...] = ()
    survey: QuestionnaireScore | None = None
    asked: int | None = None


@dataclass(frozen=True)
class YearEnd:
    """The year-end score with its parts; `value` is None where nothing of it counts."""

    value: Fraction | None
    flags: tuple[str, ...]
    parts: PartsScore
    stages: Mapping[str, StageScore] = field(default_factory=dict)
    bonus: int = 0
    """Points of the commendations, added to the score of the period and not clipped (§4)."""
    bonuses: tuple[Bonus, ...] = ()


@dataclass(frozen=True)
class Filled:
    """One submitted form of one stage."""

    stage: str
    form: str
    answers: Answers


def score_review(
    filled: Sequence[Filled],
    *,
    scheme: Scheme,
    kind: CycleKind,
    population: str,
    post: str,
    kpi: Mapping[str, Answers] | None = None,
    adjusted: Adjusted = UNCHANGED,
    tests: Mapping[str, Fraction] = NO_TESTS,
    asked: Mapping[str, int] = NOBODY_ASKED,
) -> YearEnd:
    """Score every stage, give KPI rows what cards and questionnaires bring, and put the parts together.

    `kpi` are figures that HR entered or imported (scheme §2.2): they go before what the table itself says.
    `tests` are the scores of the tests taken, 0-100, by form, for kinds whose parts name one (§1, row 7).
    Offences strike their items; commendations stand beside the value, as `bonus`. `asked` says by stage how many
    people were asked, where that is known: it is told and changes nothing.
    """
    parts = kind.parts_for(population=population, post=post)
    stages: dict[str, StageScore] = {}
    tables = []
    for stage in kind.stages:
        listed = [one for one in filled if one.stage == stage.code]
        form = scheme.forms.get(stage.form_for(population=population, post=post) or "")
        if form is None:
            continue
        if isinstance(form, KpiForm):
            tables.append((stage.code, form, listed))
        else:
            stages[stage.code] = _stage_score(stage, form, listed, scheme, adjusted, asked.get(stage.code))
    for code, form, listed in tables:
        stages[code] = _table_score(code, form, listed, _context(form, filled, scheme, kind), kpi or {})
    made = year_end((part.code, _value(stages, tests, part), Fraction(part.weight)) for part in parts)
    tables_flags = {flag for one in stages.values() for each in one.forms for flag in each.flags}
    bonus = bonus_points(adjusted.bonuses, scheme.composition.bonus)
    unused = {UNUSED_BONUS} if bonus and made.value is None else set()
    flags = tuple(sorted({*made.flags, *tables_flags, *unused}))
    return YearEnd(made.value, flags, made, stages, bonus, adjusted.bonuses)


def _value(stages: Mapping[str, StageScore], tests: Mapping[str, Fraction], part: ScorePart) -> Fraction | None:
    if part.stage is None:
        return tests.get(part.test or "")
    return stages[part.stage].value if part.stage in stages else None


def _stage_score(
    stage: StageSpec, form: FormSpec, listed: Sequence[Filled], scheme: Scheme, adjusted: Adjusted, asked: int | None
) -> StageScore:
    """A group's score needs its least number of answers; below it the stage is missing, never 0."""
    if isinstance(form, Questionnaire):
        answers = [one.answers for one in listed]
        score = questionnaire_score(form, answers, minimum=scheme.least_to_count(stage, form))
        return StageScore(stage.code, form.code, score.value, score.count, survey=score, asked=asked)
    scores = tuple(score_form(form, one.answers) for one in listed)
    offences = [one for one in adjusted.offences if one.form == form.code]
    if offences and isinstance(form, DeductionForm):
        scores = tuple(struck(score, offences) for score in scores)
    found = [score.value for score in scores if score.value is not None]
    if stage.is_group:
        # The single forms stay out of the trace: their answers were promised to be read by HR alone.
        enough = len(found) >= scheme.least_to_count(stage)
        return StageScore(stage.code, form.code, mean(found) if enough else None, len(found))
    return StageScore(stage.code, form.code, mean(found), len(scores), scores)


def _table_score(
    code: str,
    form: KpiForm,
    listed: Sequence[Filled],
    context: Mapping[str, Fraction | None],
    kpi: Mapping[str, Answers],
) -> StageScore:
    scores = tuple(score_form(form, with_entered(form, one.answers, kpi), context=context) for one in listed)
    value = mean(score.value for score in scores if score.value is not None)
    return StageScore(code, form.code, value, len(scores), scores)


def with_entered(form: KpiForm, answers: Answers, kpi: Mapping[str, Answers]) -> dict[str, Any]:
    """The table's answers with the figures that HR entered: those go first, so that a correction counts.

    Only rows whose actual a person or a file enters can have one; a blank one is no figure.
    """
    merged: dict[str, Any] = dict(answers)
    for row in form.rows:
        known = {part: value for part, value in (kpi.get(row.code) or {}).items() if value not in {None, ""}}
        if known and row.source_form is None:
            answer = answers.get(row.code)
            merged[row.code] = (dict(answer) if isinstance(answer, Mapping) else {}) | known
    return merged


def _context(
    form: KpiForm, filled: Sequence[Filled], scheme: Scheme, kind: CycleKind
) -> dict[str, Fraction | None]:
    """What each row's source form brings, 0-100; None below the minimum of answers."""
    found: dict[str, Fraction | None] = {}
    for row in form.rows:
        source = scheme.forms.get(row.source_form or "")
        if source is None:
            continue
        listed = [one for one in filled if one.form == source.code]
        stage, answers = kind.stage(listed[0].stage) if listed else None, [one.answers for one in listed]
        if isinstance(source, Rated):
            survey = source if isinstance(source, Questionnaire) else None
            group = survey is not None or (stage is not None and stage.is_group)
            least = scheme.least_to_count(stage, survey) if group else 1
            found[row.source] = questionnaire_score(source, answers, item=row.source_item, minimum=least).value
        else:
            scores = [score_form(source, one).value for one in answers]
            found[row.source] = mean(value for value in scores if value is not None)
    return found
