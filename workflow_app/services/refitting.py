"""Fitting one review to another version of its scheme: steps added, taken out and put in another order.

What is done is left as it is; the caller has asked the rules (`states.scheme.moving`) whether that is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from states import stages as rules
from states.errors import Message
from states.permissions import Actor
from states.scheme import Scheme
from states.scheme.cycles import CycleKind
from states.scheme.moving import same_answers
from states.stages import OMITTED, OPEN, WAITING, Step
from workflow_app.db import db
from workflow_app.models import Assignment, Review, ReviewStage
from workflow_app.queries.standing import Held
from workflow_app.services.advancing import open_stages
from workflow_app.services.events import record_review_event
from workflow_app.services.inviting import end_links, prepare_invitations
from workflow_app.services.planning import PlannedStage

LIVE = (WAITING, OPEN)


@dataclass(frozen=True)
class Fitting:
    """One review, what it holds, and the steps that it is to consist of."""

    held: Held
    plan: list[PlannedStage]
    old: Scheme
    new: Scheme
    kind: str
    done: frozenset[str]

    @property
    def kinds(self) -> tuple[CycleKind, CycleKind]:
        """The kind of the cycle in the old and in the new version."""
        return self.old.cycle_kinds[self.kind], self.new.cycle_kinds[self.kind]

    @property
    def lost(self) -> list[ReviewStage]:
        """The steps that the new version does not have for this person."""
        planned = {stage.spec.code for stage in self.plan}
        return [row for row in self.held.rows if row.stage not in planned and row.stage not in self.done]

    @property
    def gained(self) -> list[PlannedStage]:
        """The steps that only the new version has."""
        return [stage for stage in self.plan if self.held.row(stage.spec.code) is None]

    @property
    def kept(self) -> Iterator[tuple[ReviewStage, PlannedStage]]:
        """The steps that both have and that are still to come, or are open without any answer."""
        for stage in self.plan:
            row = self.held.row(stage.spec.code)
            if row is not None and row.state in LIVE and row.stage not in self.done:
                yield row, stage

    def other_form(self, stage: PlannedStage) -> bool:
        """Whether somebody is asked another form than before."""
        before = self.kinds[0].stage(stage.spec.code)
        rated = {"population": self.held.review.rated_as, "post": self.held.review.post}
        return before is not None and before.form_for(**rated) != stage.spec.form_for(**rated)

    def other_actor(self, stage: PlannedStage) -> bool:
        """Whether somebody else acts than before."""
        before = self.kinds[0].stage(stage.spec.code)
        return before is not None and before.actor != stage.spec.actor

    @property
    def reordered(self) -> bool:
        """Whether steps that are still to come change places."""
        planned = [stage.spec.code for stage in self.plan if self.held.row(stage.spec.code)]
        return planned != [row.stage for row in self.held.rows if row.stage in planned]

    @property
    def steps(self) -> list[Step]:
        """The review's steps as they will be, before anything opens."""
        found = []
        for stage in self.plan:
            row = self.held.row(stage.spec.code)
            left_out = stage.omitted and (row is None or (row.state in LIVE and row.stage not in self.done))
            state = OMITTED if left_out else row.state if row else WAITING
            found.append(Step(stage.spec.code, state, stage.spec.alongside))
        return found

    @property
    def put_back(self) -> list[str]:
        """Open steps that wait again, since a step comes before them now."""
        here, steps = rules.first_unfinished(self.steps), self.steps
        codes = [step.code for step in steps]
        released = rules.RELEASE in codes and here is not None and codes.index(here.code) > codes.index(rules.RELEASE)
        return [
            step.code
            for step in steps
            if step.state == OPEN and not (step.alongside or step == here or released or step.code in self.done)
        ]

    @property
    def untouched(self) -> bool:
        """Whether no row of this review changes: at most deadlines and wording that are still to come."""
        same = [stage.spec.code for stage in self.plan] == [row.stage for row in self.held.rows]
        moved = any(row.alongside != stage.spec.alongside for row, stage in self.kept)
        return same and not (moved or self.put_back or any(self.replaced(stage) for _row, stage in self.kept))

    def changes(self, drafts: set[int]) -> list[Message]:
        """What changes for this person, in words; nothing where everything stays."""
        return [*self._coming_and_going(), *self._altered(drafts), *self._order()]

    def _coming_and_going(self) -> Iterator[Message]:
        for stage in self.gained:
            if not stage.omitted:
                yield Message("gains the step “%(stage)s”", stage=stage.spec.title)
        for row in self.lost:
            spec = self.kinds[0].stage(row.stage)
            if row.state != OMITTED:
                yield Message("loses the step “%(stage)s”", stage=spec.title if spec else row.stage)

    def _altered(self, drafts: set[int]) -> Iterator[Message]:
        for row, stage in self.kept:
            title, form = stage.spec.title, self._form(stage)
            if stage.omitted:
                yield Message("“%(stage)s” is left out: %(reason)s", stage=title, reason=Message(stage.omitted))
            elif self.other_actor(stage):
                yield Message("“%(stage)s”: somebody else acts there", stage=title)
            elif self.other_form(stage) and form:
                yield Message("“%(stage)s”: another form, “%(form)s”", stage=title, form=self.new.forms[form].title)
            elif form and not same_answers(self.old.forms[form], self.new.forms[form]):
                yield Message("“%(stage)s”: the form asks something else than before", stage=title)
            before = self.kinds[0].stage(row.stage)
            if row.state == WAITING and before is not None and before.days != stage.spec.days:
                days = {"stage": title, "before": before.days, "after": stage.spec.days}
                yield Message("“%(stage)s”: %(after)s working days instead of %(before)s, once it opens", **days)
            if self.replaced(stage) and any(one.id in drafts for one in self.held.forms[row.stage]):
                yield Message("“%(stage)s”: a draft that was begun is set aside", stage=title)

    def _order(self) -> Iterator[Message]:
        for code in self.put_back:
            spec = self.kinds[1].stage(code)
            yield Message("“%(stage)s” waits again: a step comes before it now", stage=spec.title if spec else code)
        if self.reordered:
            yield Message("the steps that are still to come change places")

    def _form(self, stage: PlannedStage) -> str | None:
        return stage.spec.form_for(population=self.held.review.rated_as, post=self.held.review.post)

    def replaced(self, stage: PlannedStage) -> bool:
        """Whether the forms of a step are given out anew."""
        return bool(stage.omitted) or self.other_actor(stage) or self.other_form(stage)


