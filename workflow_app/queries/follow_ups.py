"""What follows from the grades, as lists: pay, training needs, the talent pool (scheme §6)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import false, or_, select
from sqlalchemy.orm import joinedload

from states.errors import Message
from workflow_app.db import db
from workflow_app.models import Action, Assignment, Cycle, Review, Submission
from workflow_app.queries.sheet_scope import CALLED_OFF, Scope, ranked_cycles
from workflow_app.queries.statistics import EXCLUDED, Line, Statistics, year_statistics
from workflow_app.schemes import scheme_of
from workflow_app.working_days import due_after

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from states.permissions import Actor
    from states.scheme import Scheme

TRAINING, TALENT_POOL = "training", "talent_pool"
"""The lists that an action of a scheme may stand on."""
FLAGS = {
    "too_new": Message("too few appraisals were counted"),
    "left": Message("left within the year"),
    "over_100": Message("honour: total over 100"),
    "small_population": Message("small population: the band is advice"),
}


@dataclass(frozen=True)
class PayLine:
    """One person of the pay list. Band and coefficient only where the grade is final and released."""

    line: Line
    band: str | None
    coefficient: Decimal | None
    holds_from: date | None
    flags: Sequence[Message]


def pay_list(year: int, *, actor: Actor, now: datetime) -> tuple[Statistics, list[PayLine]]:
    """Everybody of the year: months, the year's total, the final band and what the scheme says it is worth."""
    sheet = year_statistics(year, Scope(), actor=actor)
    return sheet, [_pay_line(line, sheet, now) for line in sheet.lines()]


def _pay_line(line: Line, sheet: Statistics, now: datetime) -> PayLine:
    row = sheet.reviews.get(line.standing.person.id)
    if row is not None and row.state == EXCLUDED:
        return PayLine(line, None, None, None, (Message("no band (excluded)"),))
    if row is None or row.released_at is None:
        return PayLine(line, None, None, None, (Message("no result released"),))
    spec = sheet.scheme.distribution.band(row.final_band) if row.final_band else None
    ends = due_after(row.released_at, sheet.scheme.calendar.appeal_days, sheet.scheme)
    flags = [FLAGS[flag] for flag in row.flags if flag in FLAGS]
    if row.state == "appealed":
        flags.append(Message("appealed: not decided yet"))
    elif now < ends:
        flags.append(Message("the appeal window is open"))
    return PayLine(line, row.final_band, spec.coefficient if spec else None, ends.date(), flags)


def final_total(one: PayLine) -> Decimal | None:
    """The year's total where it is released: what is provisional is nobody's pay."""
    return one.line.total if one.holds_from else None


@dataclass
class Needs:
    """A department's needs: who has a training action, and what people wish for."""

    department: str
    actions: list[Action] = field(default_factory=list)
    wishes: list[tuple[Review, str]] = field(default_factory=list)

    def count(self, *bands: str) -> int:
        """How many of the actions are of people in these bands."""
        return sum(action.review.final_band in bands for action in self.actions)

    @property
    def wished(self) -> list[tuple[str, list[str]]]:
        """What is wished for and by whom, the most wished first."""
        found: dict[str, list[str]] = {}
        for review, text in self.wishes:
            found.setdefault(text, []).append(review.employee.name)
        return sorted(found.items(), key=lambda one: (-len(one[1]), one[0]))


def training_needs(year: int, *, but: int | None) -> list[Needs]:
    """By department: the last bands' training actions that were not declined, and wishes of self reviews.

    `but` is the reader, who sees no proposal about themselves. Only what is released is counted.
    """
    found: dict[str, Needs] = {}
    for action in _actions(TRAINING, year):
        if action.review.employee_id != but:
            _of(found, action.review).actions.append(action)
    for review, text in _wishes(year):
        _of(found, review).wishes.append((review, text))
    return [found[name] for name in sorted(found)]


def _of(found: dict[str, Needs], review: Review) -> Needs:
    return found.setdefault(review.department, Needs(review.department))


def talent_pool(*, but: int | None, department: str = "", population: str = "") -> list[Action]:
    """Who is in the pool, by newest year and best rank: the first to be asked when a key post opens.

    Proposals that HR has not decided stand last.
    """
    found = [
        action
        for action in _actions(TALENT_POOL, None)
        if action.review.employee_id != but
        and action.review.employee.left is None
        and (not department or action.review.employee.department == department)
        and (not population or action.review.employee.population == population)
    ]
    return sorted(found, key=_place)


def _place(action: Action) -> tuple[bool, int, int, str]:
    year, rank = int(action.review.cycle.period[:4]), action.review.rank
    return action.state == "proposed", -year, rank or 0, action.review.employee.employee_no


def years_released() -> Sequence[int]:
    """The years with a ranked cycle that was released, the newest first."""
    cycles = db.session.scalars(select(Cycle).where(Cycle.released_at.is_not(None), Cycle.state.not_in(CALLED_OFF)))
    ranked = (one for one in cycles if scheme_of(one).cycle_kinds[one.kind].ranked)
    return sorted({int(one.period[:4]) for one in ranked}, reverse=True)


def _actions(wanted: str, year: int | None) -> Iterator[Action]:
    """The actions of released reviews that their cycle's scheme puts on a list, without declined ones."""
    released = select(Cycle).where(Cycle.released_at.is_not(None), Cycle.state.not_in(CALLED_OFF))
    kinds = {cycle.id: [one.kind for one in scheme_of(cycle).actions if one.on_list == wanted] for cycle in db.session.scalars(released)}
    listed = [(Review.cycle_id == number) & Action.kind.in_(some) for number, some in kinds.items() if some]
    review = joinedload(Action.review)
    query = (
        select(Action)
        .join(Action.review)
        .join(Review.cycle)
        .where(or_(false(), *listed), Action.state != "declined", Review.released_at.is_not(None))
        .options(review.joinedload(Review.employee), review.joinedload(Review.cycle), joinedload(Action.owner))
        .order_by(Review.population, Review.rank, Action.id)
    )
    if year is not None:
        query = query.where(Cycle.period == str(year))
    yield from db.session.scalars(query)


def _wishes(year: int) -> Iterator[tuple[Review, str]]:
    """What people wrote of the training they wish for, in the self reviews of the year's ranked cycles."""
    for cycle in ranked_cycles(year):
        scheme = scheme_of(cycle)
        asked = _asked(scheme, cycle.kind)
        query = (
            select(Review, Assignment.form, Submission.answers)
            .join(Assignment, Assignment.review_id == Review.id)
            .join(Submission, Submission.assignment_id == Assignment.id)
            .where(
                Review.cycle_id == cycle.id, Review.released_at.is_not(None), Assignment.form.in_(list(asked)),
                Assignment.state == "submitted", Submission.state == "submitted",
            )
            .options(joinedload(Review.employee))
            .order_by(Review.id)
        )
        for review, form, answers in db.session.execute(query):
            for code in asked[form]:
                text = str(answers.get(code) or "").strip()
                if text:
                    yield review, text


def _asked(scheme: Scheme, kind: str) -> dict[str, list[str]]:
    """The forms of this kind of cycle that ask for wishes, and the texts that do."""
    uses = {use.form for stage in scheme.cycle_kinds[kind].stages for use in stage.forms}
    found = {code: [text.code for text in scheme.forms[code].texts if text.training_wishes] for code in uses}
    return {code: texts for code, texts in found.items() if texts}
