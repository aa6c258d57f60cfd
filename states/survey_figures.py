"""What the answers to one questionnaire hold question by question: whose answers, and what they make (scheme §2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.answers import Answers, figure
from states.disclosure import WHOLE, Figure
from states.exact import mean
from states.questionnaires import questionnaire_score
from states.scheme.questions import (
    NOT_APPLICABLE,
    LongTextSpec,
    MatrixSpec,
    MultipleChoiceSpec,
    NumberSpec,
    RatingSpec,
    RecommendationSpec,
    ShortTextSpec,
    SingleChoiceSpec,
    YesNoSpec,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from states.scheme.base import Text
    from states.scheme.forms import Questionnaire
    from states.scheme.questions import QuestionSpec

Given = Mapping[int, Answers]
"""Answers by their number: a changed answer has another one."""
CHOICES = SingleChoiceSpec | MultipleChoiceSpec | YesNoSpec


@dataclass(frozen=True)
class Choice:
    """One of the answers that a question offers, and who chose it; `title` is None for yes and no."""

    code: str
    title: Text | None
    of: frozenset[int]


@dataclass(frozen=True)
class Line:
    """One question: who answered it, the mean of what they gave (`lowest` to `best`), or what they chose."""

    code: str
    title: Text
    of: frozenset[int]
    value: Fraction | None = None
    lowest: Fraction | None = None
    best: Fraction | None = None
    choices: tuple[Choice, ...] = ()
    scored: bool = False


@dataclass(frozen=True)
class Words:
    """One question that is answered in words, with the texts by the answer that they stand in."""

    code: str
    title: Text
    texts: Mapping[int, str]


def scored_answers(form: Questionnaire, given: Given) -> frozenset[int]:
    """The answers that count in the score."""
    return frozenset(number for number, one in given.items() if questionnaire_score(form, [one], minimum=1).count)


def lines_of(form: Questionnaire, given: Given) -> list[Line]:
    """Every question that makes a figure, in the order of the page."""
    scored = {one.code for one in form.scored}
    return [line for one in form.asked for line in _lines(one, given, scored)]


def words_of(form: Questionnaire, given: Given) -> list[Words]:
    """Every question answered in words, in the order of the page."""
    return [
        Words(one.code, one.title, {number: text for number, answers in given.items() if (text := _text(answers, one.code))})
        for one in form.asked if isinstance(one, ShortTextSpec | LongTextSpec)
    ]  # fmt: skip


def figures_of(lines: Sequence[Line], whole: frozenset[int], *, group: str = "", least: int | None = None) -> list[Figure]:
    """The figures that might be shown of these lines and of the score behind one filter value (states/disclosure)."""
    found = [Figure(key_of(WHOLE, group), whole, WHOLE, group, least)]
    for line in lines:
        found.append(Figure(key_of(line.code, group), line.of, line.code, group, linked=line.scored))
        found += [
            Figure(key_of(line.code, group, one.code), one.of, line.code, group, linked=False) for one in line.choices
        ]
    return found


def key_of(code: str, group: str = "", choice: str = "") -> str:
    """The key of a figure: of a question (or the whole), behind a filter value, of one of its choices."""
    return f"{group}/{code}/{choice}"


def _lines(one: QuestionSpec, given: Given, scored: set[str]) -> Iterator[Line]:
    if isinstance(one, MatrixSpec):
        for row in one.rows:
            if isinstance(row, RatingSpec):
                yield from _lines(row, given, scored)
    elif isinstance(one, RatingSpec):
        steps = [Fraction(level.value) for level in one.levels]
        yield _mean(one, given, min(steps), max(steps), scored=one.code in scored)
    elif isinstance(one, RecommendationSpec):
        yield _mean(one, given, Fraction(one.lowest), Fraction(one.highest))
    elif isinstance(one, NumberSpec):
        yield _mean(one, given, None, None)
    elif isinstance(one, CHOICES):
        yield _chosen(one, given)


def _mean(
    one: QuestionSpec, given: Given, lowest: Fraction | None, best: Fraction | None, *, scored: bool = False
) -> Line:
    found = {number: value for number, answers in given.items() if (value := _number(answers, one.code)) is not None}
    return Line(one.code, one.title, frozenset(found), mean(found.values()), lowest, best, scored=scored)


def _number(answers: Answers, code: str) -> Fraction | None:
    value = answers.get(code)
    return None if value == NOT_APPLICABLE else figure(value, code)


def _chosen(one: SingleChoiceSpec | MultipleChoiceSpec | YesNoSpec, given: Given) -> Line:
    found = {number: chosen for number, answers in given.items() if (chosen := _picked(answers.get(one.code)))}
    offered: list[tuple[str, Text | None]] = (
        [("yes", None), ("no", None)] if isinstance(one, YesNoSpec) else [(option.code, option.title) for option in one.options]
    )
    choices = tuple(
        Choice(code, title, frozenset(number for number, chosen in found.items() if code in chosen))
        for code, title in offered
    )
    return Line(one.code, one.title, frozenset(found), choices=choices)


def _picked(value: object) -> frozenset[str]:
    given = value if isinstance(value, list) else [value] if value else []
    return frozenset(str(each) for each in given) - {NOT_APPLICABLE}


def _text(answers: Answers, code: str) -> str:
    return str(answers.get(code) or "").strip()

