"""Small populations that HR ranks together with another (scheme §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from states.grading import merged_into
from states.scheme.results import Population
from workflow_app.db import db
from workflow_app.models import Cycle, PopulationMerge
from workflow_app.schemes import scheme_of


@dataclass(frozen=True)
class MergeChoice:
    """A population that the scheme lets HR rank within another."""

    population: Population
    into: Population


def merge_rows(cycle: Cycle) -> Sequence[PopulationMerge]:
    """The merges of a cycle, oldest first."""
    return db.session.scalars(select(PopulationMerge).filter_by(cycle_id=cycle.id).order_by(PopulationMerge.id)).all()


def merges_of(cycle: Cycle) -> dict[str, str]:
    """Which population is ranked within which."""
    return {row.population: row.into for row in merge_rows(cycle)}


def merge_choice(cycle: Cycle, population: str) -> MergeChoice | None:
    """Where a population could be merged; None where it is merged, or the scheme names nothing above it."""
    scheme = scheme_of(cycle)
    spec = scheme.population(population)
    above = scheme.population(spec.upwards) if spec and spec.upwards else None
    if spec is None or above is None or population in merges_of(cycle):
        return None
    return MergeChoice(spec, above)


def merged_here(cycle: Cycle, population: str) -> list[tuple[Population, PopulationMerge]]:
    """The populations that are ranked in this one beside its own people."""
    merges = merges_of(cycle)
    rows = {row.population: row for row in merge_rows(cycle)}
    return [
        (one, rows[one.code])
        for one in scheme_of(cycle).populations
        if one.code in rows and merged_into(one.code, merges) == population
    ]
