"""The forms of a scheme: deduction sheets, KPI tables, rating cards, questionnaires (scheme §2)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from states.scheme.base import Amount, Code, Part, Percent, Positive, Text, Words, by_code
from states.scheme.questions import (
    COMMENT,
    RECOMMEND,
    Asked,
    LongTextSpec,
    MatrixSpec,
    QuestionSpec,
    RatedItem,
    RatingSpec,
    Recommendation,
    RecommendationSpec,
    Taken,
    TextSpec,
    as_rating,
    as_text,
    resolved,
    rows_of,
)
from states.scheme.scales import Level

Method = Literal["mean_x20", "mean_minus_1_over_4", "top_two_box", "shrunk"]


class Clause(Part):
    """A rule whose breach costs points of its item; `each` means once for every occurrence."""

    code: Code
    title: Text
    points: Positive
    each: bool = False


class DeductionItem(Part):
    """An item that starts full and loses points, never below 0."""

    code: Code
    title: Text
    points: Positive
    clauses: tuple[Clause, ...] = ()

    def clause(self, code: str) -> Clause | None:
        """The clause with this code, or None."""
        return by_code(self.clauses, code)


class Area(Part):
    """A group of items on a deduction sheet."""

    code: Code
    title: Text
    items: Annotated[tuple[DeductionItem, ...], Field(min_length=1)]

    @property
    def points(self) -> Decimal:
        """The full points of the area."""
        return sum((item.points for item in self.items), Decimal(0))


class Form(Part):
    """What every form has; `code` is the key under which the file lists it."""

    code: Code
    title: Text
    instructions: Text | None = None
    questions: tuple[QuestionSpec, ...] = ()
    texts: tuple[TextSpec, ...] = ()

    @cached_property
    def asked(self) -> tuple[QuestionSpec, ...]:
        """Every question in the order of the page, apart from the sheet or table that a kind of form adds."""
        return (*(resolved(one, Taken()) for one in self.questions), *map(as_text, self.texts))

    @cached_property
    def fields(self) -> tuple[tuple[Asked, MatrixSpec | None], ...]:
        """All that is answered under a code of its own, in page order; a row with the table that it stands in."""
        return tuple(
            found
            for one in self.asked
            for found in (((row, one) for row in one.rows) if isinstance(one, MatrixSpec) else ((one, None),))
        )

    @cached_property
    def conditional(self) -> bool:
        """Whether any question hangs on an earlier answer. Most forms have none, and are read the faster for it."""
        return any(one.when is not None or (table is not None and table.when is not None) for one, table in self.fields)


class DeductionForm(Form):
    """A sheet that starts full and loses points by clause; its score is scaled to 100 (§2.1, §2.3)."""

    kind: Literal["deduction"]
    areas: tuple[Area, ...] = ()
    items_of: Code | None = None

    @property
    def items(self) -> tuple[DeductionItem, ...]:
        """Every item in the order of the page."""
        return tuple(item for area in self.areas for item in area.items)

    @property
    def points(self) -> Decimal:
        """The full points of the sheet."""
        return sum((item.points for item in self.items), Decimal(0))


class KpiRow(Part):
    """One key figure. `source` is `entered`, `records`, or `form` or `form:item` of this scheme."""

    code: Code
    title: Text
    weight: Positive
    target: Amount | None = None
    less_is_better: bool = False
    unit: Text | None = None
    source: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(:[a-z][a-z0-9_]*)?$")] = "records"

    @property
    def source_form(self) -> str | None:
        """The form whose score is the actual, or None where a person or a file enters it."""
        return None if self.source in {"entered", "records"} else self.source.partition(":")[0]

    @property
    def source_item(self) -> str | None:
        """The single item of that form, or None for the form as a whole."""
        return self.source.partition(":")[2] or None


class KpiView(Part):
    """A view of the table, such as finance or customers."""

    code: Code
    title: Text
    rows: Annotated[tuple[KpiRow, ...], Field(min_length=1)]

    @property
    def weight(self) -> Decimal:
        """The weight of the view: the sum of its rows."""
        return sum((row.weight for row in self.rows), Decimal(0))


class Threshold(Part):
    """Points for a ratio of actual to target, reached (`at_least`) or passed (`above`)."""

    points: Annotated[int, Field(ge=0, le=100)]
    at_least: Positive | None = None
    above: Positive | None = None
    title: Text | None = None


class Thresholds(Part):
    """How a ratio becomes points: the first line met, else `otherwise` (§2.2)."""

    lines: Annotated[tuple[Threshold, ...], Field(min_length=1)]
    otherwise: Annotated[int, Field(ge=0, le=100)]
    otherwise_title: Text | None = None

    @property
    def best(self) -> int:
        """The most points that a row can get."""
        return max(self.otherwise, *(line.points for line in self.lines))


class KpiForm(Form):
    """A table of weighted key figures with targets (§2.2)."""

    kind: Literal["kpi_table"]
    views: Annotated[tuple[KpiView, ...], Field(min_length=1)]
    thresholds: Thresholds
    points_to_100: Positive = Decimal(20)

    @property
    def rows(self) -> tuple[KpiRow, ...]:
        """Every row in the order of the page."""
        return tuple(row for view in self.views for row in view.rows)


class ScoreMethod(Part):
    """How ratings become 0-100; `shrunk` pulls the mean towards `prior` with `weight` answers."""

    name: Method = "mean_x20"
    prior: Amount | None = None
    weight: Positive | None = None
    least_answered: Percent = Decimal(0)
    """The share of the scored questions put to somebody that an answer needs to count."""


class Rated(Form):
    """What rating cards and questionnaires have in common."""

    scale: Code
    items: tuple[RatedItem, ...] = ()
    comment: Text | None = None
    method: ScoreMethod = ScoreMethod()
    levels: tuple[Level, ...] = ()
    """The levels of the scale, filled in by the loader."""

    @cached_property
    def ratings(self) -> dict[str, Fraction]:
        """What may be given, as an answer has it, and as it counts."""
        return {str(level.value): Fraction(level.value) for level in self.levels}

    @property
    def top(self) -> int:
        """The best value of the scale."""
        return max(level.value for level in self.levels)

    @property
    def offers_not_applicable(self) -> bool:
        """Whether a question that does not say so itself may be answered “not applicable”."""
        return False

    @property
    def wants_ratings(self) -> bool:
        """Whether every scored question has to be answered."""
        return False

    @cached_property
    def asked(self) -> tuple[QuestionSpec, ...]:
        """Every question in the order of the page; the ratings with their levels and all that the form says for them."""
        listed = [as_rating(item, self._taken(scored=True)) for item in self.items]
        questions = [resolved(one, self._taken(scored=self._is_scored(one))) for one in self.questions]
        comment = (LongTextSpec(code=COMMENT, title=self.comment),) if self.comment else ()
        return (*listed, *self._recommendations(), *questions, *comment, *map(as_text, self.texts))

    @cached_property
    def scored(self) -> tuple[RatingSpec, ...]:
        """What makes the score: the items, and the ratings and rows of tables on the form's own scale."""
        taken = self._taken(scored=True)
        found = [as_rating(item, taken) for item in self.items]
        for one in filter(self._is_scored, self.questions):
            found += rows_of(one, taken) if isinstance(one, MatrixSpec) else [as_rating(one, taken)]  # type: ignore[arg-type]
        return tuple(found)

    def _is_scored(self, one: QuestionSpec) -> bool:
        return isinstance(one, RatingSpec | MatrixSpec) and one.scored and one.scale in {None, self.scale}

    def _taken(self, *, scored: bool) -> Taken:
        return Taken(
            levels=self.levels, not_applicable=self.offers_not_applicable, required=scored and self.wants_ratings
        )

    def _recommendations(self) -> tuple[RecommendationSpec, ...]:
        return ()


