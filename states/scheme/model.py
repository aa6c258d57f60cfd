"""The scheme as a whole: immutable once read."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from states.scheme.base import Code, Figure, Part, Text, Words, by_code
from states.scheme.composition import Composition
from states.scheme.cycles import CycleKind, StageSpec
from states.scheme.forms import FormSpec, Gate, Questionnaire
from states.scheme.results import (
    ActionSpec,
    Calendar,
    Distribution,
    MinimumAnswers,
    Population,
    Retention,
    Role,
    Rulebook,
)
from states.scheme.scales import Scale


class JobSection(Part):
    """A part of a job description."""

    title: Text
    lines: Annotated[tuple[Text, ...], Field(min_length=1)]


class JobDescription(Part):
    """What a post is for (scheme §7, Table 1)."""

    title: Text
    posts: tuple[Words, ...]
    sections: tuple[JobSection, ...]


class Scheme(Part):
    """A published appraisal scheme. Build it with `loader.load_scheme`, which checks the whole."""

    code: Code
    version: Annotated[int, Figure, Field(ge=1, le=100_000)]
    title: Text
    purpose: tuple[Text, ...] = ()
    principles: tuple[Text, ...] = ()
    scales: dict[Code, Scale]
    forms: dict[Code, FormSpec]
    cycle_kinds: dict[Code, CycleKind]
    roles: tuple[Role, ...] = ()
    populations: Annotated[tuple[Population, ...], Field(min_length=1)]
    composition: Composition
    distribution: Distribution
    actions: tuple[ActionSpec, ...] = ()
    minimum_answers: MinimumAnswers = MinimumAnswers()
    calendar: Calendar = Calendar()
    retention: Retention = Retention()
    rulebook: Rulebook | None = None
    gates: tuple[Gate, ...] = ()
    job_descriptions: dict[Code, JobDescription] = Field(default={})

    def population(self, code: str) -> Population | None:
        """The population with this code, or None."""
        return by_code(self.populations, code)

    def role(self, code: str) -> Role | None:
        """The role with this code, or None."""
        return by_code(self.roles, code)

    def least_to_count(self, stage: StageSpec | None, form: Questionnaire | None = None) -> int:
        """How many answers a group needs to make a score: the stage's number, the form's, or the scheme's."""
        of_stage = stage.least_to_count if stage else None
        return of_stage or (form.minimum_answers if form else None) or self.minimum_answers.to_count

    def least_to_show(self, stage: StageSpec | None) -> int:
        """How many answers it takes before the person rated sees what a group said."""
        return (stage.least_to_show if stage else None) or self.minimum_answers.to_show

    @property
    def record_kinds(self) -> dict[str, CycleKind]:
        """Every kind of record of this scheme, and the first kind of cycle that makes it."""
        found: dict[str, CycleKind] = {}
        for kind in self.cycle_kinds.values():
            found.setdefault(kind.record_kind, kind)
        return found

    def action(self, kind: str) -> ActionSpec | None:
        """The action of this kind, or None."""
        return by_code(self.actions, kind)
