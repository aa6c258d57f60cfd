"""Populations as they were on the cut-off date, the last day of the cycle's period (scheme §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from states.permissions import SYSTEM
from workflow_app.queries.postings import places_on
from workflow_app.schemes import scheme_of
from workflow_app.services.events import record_review_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from workflow_app.models import Cycle, Review


def freeze_populations(cycle: Cycle, reviews: Sequence[Review], *, now: datetime) -> int:
    """Rank each person where they stood on the cut-off date, by their postings; returns how many moved.

    Forms and raters stay those of the launch: today's unit gives the year-end (scheme §4). Worked out
    anew with every composition, so a posting that HR sets right counts.
    """
    places = places_on([review.employee for review in reviews], cycle.period_end)
    known = {population.code for population in scheme_of(cycle).populations}
    moved = 0
    for review in reviews:
        there = places[review.employee_id].population
        if there == review.population or there not in known:
            continue
        before, review.form_population = review.population, review.rated_as
        review.population = there
        data = {"from": before, "to": there, "on": cycle.period_end.isoformat()}
        record_review_event(review, "population_frozen", actor=SYSTEM, now=now, data=data)
        moved += 1
    return moved
