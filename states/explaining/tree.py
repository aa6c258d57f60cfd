"""The tree of one review's score for a page: stages, forms, rows, ledger entries."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from states.explain import Node, explain_form
from states.scheme.base import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from states.scheme.cycles import CycleKind
    from states.scheme.forms import FormSpec
    from states.scheme.model import Scheme
    from states.year_end import StageScore, YearEnd


def review_tree(score: YearEnd, scheme: Scheme, kind: CycleKind) -> Node:
    """A review's score by stage. Of a group there is the number of answers and what they make, no single one."""
    children = []
    for one in score.parts.contributions:
        stage = kind.stage(one.code)
        title = stage.title if stage else scheme.forms[one.code].title
        filled = score.stages.get(one.code)
        below = _below(filled, scheme.forms[filled.form]) if filled else ()
        if filled and filled.count and not filled.forms:
            title = Text(zh=f"{title.zh} · {filled.count} 份", en=f"{title.en} · {filled.count} answers")
        children.append(Node(title, one.value, one.weight, one.points, below, code=one.code))
    return Node(kind.title, score.parts.value, children=tuple(children), code="review")


def _below(stage: StageScore, form: FormSpec) -> tuple[Node, ...]:
    if len(stage.forms) == 1:
        return explain_form(form, stage.forms[0])
    share = Fraction(1, len(stage.forms) or 1)
    return tuple(
        Node(form.title, one.value, share, None, explain_form(form, one), note=str(place))
        for place, one in enumerate(stage.forms, 1)
    )


def with_reviews(node: Node, trees: Mapping[tuple[str, str], Node]) -> Node:
    """The same tree, where a record that came from a review (by kind and period) leads down into the review's own."""
    if not node.children and (found := trees.get((node.code, node.title.en))):
        # A review of a single stage: its form at once, not a stage that is all there is.
        below = found.children[0].children if len(found.children) == 1 else found.children
        return replace(node, children=below or found.children)
    return replace(node, children=tuple(with_reviews(child, trees) for child in node.children))
