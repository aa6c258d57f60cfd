"""The tree of one review's score for a page: stages, forms, rows, ledger entries."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from states.explain import Node, explain_form
from states.explaining.group import group_nodes
from states.scheme.base import Text
from states.scheme.forms import KpiForm, Rated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from states.scheme.cycles import CycleKind
    from states.scheme.model import Scheme
    from states.year_end import StageScore, YearEnd


def review_tree(score: YearEnd, scheme: Scheme, kind: CycleKind) -> Node:
    """A review's score by stage. Of a group there is the number of answers and what they make, no single one."""
    children = []
    for one in score.parts.contributions:
        stage = kind.stage(one.code)
        title = stage.title if stage else scheme.forms[one.code].title
        filled = score.stages.get(one.code)
        below = _below(filled, score, scheme, kind) if filled else ()
        # Without a value they were too few to count, and how few is not told.
        if filled and filled.count and not filled.forms and filled.value is not None:
            title = Text(zh=f"{title.zh} · {filled.count} 份", en=f"{title.en} · {filled.count} answers")
        children.append(Node(title, one.value, one.weight, one.points, below, code=one.code))
    return Node(kind.title, score.parts.value, children=tuple(children), code="review")


def _below(stage: StageScore, score: YearEnd, scheme: Scheme, kind: CycleKind) -> tuple[Node, ...]:
    form = scheme.forms[stage.form]
    if isinstance(form, Rated) and stage.survey is not None:
        return _group(stage, scheme, kind)
    if len(stage.forms) == 1:
        lines = explain_form(form, stage.forms[0])
        return _with_sources(lines, score, scheme, kind) if isinstance(form, KpiForm) else lines
    share = Fraction(1, len(stage.forms) or 1)
    return tuple(
        Node(form.title, one.value, share, None, explain_form(form, one), note=str(place))
        for place, one in enumerate(stage.forms, 1)
    )


def _group(stage: StageScore, scheme: Scheme, kind: CycleKind) -> tuple[Node, ...]:
    form = scheme.forms[stage.form]
    least = scheme.least_to_show(kind.stage(stage.stage))
    return group_nodes(stage, form, least_to_show=least) if isinstance(form, Rated) else ()


def _with_sources(nodes: Sequence[Node], score: YearEnd, scheme: Scheme, kind: CycleKind) -> tuple[Node, ...]:
    """The rows of a key-figure table whose actual a questionnaire brings lead down to what its answers made."""
    surveys = {one.form: one for one in score.stages.values() if one.survey is not None and one.survey.answered}
    return tuple(
        replace(
            node,
            children=_group(surveys[node.source], scheme, kind) if node.source in surveys
            else _with_sources(node.children, score, scheme, kind),
        )
        for node in nodes
    )  # fmt: skip


def with_reviews(node: Node, trees: Mapping[tuple[str, str], Node]) -> Node:
    """The same tree, where a record that came from a review (by kind and period) leads down into the review's own."""
    if not node.children and (found := trees.get((node.code, node.title.en))):
        # A review of a single stage: its form at once, not a stage that is all there is.
        below = found.children[0].children if len(found.children) == 1 else found.children
        return replace(node, children=below or found.children)
    return replace(node, children=tuple(with_reviews(child, trees) for child in node.children))
