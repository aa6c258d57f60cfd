"""HR ranks a small population together with the one above it, or parts them again (scheme §5)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from states.errors import Message, Refusal
from states.permissions import Actor
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, PopulationMerge
from workflow_app.schemes import scheme_of
from workflow_app.services.advancing import checked_reason
from workflow_app.services.events import record_event


def merge_population(cycle: Cycle, population: str, *, reason: str, actor: Actor, now: datetime) -> PopulationMerge:
    """Rank a population within the one that the scheme names above it; bands are worked out anew.

    Refuses (conflict) outside calibration and what is merged already, and a population with nothing above it.
    """
    require(actor, "submit_for_approval")
    _guard_calibrating(cycle)
    into = above(cycle, population)
    if into is None:
        raise Refusal(Message("The scheme names no population into which this one could be merged."))
    if _merge(cycle, population) is not None:
        raise Refusal(Message("This population is merged already. Reload the page to see it."), kind="conflict")
    row = PopulationMerge(
        cycle_id=cycle.id, population=population, into=into, reason=checked_reason(reason),
        merged_by_id=actor.account_id, merged_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _work_out_anew(cycle, "population_merged", row, reason=row.reason, actor=actor, now=now)
    return row


def part_population(cycle: Cycle, population: str, *, reason: str, actor: Actor, now: datetime) -> None:
    """Rank a merged population apart again, with a reason; bands are worked out anew."""
    require(actor, "submit_for_approval")
    _guard_calibrating(cycle)
    row = _merge(cycle, population)
    if row is None:
        raise Refusal(Message("This population is ranked apart already. Reload the page to see it."), kind="conflict")
    why = checked_reason(reason)
    db.session.delete(row)
    db.session.flush()
    _work_out_anew(cycle, "population_parted", row, reason=why, actor=actor, now=now)


def above(cycle: Cycle, population: str) -> str | None:
    """The population into which the scheme lets this one be merged; None where it names none."""
    spec = scheme_of(cycle).population(population)
    return spec.upwards if spec else None


def _guard_calibrating(cycle: Cycle) -> None:
    db.session.refresh(cycle, with_for_update={"of": Cycle})
    if cycle.state != "calibrating":
        raise Refusal(
            Message("Populations are merged while a cycle is being calibrated, not before and not after."),
            kind="conflict",
        )


def _merge(cycle: Cycle, population: str) -> PopulationMerge | None:
    return db.session.scalar(select(PopulationMerge).filter_by(cycle_id=cycle.id, population=population))


def _work_out_anew(
    cycle: Cycle, kind: str, row: PopulationMerge, *, reason: str, actor: Actor, now: datetime
) -> None:
    cycle.distributed_at = None
    data = {"population": row.population, "into": row.into}
    record_event("cycle", cycle.id, kind, actor=actor, now=now, data=data, detail={"reason": reason})
    enqueue(Job.DISTRIBUTE_CYCLE, now=now, cycle_id=cycle.id)
