"""How the reviews of a cycle travel: who fills which form on which day, what customers answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from workflow_app.db import db
from workflow_app.models import Assignment, Cycle, Invitation, Review
from workflow_app.queries.surveys import questionnaire_of
from workflow_app.sample.answers import begun, fill
from workflow_app.sample.diary import Diary, WorkingDays
from workflow_app.sample.people import Cast
from workflow_app.sample.words import DECLINED
from workflow_app.services import answering, filling

if TYPE_CHECKING:
    from collections.abc import Sequence

SEED = 2025
TYPICAL = 84.0
LOWEST, HIGHEST = 62.0, 99.0
SPREAD = {"self_review": 2.0, "manager_scoring": 3.0, "vp_feedback": 4.0, "internal_survey": 6.0}
MILDER = {"self_review": 4.0}
"""People deduct less from themselves than their superiors do."""
Days = tuple[int, int]
"""The first and the last working day, counted from the launch, between which something happens."""


@dataclass(frozen=True)
class Travel:
    """How far a review goes: the days on which its forms are handed in, and one that is only begun."""

    submits: Mapping[str, Days]
    begins: str = ""
    begins_on: Days = (9, 13)


@dataclass(frozen=True)
class Turnout:
    """What customers do, as shares; `unanswered` of them at least keep silent."""

    answer: float
    decline: float = 0.04
    days: Days = (1, 14)
    unanswered: int = 0


@dataclass
class Year:
    """One cycle of the sample while it is made."""

    cycle: Cycle
    cast: Cast
    days: WorkingDays
    standing: Mapping[str, float]
    diary: Diary = field(default_factory=Diary)

    def rng(self, *key: object) -> Random:
        """Chance that is the same every time for the same thing of the same year."""
        return Random(f"{SEED} {self.cycle.period} {key}")  # noqa: S311 (a made-up company)

    @cached_property
    def reviews(self) -> Sequence[Review]:
        """The reviews of the cycle, team by team."""
        query = select(Review).filter_by(cycle_id=self.cycle.id).options(joinedload(Review.employee))
        found = list(db.session.scalars(query))
        return sorted(found, key=lambda one: (one.superior_id or 0, one.employee.employee_no))

    @cached_property
    def forms(self) -> Mapping[int, Sequence[Assignment]]:
        """The assignments by review."""
        found: dict[int, list[Assignment]] = defaultdict(list)
        query = select(Assignment).join(Review).where(
            Review.cycle_id == self.cycle.id, Assignment.state != "handed_over"
        ).order_by(Assignment.id)
        for assignment in db.session.scalars(query):
            found[assignment.review_id].append(assignment)
        return found

    @cached_property
    def invitations(self) -> Mapping[int, Sequence[Invitation]]:
        """The customers' invitations by review."""
        found: dict[int, list[Invitation]] = defaultdict(list)
        query = select(Invitation).join(Review).where(Review.cycle_id == self.cycle.id).order_by(Invitation.id)
        for invitation in db.session.scalars(query):
            found[invitation.review_id].append(invitation)
        return found

    def level(self, review: Review, stage: str, rng: Random) -> float:
        """The points that a rater has in mind: how the person does, the rater's strictness, and chance."""
        usual = self.standing.get(review.employee.employee_no, TYPICAL) + MILDER.get(stage, 0.0)
        if stage == "manager_scoring":
            usual += self.rng("strictness", review.superior_id).gauss(0, 1.6)
        return min(max(usual + rng.gauss(0, SPREAD.get(stage, 4.0)), LOWEST), HIGHEST)


def travel(year: Year, review: Review, way: Travel) -> None:
    """Note the days on which this review's forms are handed in or begun."""
    rng = year.rng(review.employee.employee_no)
    earliest: datetime | None = None
    for stage, (first, last) in way.submits.items():
        for assignment in (one for one in year.forms[review.id] if one.stage == stage):
            moment = year.days.moment(rng.randint(first, last), rng)
            if stage != "internal_survey":
                earliest = moment = _after(moment, earliest)
            _note(year, assignment, moment, rng.getrandbits(32))
    for assignment in (one for one in year.forms[review.id] if one.stage == way.begins):
        moment = _after(year.days.moment(rng.randint(*way.begins_on), rng), earliest)
        _note(year, assignment, moment, rng.getrandbits(32), draft=True)


def note_form(year: Year, assignment: Assignment, days: Days) -> None:
    """Note a day on which one form is handed in that keeps nobody waiting."""
    rng = year.rng("form", assignment.id)
    _note(year, assignment, year.days.moment(rng.randint(*days), rng), rng.getrandbits(32))


def _after(moment: datetime, earliest: datetime | None) -> datetime:
    return moment if earliest is None or moment > earliest else earliest.replace(microsecond=earliest.microsecond + 1)


def _note(year: Year, assignment: Assignment, moment: datetime, seed: int, *, draft: bool = False) -> None:
    def write(now: datetime) -> None:
        rng = Random(seed)  # noqa: S311 (a made-up company)
        spec = filling.form_spec(assignment)
        level = year.level(assignment.review, assignment.stage, rng)
        actor = year.cast.actor(assignment.assignee_id)
        if draft:
            filling.save_draft(assignment, begun(spec, level, rng), actor=actor, now=now)
        else:
            filling.submit(assignment, fill(spec, level, rng), actor=actor, now=now)

    year.diary.note(moment, write)


def ask_customers(year: Year, review: Review, turnout: Turnout) -> None:
    """Note the days on which this review's customers answer, decline or only look."""
    rng = year.rng("customers", review.employee.employee_no)
    invitations = list(year.invitations[review.id])
    rng.shuffle(invitations)
    for place, invitation in enumerate(invitations):
        moment = year.days.moment(rng.randint(*turnout.days), rng)
        chance, seed = rng.random(), rng.getrandbits(32)
        if place < turnout.unanswered or chance > turnout.answer + turnout.decline:
            if chance < 0.3:
                year.diary.note(moment, partial(_open, invitation))
        elif chance < turnout.decline:
            year.diary.note(moment, partial(_decline, invitation, rng.choice(DECLINED)))
        else:
            _note_answer(year, invitation, moment, seed)


def _open(invitation: Invitation, now: datetime) -> None:
    answering.note_opened(invitation, now=now)


def _decline(invitation: Invitation, why: str, now: datetime) -> None:
    answering.decline(invitation, "declined", why, now=now)


def _note_answer(year: Year, invitation: Invitation, moment: datetime, seed: int) -> None:
    def answer(now: datetime) -> None:
        rng = Random(seed)  # noqa: S311 (a made-up company)
        form = questionnaire_of(year.cycle, invitation.form)
        answers = fill(form, year.level(invitation.review, "customer_survey", rng) + rng.gauss(0, 5), rng)
        answering.submit_answers(invitation, answers, known=0, now=now)

    year.diary.note(moment, answer)
