"""Key figures of a person's year, entered by HR apart from the table they belong to (scheme §2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import Form

from forms.fields import FigureField
from forms.kinds.base import labelled, name_of, refuse
from forms.kinds.kpi_table import NEGATIVE, TARGET_NOUGHT, target_name
from states.errors import N_

if TYPE_CHECKING:
    from states.scheme.forms import KpiForm, KpiRow

Figures = dict[str, dict[str, str]]


class FiguresForm(Form):
    """Actual and own target of every row that a person enters."""

    rows: tuple[KpiRow, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Every figure a plain number, no actual below 0, every target above it."""
        super().validate(extra_validators)
        for row in self.rows:
            actual: Any = self[name_of(row.code)]
            target: Any = self[target_name(row.code)]
            if not actual.errors and actual.figure is not None and actual.figure < 0:
                refuse(actual, NEGATIVE)
            if not target.errors and target.figure is not None and target.figure <= 0:
                refuse(target, TARGET_NOUGHT)
        return not self.errors

    def figures(self) -> Figures:
        """By key figure, `actual` and `target` as exact text; blank ones are absent."""
        return {
            row.code: {
                part: self[name].data
                for part, name in (("actual", name_of(row.code)), ("target", target_name(row.code)))
                if self[name].data
            }
            for row in self.rows
        }


def figures_form(spec: KpiForm) -> type[FiguresForm]:
    """The form class of a KPI table's entered rows."""
    rows = tuple(row for row in spec.rows if row.source_form is None)
    attrs: dict[str, Any] = {"rows": rows}
    for row in rows:
        attrs[name_of(row.code)] = FigureField(labelled(N_("%(item)s, actual"), row.title))
        attrs[target_name(row.code)] = FigureField(labelled(N_("%(item)s, own target"), row.title))
    return type("EnteredFiguresForm", (FiguresForm,), attrs)


def data_of(spec: KpiForm, figures: Figures) -> dict[str, str]:
    """The data of the fields that show what was entered before."""
    shown: dict[str, str] = {}
    for row in spec.rows:
        entered = figures.get(row.code, {})
        shown |= {name_of(row.code): entered.get("actual", ""), target_name(row.code): entered.get("target", "")}
    return shown
