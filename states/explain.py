"""The tree behind a figure, down to the single deduction, for the person it is about."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from states.composition import PoolShare, RecordValue, pool_shares
from states.scheme.base import Text
from states.scheme.forms import DeductionForm, FormSpec, KpiForm, Rated, ScoredTest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from states.grading import Graded, PersonYear
    from states.scheme.composition import CompositionPart
    from states.scheme.model import Scheme
    from states.scheme.questions import RatedItem
    from states.scoring import EntryLine, FormScore, ScoreRow


KINDS = {"deduction": Text(zh="扣分", en="Deduction"), "offence": Text(zh="违规", en="Offence")}
"""What an entry without a clause is called."""


@dataclass(frozen=True)
class Node:
    """A figure and what made it. `weight` is of 1; `contribution` in points of the parent.

    `note` and `clause` say why a line lost points; `full` is the most that it could bring; `source` is where
    the actual of a key figure comes from, as the scheme writes it.
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
    source: str = ""


@dataclass(frozen=True)
class OwnRecord:
    """The record that the review itself makes, and the tree of its score."""

    kind: str
    period: str
    tree: Node


def explain_total(graded: Graded, person: PersonYear, scheme: Scheme, *, own: OwnRecord | None = None) -> Node:
    """The year's total: its parts, their pools and records, and below its own record the review's tree."""
    weights = {one.code: one for one in graded.contributions}
    children = tuple(
        Node(
            part.title, weights[part.code].value, weights[part.code].weight, weights[part.code].points,
            _part(part, person, own), code=part.code,
        )
        for part in scheme.composition.parts
        if part.code in weights
    )  # fmt: skip
    return Node(scheme.composition.title, graded.total, children=children, code="total")


def _part(part: CompositionPart, person: PersonYear, own: OwnRecord | None) -> tuple[Node, ...]:
    """The part's pools, or the records themselves where it has only one."""
    shares = pool_shares(person.records, part, joined=person.joined, left=person.left)
    if not shares:
        # Nothing was brought, but the review's own tree still says what is missing from it.
        return own.tree.children if own and own.kind in part.kinds else ()
    if len(part.pools) == 1:
        return _records(shares[0], own)
    return tuple(
        Node(one.pool.title, one.value, one.share, one.value * one.share, _records(one, own), code=one.pool.code)
        for one in shares
    )


def _records(share: PoolShare, own: OwnRecord | None) -> tuple[Node, ...]:
    """The records of a pool; the review's own one opens into its tree, and is left out where it is all there is."""
    if len(share.records) == 1 and _is_own(share.records[0][0], own) and own:
        return own.tree.children
    return tuple(
        _record(record, weight, own.tree.children if own and _is_own(record, own) else ())
        for record, weight in share.records
    )


def _is_own(record: RecordValue, own: OwnRecord | None) -> bool:
    return (
        own is not None and own.tree.value is not None and (record.kind, record.period) == (own.kind, own.period)
    )


def _record(record: RecordValue, weight: Fraction, below: tuple[Node, ...] = ()) -> Node:
    title = Text(zh=record.period, en=record.period)
    note = f"+{record.bonus}" if record.bonus else ""
    return Node(title, record.value, weight, record.value * weight, below, note=note, code=record.kind)


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
        return [(item.code, line_title(item)) for item in form.scored]
    if isinstance(form, ScoredTest):
        return [(section.code, section.title) for section in form.sections]
    return []


def line_title(item: RatedItem) -> Text:
    """The title of an item; of a reversed one it says so, since another rating counts than was given."""
    if not item.reversed:
        return item.title
    return Text(zh=f"{item.title.zh}（反向题）", en=f"{item.title.en} (reversed)")


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
        title, row.value, row.weight if kpi else None, brought, tuple(_entry(one) for one in row.entries),
        row.full * factor, row.note, _clause(form, row), row.code, _source(form, row),
    )  # fmt: skip


def _source(form: FormSpec, row: ScoreRow) -> str:
    rows = form.rows if isinstance(form, KpiForm) else ()
    return next((one.source for one in rows if one.code == row.code), "")


def _entry(one: EntryLine) -> Node:
    """An entry of the ledger below its line: what it took off, by which clause or why, and when."""
    title = one.title or KINDS.get(one.kind, KINDS["deduction"])
    times = f"× {one.times}" if one.times > 1 else ""
    return Node(title, -one.points, note=" · ".join(word for word in (times, one.on, one.note) if word), code=one.kind)


def _clause(form: FormSpec, row: ScoreRow) -> Text | None:
    if not isinstance(form, DeductionForm) or not row.clause:
        return None
    found = next((i.clause(row.clause) for i in form.items if i.code == row.code), None)
    return found.title if found else None