class RatingCard(Rated):
    """A card that one named rater fills in, every item of it (§2.4)."""

    kind: Literal["rating_card"]

    @property
    def wants_ratings(self) -> bool:
        """A card lacks nothing."""
        return True


class Questionnaire(Rated):
    """A questionnaire that many people answer; an answer may be not applicable (§2.5)."""

    kind: Literal["questionnaire"]
    not_applicable: bool = True
    recommendation: Recommendation | None = None
    minimum_answers: Annotated[int, Field(ge=1, le=1000)] | None = None
    layout: Literal["one_page", "one_by_one"] = "one_page"
    changes: Literal["until_closed", "until_sent"] = "until_closed"

    @property
    def offers_not_applicable(self) -> bool:
        """As the form says."""
        return self.not_applicable

    def _recommendations(self) -> tuple[RecommendationSpec, ...]:
        asked = self.recommendation
        if asked is None:
            return ()
        return (RecommendationSpec(code=RECOMMEND, title=asked.title, lowest=asked.lowest, highest=asked.highest),)


class TestSection(Part):
    """A part of a scored test."""

    code: Code
    title: Text
    points: Positive


class ScoredTest(Form):
    """A test of theory or practical skill: points by section, scaled to 100, and a pass mark."""

    __test__ = False

    kind: Literal["test"]
    sections: Annotated[tuple[TestSection, ...], Field(min_length=1)]
    pass_mark: Percent


class TextForm(Form):
    """A form of free texts only, without a score."""

    kind: Literal["text"]


FormSpec = Annotated[
    DeductionForm | KpiForm | RatingCard | Questionnaire | ScoredTest | TextForm,
    Field(discriminator="kind"),
]


class Gate(Part):
    """A test that must be passed before something may happen (scheme §1, line 7)."""

    code: Code
    title: Text
    forms: Annotated[tuple[Code, ...], Field(min_length=1)]
    before: Literal["appointment", "duty"]
    again_after_transfer: bool = False
    note: Words | None = None
