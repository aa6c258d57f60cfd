"""The questions of a questionnaire as its pages show them: in which order, with which number, with which fields."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flask_babel import gettext

from forms.kinds.base import name_of, when_data
from states.questions import applicable
from states.scheme.questions import MatrixSpec
from workflow_app.i18n import t

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.builder import SchemeForm
    from states.scheme.forms import Form

TEXTS = frozenset({"short_text", "long_text"})


@dataclass(frozen=True)
class Block:
    """One question of the page. What is asked only after another answer, and texts, carry no number."""

    asked: Any
    names: tuple[str, ...]
    number: int | None

    @property
    def code(self) -> str:
        return str(self.asked.code)

    @property
    def kind(self) -> str:
        return str(self.asked.kind)

    @property
    def waits(self) -> bool:
        """Whether it is asked only after another answer."""
        return self.asked.when is not None

    @property
    def when(self) -> dict[str, str]:
        """What the page tells its script about that answer."""
        return {"data-code": self.code} | when_data(self.asked.when)

    def row_code(self, name: str) -> str:
        """The code of a row of a table by its field."""
        return str(next(row.code for row in self.asked.rows if name_of(row.code) == name))

    def row_when(self, name: str) -> dict[str, str]:
        """As `when`, for a row."""
        row = next(row for row in self.asked.rows if name_of(row.code) == name)
        return {"data-code": row.code} | when_data(row.when)

    def label(self, form: SchemeForm, name: str, *, numbered: bool = True) -> str:
        """What stands above a field: number, question, and whether it has to be answered."""
        field: Any = form[name]
        number = f"{self.number}. " if numbered and self.number and self.kind != "matrix" else ""
        wanted = field.about is not None and field.about.required
        return f"{number}{t(field.label.text)}" + (" " + gettext("(required)") if wanted else "")

    def is_answered(self, form: SchemeForm) -> bool:
        return any(form[name].data for name in self.names)

    def errors(self, form: SchemeForm) -> bool:
        return any(form[name].errors for name in self.names)


class _Same:
    """A questionnaire by identity, as the form builder does: hashing the whole of it would cost more."""

    def __init__(self, spec: Form) -> None:
        self.spec = spec

    def __hash__(self) -> int:
        return id(self.spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.spec is other.spec


def blocks_of(spec: Form) -> tuple[Block, ...]:
    """Every question in the order of the page, worked out once."""
    return _blocks(_Same(spec))


def conditional(spec: Form) -> frozenset[str]:
    """The codes of what is asked only after another answer, rows of tables among them."""
    return _conditional(_Same(spec))


@lru_cache(maxsize=256)
def _blocks(same: _Same) -> tuple[Block, ...]:
    made, number = [], 0
    for asked in same.spec.asked:
        counts = asked.when is None and asked.kind not in TEXTS
        number += counts
        rows = asked.rows if isinstance(asked, MatrixSpec) else (asked,)
        made.append(Block(asked, tuple(name_of(row.code) for row in rows), number if counts else None))
    return tuple(made)


@lru_cache(maxsize=256)
def _conditional(same: _Same) -> frozenset[str]:
    tables = {one.code for one in same.spec.asked if one.when is not None}
    return frozenset(tables | {one.code for one, _ in same.spec.fields if one.when is not None})


def applying(spec: Form, answers: dict[str, Any]) -> list[Block]:
    """The questions that apply to these answers, in order; of a table only the rows that do."""
    if not conditional(spec):
        return list(blocks_of(spec))
    codes = applicable(spec, answers)
    fields = {name_of(code) for code in codes}
    return [
        replace(block, names=tuple(name for name in block.names if name in fields))
        for block in blocks_of(spec) if block.code in codes
    ]  # fmt: skip


def following(spec: Form, answers: dict[str, Any]) -> frozenset[str]:
    """What applies only because of these answers."""
    asked = conditional(spec)
    return applicable(spec, answers) & asked if asked else asked


def block_named(blocks: Iterable[Block], code: str) -> Block | None:
    """The question with this code among these, or None."""
    return next((block for block in blocks if block.code == code), None)


def values(form: SchemeForm, block: Block) -> list[tuple[str, str]]:
    """The fields of a question as a page carries them along, hidden."""
    found = []
    for name in block.names:
        data = form[name].data
        found += [(name, str(one)) for one in (data if isinstance(data, (list, tuple)) else [data]) if one]
    return found
