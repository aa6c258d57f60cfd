"""What a review's score came from, as JSON: stages, forms, rows, ledger entries (docs/explanation.md, `made_of`).

Of a group (customers, departments, colleagues) there is only what its answers make together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from states.explaining.group import group_detail
from states.explaining.rules import figure, words
from states.scheme.forms import DeductionForm, FormSpec, KpiForm, KpiRow, Questionnaire, Rated, ScoredTest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from states.scheme.base import Text
    from states.scheme.cycles import CycleKind, ScorePart
    from states.scheme.model import Scheme
    from states.scoring import Contribution, EntryLine, FormScore, ScoreRow
    from states.year_end import StageScore, YearEnd


def review_detail(score: YearEnd, scheme: Scheme, kind: CycleKind, *, period: str, population: str, post: str) -> dict[str, Any]:
    """The tree of one review's score, every stage of it down to the rows of its forms."""
    parts = {part.code: part for part in kind.parts_for(population=population, post=post)}
    made = [one for one in score.parts.contributions if one.code in parts]
    stages = [_stage(one, parts[one.code], score, scheme, kind) for one in made]
    # A card or a survey that enters through the rows of a KPI table weighs nothing by itself, but is told too.
    beside = [_beside(one, scheme, kind) for code, one in score.stages.items() if code not in parts and one.count]
    return {
        "kind": kind.code,
        "title": words(kind.title),
        "period": period,
        "value": figure(score.value),
        "bonus": figure(score.bonus),
        "bonuses": [{"reason": one.event, "points": one.points} for one in score.bonuses],
        "flags": list(score.flags),
        "stages": stages + beside,
    }


def _stage(one: Contribution, part: ScorePart, score: YearEnd, scheme: Scheme, kind: CycleKind) -> dict[str, Any]:
    held = {
        "stage": one.code,
        "title": words(_title(one.code, scheme, kind)),
        "value": figure(one.value),
        "weight_given": figure(part.weight),
        "weight": figure(one.weight),
        "points": figure(one.points),
    }
    return held | _filled(score.stages.get(one.code), scheme, kind)


def _beside(one: StageScore, scheme: Scheme, kind: CycleKind) -> dict[str, Any]:
    held = {"stage": one.stage, "title": words(_title(one.stage, scheme, kind)), "value": figure(one.value)}
    return held | {"weight_given": "0", "weight": "0", "points": None} | _filled(one, scheme, kind)


def _title(code: str, scheme: Scheme, kind: CycleKind) -> Text:
    stage = kind.stage(code)
    return stage.title if stage else scheme.forms[code].title


def _filled(one: StageScore | None, scheme: Scheme, kind: CycleKind) -> dict[str, Any]:
    if one is None:
        return {}
    form, stage = scheme.forms[one.form], kind.stage(one.stage)
    held: dict[str, Any] = {"form": _form(form)}
    survey = form if isinstance(form, Questionnaire) else None
    if survey is not None or (stage is not None and stage.is_group):
        # Below the least number there is no value either, so that nobody's answer can be told from it.
        group = {"count": one.count, "least": scheme.least_to_count(stage, survey), "value": figure(one.value)}
        told = group_detail(one, form, least_to_show=scheme.least_to_show(stage)) if isinstance(form, Rated) else {}
        return held | {"group": group | told}
    return held | {"filled": [_form_score(form, each) for each in one.forms]}


def _form(form: FormSpec) -> dict[str, Any]:
    held: dict[str, Any] = {"code": form.code, "title": words(form.title), "kind": form.kind}
    if isinstance(form, Rated):
        method = form.method
        held["levels"] = sorted((level.value for level in form.levels), reverse=True)
        held["method"] = {"name": method.name, "prior": figure(method.prior), "weight": figure(method.weight)}
    if isinstance(form, KpiForm):
        held["points_to_100"] = figure(form.points_to_100)
        held["thresholds"] = {
            "lines": [
                {"points": line.points, "at_least": figure(line.at_least), "above": figure(line.above)}
                for line in form.thresholds.lines
            ],
            "otherwise": form.thresholds.otherwise,
        }
    return held


def _form_score(form: FormSpec, score: FormScore) -> dict[str, Any]:
    titles = dict(_titles(form))
    figures = {row.code: row for row in form.rows} if isinstance(form, KpiForm) else {}
    return {
        "value": figure(score.value),
        "flags": list(score.flags),
        "rows": [_row(row, titles[row.code], figures.get(row.code)) for row in score.rows],
    }


def _titles(form: FormSpec) -> Iterator[tuple[str, Text]]:
    if isinstance(form, DeductionForm):
        yield from ((item.code, item.title) for item in form.items)
    if isinstance(form, Rated):
        yield from ((item.code, item.title) for item in form.scored)
    if isinstance(form, KpiForm):
        yield from ((row.code, row.title) for row in form.rows)
    if isinstance(form, ScoredTest):
        yield from ((section.code, section.title) for section in form.sections)


def _row(row: ScoreRow, title: Text, spec: KpiRow | None = None) -> dict[str, Any]:
    held: dict[str, Any] = {
        "code": row.code,
        "title": words(title),
        "full": figure(row.full),
        "value": figure(row.value),
        "weight": figure(row.weight),
        "note": row.note,
        "clause": row.clause,
        "given": figure(row.given),
        "actual": figure(row.actual),
        "target": figure(row.target),
        "less_is_better": spec.less_is_better if spec else None,
        "source": spec.source if spec else "",
        "ledger": [_entry(one) for one in row.entries],
    }
    kept = {"code", "title", "full", "value", "weight"}
    return {key: value for key, value in held.items() if key in kept or value not in (None, "", [])}


def _entry(one: EntryLine) -> dict[str, Any]:
    held = {
        "entry": one.id, "kind": one.kind, "clause": one.clause, "title": words(one.title) if one.title else None,
        "times": one.times, "points": figure(one.points), "day": one.on, "note": one.note, "by": one.by,
    }  # fmt: skip
    return {key: value for key, value in held.items() if value not in (None, "")}
