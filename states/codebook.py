"""Answers as a table for statistics programs: which columns a form makes, how a cell is coded, what a code means.

Two styles: `limesurvey` (names such as `G01Q02[SQ001]`, choices by their codes) and `spss` (names of letters, digits
and underscores, choices as numbers). Ratings stand as they were given: a reversed item is turned round by the score only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from states.scheme.base import Text
from states.scheme.forms import Form, Rated
from states.scheme.questions import (
    NOT_APPLICABLE,
    MatrixSpec,
    MultipleChoiceSpec,
    NumberSpec,
    QuestionSpec,
    RatedItem,
    RatingSpec,
    SingleChoiceSpec,
    YesNoSpec,
)
from states.scheme.scales import Level

Style = Literal["limesurvey", "spss"]
Cell = str | int | Decimal | date | None
TEXTS = frozenset({"short_text", "long_text"})
YES = Text(zh="是", en="yes")
NO = Text(zh="否", en="no")


@dataclass(frozen=True)
class Missing:
    """The codes of what is no answer. A question that was put and left blank is an empty cell.

    `hidden`: not put, an earlier answer decided; `not_applicable`: said so; `withheld`: a text that HR keeps back.
    """

    not_applicable: int = -98
    hidden: int = -97
    withheld: int = -96


USUAL = Missing()
OF_FIGURES = Missing(-99_999_998, -99_999_997, -99_999_996)
"""For a figure that may be below zero itself: beyond what any question takes."""


@dataclass(frozen=True)
class Value:
    """One answer that a column may hold: what stands in the cell, and in words; `given` is what was answered."""

    code: str
    title: Text
    given: str = ""


@dataclass(frozen=True)
class Column:
    """One column: a question, or one row or option (`part`) of it. `number` and `part_number` count from 1."""

    question: str
    number: int
    kind: str
    title: Text
    part: str = ""
    part_number: int = 0
    part_title: Text | None = None
    values: tuple[Value, ...] = ()
    scored: bool = False
    reversed: bool = False
    weight: Decimal | None = None
    missing: Missing = USUAL

    @property
    def code(self) -> str:
        """The key of its answer."""
        return self.part if self.kind == "matrix" else self.question


def columns_of(form: Form, style: Style) -> tuple[Column, ...]:
    """The columns of a form's answers in the order of its page."""
    scored = {item.code: item for item in form.scored} if isinstance(form, Rated) else {}
    return tuple(
        column for number, spec in enumerate(form.asked, 1) for column in _columns(spec, number, scored, style)
    )


def _columns(spec: QuestionSpec, number: int, scored: Mapping[str, RatedItem], style: Style) -> Iterator[Column]:
    plain: dict[str, Any] = {"question": spec.code, "number": number, "kind": spec.kind, "title": spec.title}
    if isinstance(spec, RatingSpec):
        yield Column(**plain, values=_levels(spec.levels), **_weighed(scored.get(spec.code)))
    elif isinstance(spec, MatrixSpec):
        for place, row in enumerate(spec.rows, 1):
            yield Column(
                **plain, part=row.code, part_number=place, part_title=row.title, values=_levels(spec.levels),
                **_weighed(scored.get(row.code)),
            )  # fmt: skip
    elif isinstance(spec, MultipleChoiceSpec):
        for place, option in enumerate(spec.options, 1):
            yield Column(**plain, part=option.code, part_number=place, part_title=option.title, values=_yes_no(style))
    else:
        yield Column(**plain, values=tuple(_values(spec, style)), missing=_missing_of(spec))


def _weighed(item: RatedItem | None) -> dict[str, Any]:
    return {} if item is None else {"scored": True, "reversed": item.reversed, "weight": item.weight}


def _levels(levels: Iterable[Level]) -> tuple[Value, ...]:
    return tuple(Value(str(level.value), level.title) for level in levels)


def _yes_no(style: Style) -> tuple[Value, ...]:
    yes, no = ("Y", "N") if style == "limesurvey" else ("1", "0")
    return Value(yes, YES, "yes"), Value(no, NO, "no")


def _values(spec: QuestionSpec, style: Style) -> Iterator[Value]:
    if isinstance(spec, YesNoSpec):
        yield from _yes_no(style)
    elif isinstance(spec, SingleChoiceSpec):
        for place, option in enumerate(spec.options, 1):
            yield Value(option.code if style == "limesurvey" else str(place), option.title, option.code)


def _missing_of(spec: QuestionSpec) -> Missing:
    below = isinstance(spec, NumberSpec) and (spec.lowest is None or spec.lowest <= USUAL.withheld)
    return OF_FIGURES if below else USUAL


def names_of(columns: Sequence[Column], style: Style, taken: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of the columns, each only once, however it is spelled; `taken` are names that others have."""
    if style == "limesurvey":
        return tuple(_limesurvey(one) for one in columns)
    used = {name.casefold() for name in taken}
    return tuple(_free(_spss(one), used) for one in columns)


def _limesurvey(one: Column) -> str:
    name = f"G01Q{one.number:02}"
    return f"{name}[SQ{one.part_number:03}]" if one.part_number else name


LONGEST_NAME = 64
RESERVED = frozenset({"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"})


def _spss(one: Column) -> str:
    return f"{one.question}_{one.part}" if one.part else one.question


def _free(wanted: str, used: set[str]) -> str:
    """A name that SPSS takes: a letter first, at most 64 bytes, no word of its own, no underscore at the end, only once."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in wanted).strip("_")
    plain = letters if letters[:1].isalpha() else f"q_{letters}".rstrip("_")
    plain = f"{plain}_q" if plain.casefold() in RESERVED else plain
    name, number = plain[:LONGEST_NAME].rstrip("_"), 1
    while name.casefold() in used:
        number += 1
        tail = f"_{number}"
        name = plain[: LONGEST_NAME - len(tail)].rstrip("_") + tail
    used.add(name.casefold())
    return name


def cell_of(column: Column, answers: Mapping[str, Any], shown: frozenset[str]) -> Cell:
    """What stands in the column for one answer; `shown` are the questions that applied to this customer."""
    if column.code not in shown or column.question not in shown:
        return column.missing.hidden
    given = answers.get(column.code)
    if given in (None, "", []):
        return None
    if NOT_APPLICABLE in (given if isinstance(given, list) else [given]):
        return column.missing.not_applicable
    return _coded(column, given)


def _coded(column: Column, given: Any) -> Cell:
    if column.kind == "multiple_choice":
        chosen = "yes" if column.part in given else "no"
        return _figure(next(one.code for one in column.values if one.given == chosen))
    if column.kind in TEXTS:
        return str(given)
    if column.kind == "date":
        return date.fromisoformat(str(given))
    if column.kind == "number":
        return Decimal(str(given))
    found = next((one.code for one in column.values if one.given == str(given)), str(given))
    return _figure(found)


def _figure(code: str) -> str | int:
    return int(code) if code.isascii() and code.isdigit() else code

