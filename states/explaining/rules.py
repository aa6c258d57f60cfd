"""The rules of a scheme that make totals, bands and actions, inlined as JSON (docs/explanation.md)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

    from states.scheme.base import Text
    from states.scheme.composition import Composition, CompositionPart
    from states.scheme.model import Scheme
    from states.scheme.results import ActionSpec, Distribution


def figure(value: Fraction | Decimal | int | None) -> str | None:
    """An exact figure as text: `84`, `169/2`; None where it is missing."""
    return None if value is None else str(Fraction(value))


def words(text: Text) -> dict[str, str]:
    """A title in both languages."""
    return {"zh": text.zh, "en": text.en}


def rules_of(scheme: Scheme) -> dict[str, Any]:
    """Every parameter that a total, a band and an action depend on."""
    return {
        "composition": _composition(scheme.composition),
        "distribution": _distribution(scheme.distribution),
        "actions": [_action(spec) for spec in scheme.actions],
    }


def _composition(rule: Composition) -> dict[str, Any]:
    return {
        "title": words(rule.title),
        "parts": [_part(part) for part in rule.parts],
        "missing": rule.missing,
        "coverage": {"kinds": list(rule.coverage.kinds), "least": rule.coverage.least},
        "rounding": {"places": rule.rounding.places, "mode": rule.rounding.mode},
        "outstanding_over": figure(rule.outstanding_over),
        "bonus": {"least": rule.bonus.least, "most": rule.bonus.most, "most_a_period": rule.bonus.most_a_period},
    }


def _part(part: CompositionPart) -> dict[str, Any]:
    return {
        "code": part.code,
        "title": words(part.title),
        "weight": figure(part.weight),
        "combine": part.combine,
        "required": part.required,
        "flagged": part.flagged,
        "pools": [
            {"code": pool.code, "title": words(pool.title), "kinds": list(pool.kinds), "weigh": pool.weigh}
            for pool in part.pools
        ],
    }


def _distribution(spec: Distribution) -> dict[str, Any]:
    return {
        "mode": spec.mode,
        "ties": spec.ties,
        "small_under": spec.small_under,
        "crowded_times": figure(spec.crowded_times),
        "bands": [
            {
                "code": band.code,
                "title": words(spec.title_of(band)),
                "share": "rest" if band.share == "rest" else figure(band.share),
                "round_down": band.round_down,
                "at_least": figure(band.at_least),
                "below": figure(band.below),
                "barred_by_sanction": band.barred_by_sanction,
                "coefficient": figure(band.coefficient),
            }
            for band in spec.bands
        ],
    }


def _action(spec: ActionSpec) -> dict[str, Any]:
    when = spec.when
    return {
        "kind": spec.kind,
        "title": words(spec.title),
        "bands": list(when.bands),
        "top_percent": figure(when.top_percent),
        "last_percent": figure(when.last_percent),
        "over_total": when.over_total,
    }
