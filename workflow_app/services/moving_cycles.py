"""Moving a running cycle to a newer version of its scheme: first a dry run, then whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import select

from states.errors import Message, Refusal
from states.permissions import Actor
from states.scheme import Scheme
from states.scheme.moving import MOVABLE, Standing, Versions, obstacles
from states.stages import CLOSED, EXCLUDED
from workflow_app.access import require
from workflow_app.db import db
from workflow_app.jobs import Job, enqueue
from workflow_app.models import Cycle, Employee, Review, SchemeVersion
from workflow_app.queries.candidates import roster_of
from workflow_app.queries.roster import Roster
from workflow_app.queries.schemes import newer_versions
from workflow_app.queries.standing import Held, begun_drafts, forms_filled, reviews_held
from workflow_app.schemes import read_scheme, scheme_of
from workflow_app.services import progress
from workflow_app.services.events import record_event
from workflow_app.services.launching import LAUNCH
from workflow_app.services.planning import PlannedStage, plan_review
from workflow_app.services.refitting import Fitting, note_move, refit

MOVED_ON = Message("Somebody changed this cycle meanwhile. Look at what would happen once more.")
NOT_NEWER = Message("A cycle moves to a newer published version of its own scheme only.")


@dataclass(frozen=True)
class DryRun:
    """What a move would do: what forbids it, and what changes for whom. `groups` are (change, reviews)."""

    version: SchemeVersion
    obstacles: Sequence[Message]
    groups: Sequence[tuple[Message, Sequence[Review]]] = ()
    people: int = 0
    touched: int = 0


@dataclass(frozen=True)
class _Plan:
    fittings: list[Fitting] = field(default_factory=list)
    aside: list[Held] = field(default_factory=list)
    """Reviews that were taken out of the cycle: they only note the move."""
    obstacles: list[Message] = field(default_factory=list)


def try_move(cycle: Cycle, version: SchemeVersion, *, actor: Actor, now: datetime) -> DryRun:
    """What moving the cycle to a version would do; nothing is changed. Refuses what is no newer version."""
    require(actor, "manage_cycles")
    _guard_version(cycle, version)
    _guard_launch(cycle)
    plan = _plan(cycle, version, reviews_held(cycle), now=now)
    if plan.obstacles:
        return DryRun(version, plan.obstacles, people=len(plan.fittings))
    drafts = begun_drafts([fitting.held for fitting in plan.fittings])
    groups: dict[Message, list[Review]] = defaultdict(list)
    touched = 0
    for fitting in plan.fittings:
        found = fitting.changes(drafts)
        touched += bool(found)
        for change in found:
            groups[change].append(fitting.held.review)
    return DryRun(version, (), sorted(groups.items(), key=lambda one: -len(one[1])), len(plan.fittings), touched)


def move_cycle_to(cycle: Cycle, version: SchemeVersion, *, seen: int, actor: Actor, now: datetime) -> int:
    """Pin a cycle to a newer version of its scheme and fit every review to it; returns how many reviews.

    `seen` is the version of the cycle's row that the dry run was made for. Refuses (conflict) a cycle that
    changed meanwhile, and with every reason what the rules forbid; then nothing is changed.
    """
    require(actor, "manage_cycles")
    db.session.refresh(cycle, with_for_update={"of": Cycle})
    if cycle.version != seen:
        raise Refusal(MOVED_ON, kind="conflict")
    _guard_version(cycle, version)
    _guard_title(cycle, version)
    _guard_launch(cycle)
    plan = _plan(cycle, version, reviews_held(cycle, lock=True), now=now)
    if plan.obstacles:
        raise Refusal(plan.obstacles, kind="conflict")
    before, cycle.scheme_version = cycle.scheme_version_id, version
    db.session.flush()
    for fitting in plan.fittings:
        note_move(fitting, before=before, after=version.id, actor=actor, now=now)
        if not fitting.untouched:
            refit(fitting, actor=actor, now=now)
    for held in plan.aside:
        _note_aside(held, before, version, actor=actor, now=now)
    _work_out_again(cycle, now=now)
    record_event(
        "cycle", cycle.id, "cycle_moved_to_version", actor=actor, now=now,
        data={"from": before, "to": version.id, "reviews": len(plan.fittings)},
    )
    return len(plan.fittings)


def _plan(cycle: Cycle, version: SchemeVersion, reviews: Sequence[Held], *, now: datetime) -> _Plan:
    old, new = scheme_of(cycle), read_scheme(version)
    versions = Versions(old, new, cycle.kind, forms_filled(cycle))
    if cycle.state not in MOVABLE or cycle.kind not in new.cycle_kinds:
        return _Plan(obstacles=obstacles(versions, [], state=cycle.state))
    roster = roster_of(cycle, now)
    survey = next((stage.code for stage in old.cycle_kinds[cycle.kind].stages if stage.actor == "customers"), None)
    rated = [held for held in reviews if held.review.state != EXCLUDED]
    fittings = [_fitting(held, old, new, cycle.kind, roster, held.done(survey)) for held in rated]
    return _Plan(
        fittings, [held for held in reviews if held.review.state == EXCLUDED],
        obstacles(versions, [_standing(fitting) for fitting in fittings], state=cycle.state),
    )  # fmt: skip


def _fitting(held: Held, old: Scheme, new: Scheme, kind: str, roster: Roster, done: frozenset[str]) -> Fitting:
    person = _as_launched(held.review)
    before = {stage.spec.code: stage for stage in plan_review(person, old.cycle_kinds[kind], roster)}
    plan = [_as_before(stage, before, held) for stage in plan_review(person, new.cycle_kinds[kind], roster)]
    return Fitting(held, plan, old, new, kind, done)


def _as_before(stage: PlannedStage, before: dict[str, PlannedStage], held: Held) -> PlannedStage:
    """Who left or has no customers any more is no matter of the version: such a step stays as it stands."""
    same = before.get(stage.spec.code)
    stands = held.row(stage.spec.code) is not None and same is not None
    return replace(stage, omitted=None) if stage.omitted and stands and same and same.omitted else stage


def _as_launched(review: Review) -> Employee:
    """The person as the cycle keeps them, for planning only: never added to the session."""
    return Employee(
        id=review.employee_id, department=review.department, post=review.post, population=review.rated_as,
        superior_id=review.superior_id, vp_id=review.vp_id, left=review.employee.left, joined=review.employee.joined,
    )  # fmt: skip


def _standing(fitting: Fitting) -> Standing:
    held, review = fitting.held, fitting.held.review
    applies = [stage.spec.code for stage in fitting.plan if not stage.omitted or stage.spec.code in fitting.done]
    return Standing(
        population=review.rated_as, ranked_as=review.population, post=review.post, stages=held.stages,
        planned=tuple(applies), done=fitting.done, skipped=held.skipped, moved_to=review.calibrated_band,
        closed=review.state == CLOSED or review.released_at is not None,
    )  # fmt: skip


def _note_aside(held: Held, before: int, version: SchemeVersion, *, actor: Actor, now: datetime) -> None:
    nothing = Fitting(held, [], read_scheme(version), read_scheme(version), "", frozenset(held.stages))
    note_move(nothing, before=before, after=version.id, actor=actor, now=now)


def _work_out_again(cycle: Cycle, *, now: datetime) -> None:
    """Totals and bands that were worked out by the old version are worked out anew."""
    if cycle.state == "calibrating":
        cycle.composed_at = cycle.distributed_at = None
        db.session.flush()
        enqueue(Job.COMPOSE_CYCLE, now=now, cycle_id=cycle.id)


def _guard_version(cycle: Cycle, version: SchemeVersion) -> None:
    if version not in newer_versions(cycle.scheme_version):
        raise Refusal(NOT_NEWER, kind="conflict")


def _guard_launch(cycle: Cycle) -> None:
    """A part of a launch that has begun makes its reviews by the version that it found."""
    launching = progress.find("cycle", cycle.id, LAUNCH)
    if launching is not None and launching.finished_at is None:
        raise Refusal(Message("The reviews of this cycle are still being made. Wait until all are there."), kind="conflict")


def _guard_title(cycle: Cycle, version: SchemeVersion) -> None:
    same = select(Cycle.id).filter_by(
        scheme_version_id=version.id, kind=cycle.kind, period=cycle.period, title_en=cycle.title_en
    )
    if db.session.scalar(same):
        raise Refusal(
            Message("A cycle of that version has the same kind, period and title already. Cancel one of the two."),
            kind="conflict",
        )
