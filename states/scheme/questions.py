"""What a form may ask, one class a kind: ratings, choices, figures, days, texts, files (scheme §2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from states.scheme.base import Code, Figure, Part, Positive, Text
from states.scheme.scales import Level

LONGEST_TEXT = 4000
RECOMMEND, COMMENT = "recommend", "comment"
"""The codes of the recommendation and the comment that a form has without listing them as questions."""
NOT_APPLICABLE = "na"


def _as_word(value: object) -> object:
    """A step of a scale stands in the file as a figure, and among the answers as text."""
    if isinstance(value, bool):
        raise PydanticCustomError("string_type", "text")
    return str(value) if isinstance(value, int) else value


def _written_day(value: object) -> object:
    if not isinstance(value, str | date):
        raise PydanticCustomError("date_type", "a day such as 2026-05-01")
    return value


AnswerWord = Annotated[
    str, BeforeValidator(_as_word), Field(min_length=1, max_length=60),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}]}),
]  # fmt: skip
Bound = Annotated[Decimal, Figure, Field(ge=-1_000_000, le=1_000_000, max_digits=12, decimal_places=6)]
Day = Annotated[date, BeforeValidator(_written_day)]
Options = Annotated[tuple["Option", ...], Field(min_length=2, max_length=100)]


class When(Part):
    """The question is asked where an earlier one was answered so: one of `is`, or between two figures."""

    question: Code
    values: Annotated[tuple[AnswerWord, ...], Field(alias="is", max_length=100)] = ()
    at_least: Bound | None = None
    at_most: Bound | None = None


class Option(Part):
    """One of the answers that a choice offers."""

    code: Code
    title: Text


class Asked(Part):
    """What every question has. A question that `when` leaves out is neither shown, required nor kept."""

    code: Code
    title: Text
    help: Text | None = None
    required: bool = False
    when: When | None = None


class RatedItem(Asked):
    """A question answered on a scale; `reversed`: agreeing is the worse answer."""

    weight: Positive = Decimal(1)
    reversed: bool = False
    not_applicable: bool | None = None

    @cached_property
    def weighs(self) -> Fraction:
        """The weight as it counts."""
        return Fraction(self.weight)


class RatingSpec(RatedItem):
    """A rating among the other questions, on the form's scale or one of its own."""

    kind: Literal["rating"] = "rating"
    scale: Code | None = None
    scored: bool = True
    levels: tuple[Level, ...] = ()
    """The levels of its scale, filled in by the loader."""


class MatrixSpec(Asked):
    """Several ratings on one scale, as rows of a table; each row is answered under its own code."""

    kind: Literal["matrix"]
    rows: Annotated[tuple[RatedItem, ...], Field(min_length=1, max_length=50)]
    scale: Code | None = None
    scored: bool = True
    not_applicable: bool | None = None
    levels: tuple[Level, ...] = ()
    """The levels of its scale, filled in by the loader."""


class RecommendationSpec(Asked):
    """How likely somebody is to recommend: shown, never scored."""

    kind: Literal["recommendation"] = "recommendation"
    lowest: Annotated[int, Figure, Field(ge=0, le=10)] = 0
    highest: Annotated[int, Figure, Field(ge=1, le=10)] = 10


class SingleChoiceSpec(Asked):
    """One of several answers."""

    kind: Literal["single_choice"]
    options: Options
    not_applicable: bool = False


class MultipleChoiceSpec(Asked):
    """Any of several answers."""

    kind: Literal["multiple_choice"]
    options: Options
    not_applicable: bool = False


class YesNoSpec(Asked):
    """Yes or no."""

    kind: Literal["yes_no"]
    not_applicable: bool = False


class NumberSpec(Asked):
    """A figure, exact, within its bounds."""

    kind: Literal["number"]
    lowest: Bound | None = None
    highest: Bound | None = None
    places: Annotated[int, Figure, Field(ge=0, le=6)] = 2
    unit: Text | None = None


class DateSpec(Asked):
    """A day."""

    kind: Literal["date"]
    earliest: Day | None = None
    latest: Day | None = None


class ShortTextSpec(Asked):
    """A text of one line."""

    kind: Literal["short_text"]
    longest: Annotated[int, Figure, Field(ge=1, le=1000)] = 200


class LongTextSpec(Asked):
    """A text of several lines."""

    kind: Literal["long_text"] = "long_text"
    longest: Annotated[int, Figure, Field(ge=1, le=LONGEST_TEXT)] = LONGEST_TEXT


class FileSpec(Asked):
    """Files, in forms that staff fill in; customers hand in none."""

    kind: Literal["file"]
    most: Annotated[int, Figure, Field(ge=1, le=10)] = 3


QuestionSpec = Annotated[
    RatingSpec | MatrixSpec | RecommendationSpec | SingleChoiceSpec | MultipleChoiceSpec | YesNoSpec | NumberSpec
    | DateSpec | ShortTextSpec | LongTextSpec | FileSpec,
    Field(discriminator="kind"),
]  # fmt: skip


class TextSpec(Part):
    """A free text. In a self review, one that asks for `training_wishes` goes to the list of training needs."""

    code: Code
    title: Text
    required: bool = False
    training_wishes: bool = False


class Recommendation(Part):
    """How likely the customer is to recommend: 0-10, shown and never scored."""

    title: Text
    lowest: Annotated[int, Field(ge=0, le=10)] = 0
    highest: Annotated[int, Field(ge=1, le=10)] = 10


class Taken(Part):
    """What a question takes over from its form where it does not say so itself."""

    levels: tuple[Level, ...] = ()
    not_applicable: bool = False
    required: bool = False


def as_rating(item: RatedItem, taken: Taken) -> RatingSpec:
    """An item of a form or a row of a table as the question that it is, with all that it takes over said outright."""
    said = item.not_applicable
    changed = {
        "not_applicable": taken.not_applicable if said is None else said, "required": item.required or taken.required,
    }  # fmt: skip
    if isinstance(item, RatingSpec):
        return item.model_copy(update=changed | {"levels": item.levels or taken.levels})
    return RatingSpec(
        code=item.code, title=item.title, help=item.help, when=item.when, weight=item.weight, reversed=item.reversed,
        levels=taken.levels, **changed,
    )  # fmt: skip


def rows_of(matrix: MatrixSpec, taken: Taken) -> tuple[RatingSpec, ...]:
    """The rows of a table as the questions that they are."""
    said = matrix.not_applicable
    row = Taken(
        levels=matrix.levels or taken.levels, not_applicable=taken.not_applicable if said is None else said,
        required=matrix.required or taken.required,
    )  # fmt: skip
    return tuple(as_rating(one, row) for one in matrix.rows)


def resolved(one: QuestionSpec, taken: Taken) -> QuestionSpec:
    """The question with what it takes over from its form; only ratings take anything."""
    if isinstance(one, MatrixSpec):
        return one.model_copy(update={"rows": rows_of(one, taken), "levels": one.levels or taken.levels})
    return as_rating(one, taken) if isinstance(one, RatingSpec) else one


def as_text(text: TextSpec) -> LongTextSpec:
    """A free text of a form as the question that it is."""
    return LongTextSpec(code=text.code, title=text.title, required=text.required)
