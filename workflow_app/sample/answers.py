"""Filled forms: answers that fit a form and how somebody does, drawn from a seeded source of chance."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from states.scheme.forms import DeductionForm, KpiForm, Questionnaire, RatingCard, TextForm
from workflow_app.sample import words

if TYPE_CHECKING:
    from random import Random

    from states.scheme.forms import DeductionItem, FormSpec

    Answers = dict[str, Any]

STEPS = (Decimal(1), Decimal(1), Decimal("1.5"), Decimal(2), Decimal(2), Decimal(3))
WRITTEN = {
    "achievements": words.ACHIEVEMENTS, "difficulties": words.DIFFICULTIES, "training_wishes": words.WISHES,
    "feedback": words.STRENGTHS, "strengths": words.STRENGTHS, "improvements": words.IMPROVEMENTS, "agreed_steps": words.STEPS,
}  # fmt: skip


def fill(form: FormSpec, standing: float, rng: Random) -> Answers:
    """Answers that make about `standing` of 100 points."""
    if isinstance(form, DeductionForm):
        return _deductions(form, standing, rng) | _texts(form, rng)
    if isinstance(form, KpiForm):
        return _figures(form, standing, rng)
    if isinstance(form, RatingCard | Questionnaire):
        return _ratings(form, standing, rng)
    if isinstance(form, TextForm):
        return _texts(form, rng)
    raise TypeError(form.kind)


def begun(form: FormSpec, standing: float, rng: Random) -> Answers:
    """A draft: the first half of what the finished form would say."""
    whole = fill(form, standing, rng)
    return dict(list(whole.items())[: max(len(whole) // 2, 1)])


def _deductions(form: DeductionForm, standing: float, rng: Random) -> Answers:
    lost = Decimal(round(max(100 - standing, 0)))
    found: Answers = {}
    items = list(form.items)
    rng.shuffle(items)
    for item in items * 3:
        if lost <= 0:
            break
        taken = Decimal(found.get(item.code, {}).get("deducted", "0"))
        step = min(rng.choice(STEPS), lost, item.points * Decimal("0.6") - taken)
        if step >= 1:
            found[item.code] = _deduction(item, taken + step, rng)
            lost -= step
    return {item.code: found[item.code] for item in form.items if item.code in found}


def _deduction(item: DeductionItem, points: Decimal, rng: Random) -> Answers:
    points = points.quantize(Decimal("0.5"))
    clause = next((one for one in item.clauses if one.points == points), None)
    note = rng.choice(words.NOTES.get(item.code, words.PLAIN_NOTES))
    return {"deducted": f"{points.normalize():f}", "clause": clause.code if clause else "", "note": note}


def _texts(form: DeductionForm | TextForm, rng: Random) -> Answers:
    return {text.code: rng.choice(WRITTEN.get(text.code, words.SELF)) for text in form.texts}


def _figures(form: KpiForm, standing: float, rng: Random) -> Answers:
    """What records say; what finance has entered stands apart already."""
    found: Answers = {}
    for row in form.rows:
        if row.source == "records" and row.target is not None:
            ratio = Decimal(round(rng.gauss(1 + (standing - 82) / 100, 0.08), 2))
            actual = row.target / ratio if row.less_is_better else row.target * ratio
            found[row.code] = {"actual": str(actual.quantize(Decimal(1))), "note": ""}
    return found


def _ratings(form: RatingCard | Questionnaire, standing: float, rng: Random) -> Answers:
    usual = min(max((standing - 82) / 9 + 4.1, 1.6), 4.9)
    found: Answers = {}
    for item in form.items:
        if isinstance(form, Questionnaire) and form.not_applicable and rng.random() < 0.12:
            found[item.code] = "na"
        else:
            found[item.code] = str(min(max(round(rng.gauss(usual, 0.6)), 1), 5))
    if isinstance(form, Questionnaire) and form.recommendation:
        found["recommend"] = str(min(max(round(rng.gauss(usual * 2, 1.2)), 0), 10))
    if rng.random() < 0.3:
        found["comment"] = rng.choice(_comments(form, usual))
    return found


def _comments(form: RatingCard | Questionnaire, usual: float) -> tuple[str, ...]:
    if isinstance(form, RatingCard):
        return words.CARD_COMMENTS
    return words.PRAISE if usual >= 3.9 else words.COMPLAINTS