def refit(fitting: Fitting, *, actor: Actor, now: datetime) -> None:
    """Make the review what its plan says; the cycle is pinned to the new version already."""
    review = fitting.held.review
    back = fitting.put_back
    for row in fitting.lost:
        _take_out(fitting, row, actor=actor, now=now)
    for row, stage in list(fitting.kept):
        if fitting.replaced(stage):
            _give_anew(fitting, row, stage, actor=actor, now=now)
    for position, stage in enumerate(fitting.plan, start=1):
        held = fitting.held.row(stage.spec.code)
        if held is None:
            db.session.add(_new_row(review, stage, position, now=now))
            db.session.add_all(_new_forms(review, stage, now=now))
            continue
        held.position, held.alongside = position, stage.spec.alongside
        if held.stage in back:
            _let_wait(fitting, held)
    db.session.expire(review, ["stages"])
    _place(fitting, now=now, actor=actor)


def _place(fitting: Fitting, *, actor: Actor, now: datetime) -> None:
    """Set the state that the steps say. Not by the review's table: the old state may be none of its steps now."""
    review = fitting.held.review
    steps = fitting.steps
    state = rules.state_of(steps)
    if state != review.state:
        review.prev_state, review.state = review.state, state
    if rules.opening(steps):
        open_stages(review, actor=actor, now=now)
    given = [*fitting.gained, *(stage for row, stage in fitting.kept if fitting.replaced(stage))]
    if any(stage.spec.actor == "customers" and not stage.omitted for stage in given):
        db.session.flush()
        prepare_invitations(review, actor=actor, now=now)


def _take_out(fitting: Fitting, row: ReviewStage, *, actor: Actor, now: datetime) -> None:
    _close_forms(fitting, row.stage, now=now)
    if _asks_customers(fitting.kinds[0], row.stage):
        end_links(fitting.held.review, actor=actor, now=now)
    db.session.delete(row)


def _give_anew(fitting: Fitting, row: ReviewStage, stage: PlannedStage, *, actor: Actor, now: datetime) -> None:
    """Take the forms of a step back and give out those of the plan; its deadline stays."""
    review = fitting.held.review
    _close_forms(fitting, row.stage, now=now)
    if _asks_customers(fitting.kinds[0], row.stage):
        if stage.spec.actor == "customers" and not stage.omitted:
            _rename_links(fitting, stage)
        else:
            end_links(review, actor=actor, now=now)
    if stage.omitted:
        row.state, row.omission_reason, row.done_at = OMITTED, stage.omitted, now
        return
    forms = _new_forms(review, stage, now=now)
    if row.state == OPEN:
        for form in forms:
            form.state, form.opened_at, form.due_at = OPEN, now, row.due_at
    db.session.add_all(forms)


def _rename_links(fitting: Fitting, stage: PlannedStage) -> None:
    """Nobody holds these links yet (the rules refuse otherwise), so they may ask the other form."""
    form = stage.spec.form_for(population=fitting.held.review.rated_as, post=fitting.held.review.post)
    for link in fitting.held.links:
        if link.state == "created" and form:
            link.form = form


def _let_wait(fitting: Fitting, row: ReviewStage) -> None:
    row.state, row.opened_at, row.due_at = WAITING, None, None
    for form in fitting.held.forms[row.stage]:
        if form.state == OPEN:
            form.state, form.opened_at, form.due_at = WAITING, None, None


def _close_forms(fitting: Fitting, stage: str, *, now: datetime) -> None:
    """Like forms that were handed over: a review that is returned to this step does not open them again."""
    for form in fitting.held.forms[stage]:
        if form.state != "submitted":
            form.state, form.closed_at = "handed_over", form.closed_at or now


def _new_row(review: Review, stage: PlannedStage, position: int, *, now: datetime) -> ReviewStage:
    return ReviewStage(
        review_id=review.id, stage=stage.spec.code, position=position, alongside=stage.spec.alongside,
        state=OMITTED if stage.omitted else WAITING, omission_reason=stage.omitted, done_at=now if stage.omitted else None,
    )  # fmt: skip


def _new_forms(review: Review, stage: PlannedStage, *, now: datetime) -> list[Assignment]:
    return [
        Assignment(
            review_id=review.id, stage=stage.spec.code, form=form.form, assignee_id=form.assignee_id, state=WAITING,
            created_at=now,
        )
        for form in stage.forms
    ]


def _asks_customers(kind: CycleKind, stage: str) -> bool:
    spec = kind.stage(stage)
    return spec is not None and spec.actor == "customers"


def note_move(fitting: Fitting, *, before: int, after: int, actor: Actor, now: datetime) -> None:
    """Every review keeps when it moved to which version, and what it gained and lost."""
    data = {
        "from": before, "to": after, "gained": [stage.spec.code for stage in fitting.gained if not stage.omitted],
        "lost": [row.stage for row in fitting.lost],
    }  # fmt: skip
    record_review_event(fitting.held.review, "moved_to_version", actor=actor, now=now, data=data)
