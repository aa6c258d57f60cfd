"""The tree behind a figure, down to the single deduction, for the person it is about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.composition import RecordValue, month_weight
from states.exact import mean
from states.scheme.base import Text
from states.scheme.forms import DeductionForm, FormSpec, KpiForm, Rated, ScoredTest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from states.grading import Graded, PersonYear
    from states.scheme.model import Scheme
    from states.scoring import FormScore, PartsScore, ScoreRow


@dataclass(frozen=True)
class Node:
    """A figure and what made it. `weight` is of 1; `contribution` in points of the parent.

    `note` and `clause` say why a line lost points; `full` is the most that it could bring.
    """

    title: Text
    value: Fraction | None
    weight: Fraction | None = None
    contribution: Fraction | None = None
    children: tuple[Node, ...] = ()
    full: Fraction | None = None
    note: str = ""
    clause: Text | None = None
    code: str = ""


def explain_total(
    graded: Graded,
    person: PersonYear,
    scheme: Scheme,
    *,
    year_end: Node | None = None,
) -> Node:
    """The year's total: its three parts, their records, and the year-end tree if given."""
    weights = {one.code: one for one in graded.contributions}
    rule = scheme.composition
    branches: dict[str, tuple[Text, tuple[Node, ...]]] = {
        "inspections": (rule.inspections.title, _pools(person, scheme)),
        "monthly": (rule.monthly.title, _months(person, scheme)),
        "year_end": (rule.year_end.title, _year_end(person, scheme, year_end)),
    }
    children = tuple(
        Node(title, weights[code].value, weights[code].weight, weights[code].points, below, code=code)
        for code, (title, below) in branches.items()
        if code in weights
    )
    return Node(rule.title, graded.total, children=children, code="total")


def _pools(person: PersonYear, scheme: Scheme) -> tuple[Node, ...]:
    rule = scheme.composition.inspections
    pools = [(pool, [r for r in person.records if r.kind in pool.kinds]) for pool in rule.pools]
    filled = [(pool, records) for pool, records in pools if records]
    count = sum(len(records) for _, records in filled)
    nodes = []
    for pool, records in filled:
        value = mean(r.value for r in records)
        by_count = rule.combine == "by_count"
        weight = Fraction(len(records), count) if by_count else Fraction(1, len(filled))
        each = Fraction(1, len(records))
        below = tuple(_record(r, each) for r in records)
        points = None if value is None else value * weight
        nodes.append(Node(pool.title, value, weight, points, below, code=pool.code))
    return tuple(nodes)


def _months(person: PersonYear, scheme: Scheme) -> tuple[Node, ...]:
    rule = scheme.composition.monthly
    records = [r for r in person.records if r.kind in rule.kinds]
    whole = rule.part_months == "whole"
    weights = [month_weight(r.period, person.joined, person.left, whole=whole) for r in records]
    total = sum(weights, Fraction(0))
    if not total:
        return ()
    return tuple(_record(r, w / total) for r, w in zip(records, weights, strict=True))


def _year_end(person: PersonYear, scheme: Scheme, tree: Node | None) -> tuple[Node, ...]:
    """The parts of the review; where they make nothing, the records that stand in for it."""
    stand_in = [r for r in person.records if r.kind in scheme.composition.year_end.kinds]
    if (tree is None or tree.value is None) and stand_in:
        return tuple(_record(r, Fraction(1, len(stand_in))) for r in stand_in)
    return tree.children if tree else ()


def _record(record: RecordValue, weight: Fraction) -> Node:
    title = Text(zh=record.period, en=record.period)
    note = f"+{record.bonus}" if record.bonus else ""
    return Node(title, record.value, weight, record.value * weight, note=note, code=record.kind)


def explain_review(
    parts: PartsScore,
    stages: Mapping[str, Text],
    forms: Mapping[str, tuple[FormSpec, FormScore]],
    *,
    title: Text,
) -> Node:
    """A review's score: its parts by stage, each down to the lines of its form."""
    children = tuple(
        Node(
            stages[one.code], one.value, one.weight, one.points,
            explain_form(*forms[one.code]) if one.code in forms else (), code=one.code,
        )
        for one in parts.contributions
    )  # fmt: skip
    return Node(title, parts.value, children=children, code="review")


def explain_form(form: FormSpec, score: FormScore) -> tuple[Node, ...]:
    """The lines of one form, grouped as on its page."""
    rows = {row.code: row for row in score.rows}
    if isinstance(form, DeductionForm):
        groups: Sequence[tuple[str, Text, Sequence[tuple[str, Text]]]] = [
            (area.code, area.title, [(i.code, i.title) for i in area.items]) for area in form.areas
        ]
        return tuple(_group(form, code, title, lines, rows) for code, title, lines in groups)
    if isinstance(form, KpiForm):
        return tuple(_group(form, v.code, v.title, [(r.code, r.title) for r in v.rows], rows) for v in form.views)
    return tuple(_line(form, rows[code], title) for code, title in _flat(form) if code in rows)


def _flat(form: FormSpec) -> list[tuple[str, Text]]:
    """The lines of a form without groups."""
    if isinstance(form, Rated):
        return [(item.code, item.title) for item in form.items]
    if isinstance(form, ScoredTest):
        return [(section.code, section.title) for section in form.sections]
    return []


def _group(
    form: FormSpec, code: str, title: Text, lines: Sequence[tuple[str, Text]],
    rows: Mapping[str, ScoreRow],
) -> Node:  # fmt: skip
    children = tuple(_line(form, rows[line], words) for line, words in lines if line in rows)
    got = [child.contribution for child in children if child.contribution is not None]
    full = sum((child.full or Fraction(0) for child in children), Fraction(0))
    value = sum(got, Fraction(0)) if got else None
    return Node(title, value, contribution=value, children=children, full=full, code=code)


def _line(form: FormSpec, row: ScoreRow, title: Text) -> Node:
    """A deduction line brings its points; a KPI line its points times its weight."""
    kpi = isinstance(form, KpiForm)
    factor = row.weight if kpi else Fraction(1)
    brought = None if row.value is None else row.value * factor
    return Node(
        title, row.value, row.weight if kpi else None, brought, (), row.full * factor,
        row.note, _clause(form, row), row.code,
    )  # fmt: skip


def _clause(form: FormSpec, row: ScoreRow) -> Text | None:
    if not isinstance(form, DeductionForm) or not row.clause:
        return None
    found = next((i.clause(row.clause) for i in form.items if i.code == row.code), None)
    return found.title if found else None
