"""Cycle kinds: the stages of an appraisal, who acts in them, and what they weigh (scheme §3)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from states.scheme.actors import COLLEAGUES, SURVEYED, Actor, role_of
from states.scheme.base import Applies, Code, Days, Figure, Part, Positive, Text, Words, by_code
from states.scheme.recurring import Recurring

Period = Literal["day", "week", "month", "quarter", "half_year", "year"]
Overdue = Literal["wait", "remind", "escalate", "omit", "finish"]
Least = Annotated[int, Figure, Field(ge=1, le=1000)]


class FormUse(Applies):
    """A form of a stage and the people it is for; the first that holds is taken."""

    form: Code


class StageSpec(Part):
    """One stage of a review.

    `days` are working days once the stage is open. `overdue` says what happens then: `wait` (or
    `remind`) waits on and reminds, `escalate` tells the actor's superior as well, `omit` goes on
    without the part (flagged), `finish` ends the stage without an answer. A stage `alongside` opens
    at launch and blocks only where the order reaches it. Of a group (customers, departments, peers,
    reports) `least_to_count` answers make a score, and from `least_to_show` on it may be shown.
    """

    code: Code
    title: Text
    actor: Actor
    forms: tuple[FormUse, ...] = ()
    days: Days
    alongside: bool = False
    overdue: Overdue = "remind"
    when: Literal["always", "has_superior", "has_vp", "has_customers", "scored_by_supervisor"] = "always"
    least_to_count: Least | None = None
    least_to_show: Least | None = None
    entries_shown: Literal["at_once", "handed_in", "feedback"] = "feedback"
    """When the person rated sees deductions entered here; never before a release, where there is one."""

    @property
    def is_group(self) -> bool:
        """Whether many people answer here, of whom no single answer is a score."""
        return self.actor in SURVEYED

    @property
    def is_signature(self) -> bool:
        """Whether the person rated acts here without a form: all there is to do is to sign."""
        return self.actor == "self" and not self.forms

    @property
    def is_confidential(self) -> bool:
        """Whether colleagues answer, who were promised that only HR reads single answers."""
        return self.actor in COLLEAGUES

    @property
    def role(self) -> str | None:
        """The named role that fills the form, or None."""
        return role_of(self.actor)

    def form_for(self, *, population: str, post: str) -> str | None:
        """The code of the form that this person is rated on here, or None."""
        holds = (use for use in self.forms if use.holds_for(population=population, post=post))
        return next((use.form for use in holds), None)


class ScorePart(Part):
    """What the score of a stage, or of a test, weighs in the review's score, per cent."""

    stage: Code | None = None
    test: Code | None = None
    weight: Positive

    @property
    def code(self) -> str:
        """The stage's code, or the test's."""
        return self.stage or self.test or ""


class CycleKind(Part):
    """A kind of appraisal: its period, its stages in order, and how its score is put together."""

    code: Code
    title: Text
    period: Period
    record_kind: Code
    also_called: tuple[Words, ...] = ()
    """Other names of its records in a workbook, beside the code and the titles."""
    stages: Annotated[tuple[StageSpec, ...], Field(min_length=1)]
    parts: tuple[ScorePart, ...] = ()
    """What makes the score; without any, the cycle only calibrates, approves and releases the year."""
    parts_by_form: dict[Code, tuple[ScorePart, ...]] = Field(default={})
    """Other parts for people whose first scored form is this one (a KPI table is all there is)."""
    ranked: bool = False
    tests: tuple[Code, ...] = ()
    recurring: Recurring | None = None
    """Where it is there, HR may let the clock open this kind, once for every period."""
    leavers: Literal["close_out", "keep"] = "close_out"
    """Who leaves by the end of the period while it runs: out with the reason, or rated to the end."""

    def stage(self, code: str) -> StageSpec | None:
        """The stage with this code, or None."""
        return by_code(self.stages, code)

    @property
    def feedback_stages(self) -> tuple[StageSpec, ...]:
        """What follows the release; without one, the last stage where the person rated signs in it."""
        codes = [stage.code for stage in self.stages]
        if "release" in codes:
            return self.stages[codes.index("release") + 1 :]
        return tuple(stage for stage in self.stages[-1:] if stage.is_signature)

    @property
    def signature_stage(self) -> StageSpec | None:
        """Where the person rated signs for having seen the result, or None where nobody asks for it."""
        return next((stage for stage in reversed(self.feedback_stages) if stage.is_signature), None)

    def parts_for(self, *, population: str, post: str) -> tuple[ScorePart, ...]:
        """The parts of the score of a person of this population and post."""
        for part in self.parts:
            stage = self.stage(part.stage or "")
            form = stage.form_for(population=population, post=post) if stage else None
            if form in self.parts_by_form:
                return self.parts_by_form[form]
        return self.parts
