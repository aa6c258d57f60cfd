"""A trial as data: every figure as text, people by number and name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from states.explaining.rules import figure, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from states.grading import Graded
    from states.scheme.model import Scheme
    from states.trial.seating import BandCount, Near, Tie
    from states.trial.trying import Change, PopulationTrial, Trial
    from states.trial.weighing import Shift, WeightEffect


def as_data(trial: Trial, names: Mapping[str, str]) -> dict[str, Any]:
    """The whole trial for a file. Exact figures as `169/2`, shown ones as `84.50`; missing ones are None."""
    return {
        "format": "kaoping-trial",
        "format_version": 1,
        "year": trial.year,
        "draft": _scheme(trial.draft),
        "against": _scheme(trial.against) if trial.against else None,
        "within": str(trial.within),
        "people": [_person(one, names) for one in trial.everybody],
        "populations": [_population(one, names) for one in trial.populations],
        "weights": [_effect(one, names) for one in trial.weights],
    }


def _scheme(scheme: Scheme) -> dict[str, Any]:
    return {"code": scheme.code, "version": scheme.version, "title": words(scheme.title)}


def _who(number: str, names: Mapping[str, str]) -> dict[str, str]:
    return {"employee_no": number, "name": names.get(number, "")}


def _person(one: Change, names: Mapping[str, str]) -> dict[str, Any]:
    return _who(one.employee_no, names) | {
        "population": one.population,
        "band_changes": one.band_changes,
        "difference": _text(one.difference),
        "before": _graded(one.before) if one.before else None,
        "after": _graded(one.after),
    }


def _graded(one: Graded) -> dict[str, Any]:
    return {
        "parts": {code: figure(value) for code, value in one.parts.items()},
        "total": _text(one.total_display),
        "rank": one.rank,
        "band": one.band,
        "flags": list(one.flags),
        "actions": list(one.actions),
    }


def _text(shown: object) -> str | None:
    return None if shown is None else str(shown)


def _population(one: PopulationTrial, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "population": one.code,
        "people": one.people,
        "ranked": one.n,
        "unranked": dict(one.unranked),
        "bands": [_band(each) for each in one.bands],
        "ties": [_tie(each, names) for each in one.ties],
        "near": [_near(each, names) for each in one.near],
    }


def _band(one: BandCount) -> dict[str, Any]:
    seats = one.seats
    return {
        "band": seats.band.code,
        "share": figure(seats.share),
        "ideal": figure(seats.ideal),
        "floor": seats.floor,
        "remainder": figure(seats.remainder),
        "seats": seats.given,
        "people": one.held,
    }


def _tie(one: Tie, names: Mapping[str, str]) -> dict[str, Any]:
    people = [_who(number, names) for number in one.people]
    return {"total": str(one.total), "bands": list(one.bands), "given": one.given, "people": people}


def _near(one: Near, names: Mapping[str, str]) -> dict[str, Any]:
    return _who(one.employee_no, names) | {
        "total": str(one.total),
        "band": one.band,
        "other_band": one.other,
        "distance": str(one.distance),
        "line": _text(one.line),
    }


def _effect(one: WeightEffect, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "part": one.part.code,
        "weight": figure(one.part.weight),
        "first_shift": one.first.by if one.first else None,
        "shifts": [_shift(each, names) for each in one.shifts],
    }


def _shift(one: Shift, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "by": one.by,
        "weights": {code: figure(weight) for code, weight in one.weights.items()},
        "moved": [_who(each.employee_no, names) | {"from": each.before, "to": each.after} for each in one.moved],
    }
